#include "fir_map.h"

typedef float quad __attribute__((vector_size(16), aligned(4), may_alias));

// Rows a, b, c, d of a 4×4 block become its columns.
MOIRE_INLINE void turn_block(quad *a, quad *b, quad *c, quad *d) {
  const quad ab = __builtin_shufflevector(*a, *b, 0, 4, 1, 5);
  const quad cd = __builtin_shufflevector(*c, *d, 0, 4, 1, 5);
  const quad ef = __builtin_shufflevector(*a, *b, 2, 6, 3, 7);
  const quad gh = __builtin_shufflevector(*c, *d, 2, 6, 3, 7);
  *a = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
  *b = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  *c = __builtin_shufflevector(ef, gh, 0, 1, 4, 5);
  *d = __builtin_shufflevector(ef, gh, 2, 3, 6, 7);
}

// Four lines of four samples, `from_step` apart, to four lines `to_step` apart.
MOIRE_INLINE void turn_four(
  float *to, ptrdiff_t to_step, const float *from, ptrdiff_t from_step) {
  quad a = *(const quad *)from, b = *(const quad *)(from + from_step);
  quad c = *(const quad *)(from + 2 * from_step), d = *(const quad *)(from + 3 * from_step);
  turn_block(&a, &b, &c, &d);
  *(quad *)to = a;
  *(quad *)(to + to_step) = b;
  *(quad *)(to + 2 * to_step) = c;
  *(quad *)(to + 3 * to_step) = d;
}

void moire_turn(lanes *to, const float *from, ptrdiff_t plane, size_t length) {
  size_t x = 0;
  for (; x + 4 <= length; x += 4) {
    for (ptrdiff_t p = 0; p < MOIRE_LANES; p += 4) {
      turn_four((float *)(to + x) + p, MOIRE_LANES, from + p * plane + x, plane);
    }
  }
  for (; x < length; x += 1) {
    for (ptrdiff_t p = 0; p < MOIRE_LANES; p += 1) { to[x][p] = from[p * plane + (ptrdiff_t)x]; }
  }
}

void moire_turn_back(float *to, ptrdiff_t plane, const lanes *from, size_t length) {
  size_t x = 0;
  for (; x + 4 <= length; x += 4) {
    for (ptrdiff_t p = 0; p < MOIRE_LANES; p += 4) {
      turn_four(to + p * plane + x, plane, (const float *)(from + x) + p, MOIRE_LANES);
    }
  }
  for (; x < length; x += 1) {
    for (ptrdiff_t p = 0; p < MOIRE_LANES; p += 1) { to[p * plane + (ptrdiff_t)x] = from[x][p]; }
  }
}
