#include "reader.h"

// Adds the sixteen lanes of a vector, halving it until one number is left.
#define MOIRE_ADD_LANES(result, v)                                                              \
  do {                                                                                          \
    const half_lanes h8 = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +               \
      __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);                              \
    const quad_lanes h4 =                                                                       \
      __builtin_shufflevector(h8, h8, 0, 1, 2, 3) + __builtin_shufflevector(h8, h8, 4, 5, 6, 7); \
    const quad_lanes h2 = h4 + __builtin_shufflevector(h4, h4, 2, 3, 0, 1);                     \
    (result) = h2[0] + h2[1];                                                                   \
  } while (0)

typedef float quad_lanes __attribute__((vector_size(16)));

// With P the transform of the packed pair z_1 + i z_2, a = P[k] and b = P[-k]:
// 2 Z_1[k] = a + conj b and 2i Z_2[k] = a - conj b, so with s = a + b and d = a - b per part
// 4 |Z_1|² = (Re s)² + (Im d)² and 4 |Z_2|² = (Im s)² + (Re d)²: squares only, no differences of
// energies, and every operation is the same in all lanes.
MOIRE_DISPATCH void moire_column_energy(
  moire_pair_sums *sums, double *power, const lanes *a, const lanes *b, size_t height,
  const float *alias_weight, const lanes *gain_sum, const lanes *gain_difference, double factor) {
  lanes alias_sum = {0}, alias_difference = {0};
  const lanes gs = *gain_sum, gd = *gain_difference;
  for (size_t k = 0; k < height; k += 1) {
    const lanes u = a[k], v = b[k == 0 ? 0 : height - k];
    const lanes s = u + v, d = u - v;
    const lanes s2 = s * s, d2 = d * d;
    const lanes weight = MOIRE_SPLAT(alias_weight[k]);
    alias_sum += s2 * weight;
    alias_difference += d2 * weight;
    if (power) {
      const lanes pooled = s2 * gs + d2 * gd;
      float bin;
      MOIRE_ADD_LANES(bin, pooled);
      power[k] += factor * (double)bin;
    }
  }
  for (size_t i = 0; i < MOIRE_LANES; i += 1) {
    sums->sum[i] += (double)alias_sum[i];
    sums->difference[i] += (double)alias_difference[i];
  }
}

double moire_pair_energy(const moire_pair_sums *sums, size_t lane) {
  return (sums->sum[lane] + sums->difference[lane ^ 1]) / 4;
}
