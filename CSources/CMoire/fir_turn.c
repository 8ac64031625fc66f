#include "fir_map.h"

typedef float quad __attribute__((vector_size(16), aligned(4), may_alias));

// Four samples of the planes p, p + 4, p + 8 and p + 12.
MOIRE_INLINE void gather_quads(lanes *v, const float *from, ptrdiff_t plane) {
  const quad a = *(const quad *)from, b = *(const quad *)(from + 4 * plane);
  const quad c = *(const quad *)(from + 8 * plane), d = *(const quad *)(from + 12 * plane);
  const half_lanes ab = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
  const half_lanes cd = __builtin_shufflevector(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
  *v = __builtin_shufflevector(ab, cd, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

MOIRE_INLINE void scatter_quads(float *to, ptrdiff_t plane, const lanes *v) {
  *(quad *)to = __builtin_shufflevector(*v, *v, 0, 1, 2, 3);
  *(quad *)(to + 4 * plane) = __builtin_shufflevector(*v, *v, 4, 5, 6, 7);
  *(quad *)(to + 8 * plane) = __builtin_shufflevector(*v, *v, 8, 9, 10, 11);
  *(quad *)(to + 12 * plane) = __builtin_shufflevector(*v, *v, 12, 13, 14, 15);
}

#define LOW(a, b)                                                                                  \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29)
#define HIGH(a, b)                                                                                 \
  __builtin_shufflevector(a, b, 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31)
#define FRONT(a, b)                                                                                \
  __builtin_shufflevector(a, b, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define BACK(a, b)                                                                                 \
  __builtin_shufflevector(a, b, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)

// The four 4×4 blocks that stand side by side in four vectors, each transposed.
MOIRE_INLINE void turn_blocks(lanes v[4]) {
  const lanes ab = LOW(v[0], v[1]), cd = LOW(v[2], v[3]);
  const lanes ef = HIGH(v[0], v[1]), gh = HIGH(v[2], v[3]);
  v[0] = FRONT(ab, cd);
  v[1] = BACK(ab, cd);
  v[2] = FRONT(ef, gh);
  v[3] = BACK(ef, gh);
}

MOIRE_DISPATCH void moire_turn(
  lanes *to, const float *from, ptrdiff_t plane, size_t length) {
  // Of the last four some may have been there before.
  for (size_t next = 0; length >= 4 && next < length; next += 4) {
    const size_t x = next + 4 <= length ? next : length - 4;
    lanes v[4];
    for (ptrdiff_t p = 0; p < 4; p += 1) { gather_quads(&v[p], from + p * plane + x, plane); }
    turn_blocks(v);
    for (size_t i = 0; i < 4; i += 1) { to[x + i] = v[i]; }
  }
  for (size_t x = 0; length < 4 && x < length; x += 1) {
    for (ptrdiff_t p = 0; p < MOIRE_LANES; p += 1) { to[x][p] = from[p * plane + (ptrdiff_t)x]; }
  }
}

MOIRE_DISPATCH void moire_turn_back(
  float *to, ptrdiff_t plane, const lanes *from, size_t length) {
  for (size_t next = 0; length >= 4 && next < length; next += 4) {
    const size_t x = next + 4 <= length ? next : length - 4;
    lanes v[4];
    for (size_t i = 0; i < 4; i += 1) { v[i] = from[x + i]; }
    turn_blocks(v);
    for (ptrdiff_t p = 0; p < 4; p += 1) { scatter_quads(to + p * plane + x, plane, &v[p]); }
  }
  for (size_t x = 0; length < 4 && x < length; x += 1) {
    for (ptrdiff_t p = 0; p < MOIRE_LANES; p += 1) { to[p * plane + (ptrdiff_t)x] = from[x][p]; }
  }
}
