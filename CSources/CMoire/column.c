#include "reader.h"

typedef float quad_lanes __attribute__((vector_size(16)));
typedef double quad_doubles __attribute__((vector_size(32)));

// The sixteen lanes of a vector folded to four partial sums.
MOIRE_INLINE void fold(quad_lanes *out, const lanes *v) {
  const half_lanes half = __builtin_shufflevector(*v, *v, 0, 1, 2, 3, 4, 5, 6, 7) +
    __builtin_shufflevector(*v, *v, 8, 9, 10, 11, 12, 13, 14, 15);
  *out = __builtin_shufflevector(half, half, 0, 1, 2, 3) +
    __builtin_shufflevector(half, half, 4, 5, 6, 7);
}

// Adds factor · (sum of the lanes) of `count` ≤ 4 vectors to power[0 … count - 1].
MOIRE_INLINE void add_lane_sums(
  double *power, const lanes pooled[4], size_t count, double factor) {
  quad_lanes a, b, c, d;
  fold(&a, &pooled[0]);
  fold(&b, &pooled[1]);
  fold(&c, &pooled[2]);
  fold(&d, &pooled[3]);
  const quad_lanes ab =
    __builtin_shufflevector(a, b, 0, 4, 2, 6) + __builtin_shufflevector(a, b, 1, 5, 3, 7);
  const quad_lanes cd =
    __builtin_shufflevector(c, d, 0, 4, 2, 6) + __builtin_shufflevector(c, d, 1, 5, 3, 7);
  const quad_lanes sums =
    __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
  const quad_doubles wide = __builtin_convertvector(sums, quad_doubles) * factor;
  for (size_t i = 0; i < count; i += 1) { power[i] += wide[i]; }
}

// With P the transform of the packed pair z_1 + i z_2, a = P[k] and b = P[-k]:
// 2 Z_1[k] = a + conj b and 2i Z_2[k] = a - conj b, so with s = a + b and d = a - b per part
// 4 |Z_1|² = (Re s)² + (Im d)² and 4 |Z_2|² = (Im s)² + (Re d)²: squares only, no differences of
// energies, and every operation is the same in all lanes.
MOIRE_DISPATCH void moire_column_energy(
  moire_pair_sums *sums, double *power, const lanes *a, const lanes *b, size_t height,
  const float *alias_weight, const lanes *gain_sum, const lanes *gain_difference, double factor) {
  lanes alias_sum = {0}, alias_difference = {0};
  const lanes gs = *gain_sum, gd = *gain_difference;
  for (size_t first = 0; first < height; first += 4) {
    const size_t count = height - first < 4 ? height - first : 4;
    lanes pooled[4] = {0};
    for (size_t i = 0; i < count; i += 1) {
      const size_t k = first + i;
      const lanes u = a[k], v = b[k == 0 ? 0 : height - k];
      const lanes s = u + v, d = u - v;
      const lanes s2 = s * s, d2 = d * d;
      const lanes weight = MOIRE_SPLAT(alias_weight[k]);
      alias_sum += s2 * weight;
      alias_difference += d2 * weight;
      pooled[i] = s2 * gs + d2 * gd;
    }
    if (power) { add_lane_sums(power + first, pooled, count, factor); }
  }
  for (size_t i = 0; i < MOIRE_LANES; i += 1) {
    sums->sum[i] += (double)alias_sum[i];
    sums->difference[i] += (double)alias_difference[i];
  }
}

double moire_pair_energy(const moire_pair_sums *sums, size_t lane) {
  return (sums->sum[lane] + sums->difference[lane ^ 1]) / 4;
}
