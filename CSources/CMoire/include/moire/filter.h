#ifndef MOIRE_FILTER_H
#define MOIRE_FILTER_H

#include "moire/base.h"

MOIRE_BEGIN

/// The taps of a filter, Σ taps = 1: coefficients of (½ + ½ z)^(n - 1). n = 1 is no filter.
moire_status moire_binomial_taps(double *MOIRE_NULLABLE taps, size_t count);

/// |cos πf|^(n - 1) at f in cycles per sample, n ≥ 1.
double moire_binomial_response(size_t count, double frequency);

/// moire_binomial_response at f = k / size, k = 0 … size - 1 (full DFT grid).
moire_status moire_binomial_sample(double *MOIRE_NULLABLE response, size_t size, size_t count);

/// What an ideal filter does with the bin that +M/2 and -M/2 of an even M share.
typedef enum MOIRE_ENUM moire_nyquist {
  /// 0: nothing aliases, the filter is idempotent and shift-covariant.
  moire_nyquist_drop = 0,
  /// ½ at both.
  moire_nyquist_halve = 1
} moire_nyquist;

/// 1 inside |f| < 1 / (2 stride), 0 outside, on the full DFT grid [size]; at stride 1 all 1.
moire_status moire_ideal_sample(
  double *MOIRE_NULLABLE response, size_t size, size_t stride, moire_nyquist nyquist);

MOIRE_END

#endif
