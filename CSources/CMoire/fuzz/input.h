#ifndef MOIRE_FUZZ_INPUT_H
#define MOIRE_FUZZ_INPUT_H

#include <math.h>
#include <moire.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What fuzz targets are written with: values taken off the front of the bytes, maps in many
// layouts, and invariants that end the program.

#define MUST(condition)                                                        \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);  \
      abort();                                                                 \
    }                                                                          \
  } while (0)

typedef struct input {
  const uint8_t *data;
  size_t size;
} input;

static inline uint64_t take(input *in, size_t bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes && in->size > 0; i += 1, in->data += 1, in->size -= 1) {
    value = value << 8 | *in->data;
  }
  return value;
}

// 0 … below - 1.
static inline size_t take_below(input *in, size_t below) { return take(in, 2) % below; }

// 1 … most; small values and powers of two come more often than others.
static inline size_t take_size(input *in, size_t most) {
  const size_t kind = take_below(in, 4);
  if (kind > 1) { return 1 + take_below(in, most); }
  const size_t size = kind == 0 ? 1 + take_below(in, 4) : (size_t)1 << take_below(in, 6);
  return size < most ? size : most;
}

// A size that no memory holds, among 0 and others at the edges of the types.
static inline size_t take_wild(input *in) {
  static const size_t edges[] = {
    0, SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 2 + 1, (size_t)1 << 31, (size_t)1 << 32,
    (size_t)1 << 62, SIZE_MAX / 64};
  return edges[take_below(in, sizeof edges / sizeof *edges)];
}

// Exactly `bytes`, zeroed; one byte beyond is a finding.
static inline void *make(size_t bytes) {
  void *memory = calloc(bytes > 0 ? bytes : 1, 1);
  if (!memory) { abort(); }
  return memory;
}

typedef enum value_kind { values_small, values_wide, values_bits, value_kinds } value_kind;

// Floats from the bytes: eighths in -16 … 16; a sign and an exponent within 2^±20; any bits.
static inline float take_float(input *in, value_kind kind) {
  if (kind == values_small) { return (float)(int8_t)take(in, 1) / 8; }
  if (kind == values_wide) {
    const int exponent = (int)take_below(in, 41) - 20;
    return ldexpf((float)(int8_t)take(in, 1) / 128, exponent);
  }
  const uint32_t bits = (uint32_t)take(in, 4);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// `count` floats; when the bytes run out the values repeat with a period that is not a power of 2.
static inline float *take_floats(input *in, size_t count, value_kind kind) {
  float *values = make(count * sizeof *values);
  const size_t fresh = in->size / (kind == values_bits ? 4 : kind == values_wide ? 3 : 1);
  const size_t period = fresh < 1 ? 1 : fresh < 7 ? fresh : fresh - fresh % 2 - 1;
  for (size_t i = 0; i < count; i += 1) {
    values[i] = i < period ? take_float(in, kind) : values[i - period];
  }
  return values;
}

// Planes of one map in memory of exactly the size they reach, with room between rows and columns.
typedef struct fuzz_map {
  float *memory;
  moire_planes planes;
  int finite;
} fuzz_map;

static inline fuzz_map take_map(input *in, size_t count, size_t height, size_t width) {
  const size_t layout = take_below(in, 5), gap = take_below(in, 3);
  const value_kind kind = (value_kind)take_below(in, value_kinds);
  // The axes from the innermost out: 0 plane, 1 row, 2 column.
  static const int orders[5][3] = {{2, 1, 0}, {0, 2, 1}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  const size_t sizes[3] = {count, height, width};
  ptrdiff_t strides[3], step = 1, start = 0;
  for (int i = 0; i < 3; i += 1) {
    const int axis = orders[layout][i];
    strides[axis] = step;
    step *= (ptrdiff_t)(sizes[axis] > 0 ? sizes[axis] : 1);
    step += i < 2 ? (ptrdiff_t)gap : 0;
  }
  fuzz_map map = {.memory = take_floats(in, (size_t)step, kind), .finite = 1};
  for (ptrdiff_t i = 0; i < step; i += 1) { map.finite &= isfinite(map.memory[i]) != 0; }
  // The last layout is the first one turned round.
  for (int axis = 0; axis < 3 && layout == 4; axis += 1) {
    start += sizes[axis] > 0 ? strides[axis] * (ptrdiff_t)(sizes[axis] - 1) : 0;
    strides[axis] = -strides[axis];
  }
  map.planes = (moire_planes){map.memory + start, count, strides[0], strides[1], strides[2]};
  return map;
}

#endif
