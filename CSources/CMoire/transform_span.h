#ifndef MOIRE_TRANSFORM_SPAN_H
#define MOIRE_TRANSFORM_SPAN_H

#include <stdint.h>

#include "moire.h"

// The addresses from the first byte of some samples to the byte behind the last; empty where
// low == high.
typedef struct moire_span {
  uintptr_t low, high;
} moire_span;

static inline int moire_spans_meet(moire_span a, moire_span b) {
  return a.low < b.high && b.low < a.high;
}

// Widens [low, high], in elements, by an axis; nonzero on overflow.
static inline int moire_span_axis(
  ptrdiff_t *low, ptrdiff_t *high, size_t length, ptrdiff_t stride) {
  ptrdiff_t reach;
  if (length - 1 > PTRDIFF_MAX ||
      __builtin_mul_overflow((ptrdiff_t)(length - 1), stride, &reach)) {
    return 1;
  }
  ptrdiff_t *end = reach < 0 ? low : high;
  return __builtin_add_overflow(*end, reach, end);
}

// What strided planes span; lengths are at least 1.
static inline moire_status moire_span_of(
  moire_span *span, const void *data, const size_t lengths[3], const ptrdiff_t strides[3],
  size_t element) {
  ptrdiff_t low = 0, high = 0;
  for (size_t axis = 0; axis < 3; axis += 1) {
    if (moire_span_axis(&low, &high, lengths[axis], strides[axis])) { return moire_size_overflow; }
  }
  if (__builtin_add_overflow(high, 1, &high) ||
      __builtin_mul_overflow(low, (ptrdiff_t)element, &low) ||
      __builtin_mul_overflow(high, (ptrdiff_t)element, &high)) {
    return moire_size_overflow;
  }
  *span = (moire_span){(uintptr_t)data + (uintptr_t)low, (uintptr_t)data + (uintptr_t)high};
  return moire_ok;
}

#endif
