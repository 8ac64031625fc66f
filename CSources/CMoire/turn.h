#ifndef MOIRE_TURN_H
#define MOIRE_TURN_H

#include "lanes.h"

typedef float quad __attribute__((vector_size(16), aligned(4), may_alias));

// Four samples of the planes p, p + 4, p + 8 and p + 12.
MOIRE_INLINE void moire_gather_quads(lanes *v, const float *from, ptrdiff_t plane) {
  const quad a = *(const quad *)from, b = *(const quad *)(from + 4 * plane);
  const quad c = *(const quad *)(from + 8 * plane), d = *(const quad *)(from + 12 * plane);
  const half_lanes ab = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
  const half_lanes cd = __builtin_shufflevector(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
  *v = __builtin_shufflevector(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

#define MOIRE_TURN_LOW(a, b)                                                                       \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define MOIRE_TURN_HIGH(a, b)                                                                      \
  __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define MOIRE_TURN_FRONT(a, b)                                                                     \
  __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define MOIRE_TURN_BACK(a, b)                                                                      \
  __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)

// The four 4×4 blocks that stand side by side in four vectors, each transposed.
MOIRE_INLINE void moire_turn_blocks(lanes v[4]) {
  const lanes ab = MOIRE_TURN_LOW(v[0], v[1]), cd = MOIRE_TURN_LOW(v[2], v[3]);
  const lanes ef = MOIRE_TURN_HIGH(v[0], v[1]), gh = MOIRE_TURN_HIGH(v[2], v[3]);
  v[0] = MOIRE_TURN_FRONT(ab, cd);
  v[1] = MOIRE_TURN_BACK(ab, cd);
  v[2] = MOIRE_TURN_FRONT(ef, gh);
  v[3] = MOIRE_TURN_BACK(ef, gh);
}

// Four samples of sixteen planes, each vector one sample of all of them.
MOIRE_INLINE void moire_turn_four(lanes v[4], const float *from, ptrdiff_t plane) {
  for (ptrdiff_t p = 0; p < 4; p += 1) { moire_gather_quads(&v[p], from + p * plane, plane); }
  moire_turn_blocks(v);
}

#endif
