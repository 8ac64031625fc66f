#ifndef MOIRE_HALF_SUMS_H
#define MOIRE_HALF_SUMS_H

#include "lanes.h"

typedef double half_doubles __attribute__((vector_size(64)));

// Eight planes' sums and sums of squares.
typedef struct half_sums {
  half_doubles sum, square;
} half_sums;

// Adds sixteen samples and their squares, which double holds exactly.
MOIRE_INLINE void moire_add_halves(half_sums *low, half_sums *high, const unaligned_lanes *from) {
  const lanes v = *from;
  const half_doubles a = __builtin_convertvector(
    __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7), half_doubles);
  const half_doubles b = __builtin_convertvector(
    __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15), half_doubles);
  low->sum += a;
  low->square += a * a;
  high->sum += b;
  high->square += b * b;
}

#endif
