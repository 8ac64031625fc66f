#include "fir_map.h"
#include "turn.h"

MOIRE_INLINE void scatter_quads(float *to, ptrdiff_t plane, const lanes *v) {
  *(quad *)to = __builtin_shufflevector(*v, *v, 0, 1, 2, 3);
  *(quad *)(to + 4 * plane) = __builtin_shufflevector(*v, *v, 4, 5, 6, 7);
  *(quad *)(to + 8 * plane) = __builtin_shufflevector(*v, *v, 8, 9, 10, 11);
  *(quad *)(to + 12 * plane) = __builtin_shufflevector(*v, *v, 12, 13, 14, 15);
}

MOIRE_DISPATCH void moire_turn(
  lanes *to, const float *from, ptrdiff_t plane, size_t length) {
  // Of the last four some may have been there before.
  for (size_t next = 0; length >= 4 && next < length; next += 4) {
    const size_t x = next + 4 <= length ? next : length - 4;
    lanes v[4];
    moire_turn_four(v, from + x, plane);
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
    moire_turn_blocks(v);
    for (ptrdiff_t p = 0; p < 4; p += 1) { scatter_quads(to + p * plane + x, plane, &v[p]); }
  }
  for (size_t x = 0; length < 4 && x < length; x += 1) {
    for (ptrdiff_t p = 0; p < MOIRE_LANES; p += 1) { to[p * plane + (ptrdiff_t)x] = from[x][p]; }
  }
}
