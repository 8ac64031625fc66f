#ifndef MOIRE_RESAMPLE_TRANSPOSE_H
#define MOIRE_RESAMPLE_TRANSPOSE_H

#include "lanes.h"

typedef struct moire_block {
  lanes v[MOIRE_LANES];
} moire_block;

// 16 × 16 values change rows and columns: four rounds of interleaving the two halves.
MOIRE_INLINE void moire_transpose(moire_block *a) {
  moire_block b;
#pragma GCC unroll 2
  for (int round = 0; round < 2; round += 1) {
#pragma GCC unroll 8
    for (int i = 0; i < 8; i += 1) {
      b.v[2 * i] = __builtin_shufflevector(
        a->v[i], a->v[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      b.v[2 * i + 1] = __builtin_shufflevector(
        a->v[i], a->v[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i += 1) {
      a->v[2 * i] = __builtin_shufflevector(
        b.v[i], b.v[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      a->v[2 * i + 1] = __builtin_shufflevector(
        b.v[i], b.v[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
  }
}

#endif
