#ifndef MOIRE_SHIFT_H
#define MOIRE_SHIFT_H

#include "moire/resample.h"

MOIRE_BEGIN

typedef enum MOIRE_ENUM moire_interpolation {
  /// The trigonometric interpolation of the periodic map. An even N has one bin at N/2 for both of
  /// its signs: it takes the real factor cos(πd), the only one that keeps the output real.
  moire_interpolation_fourier = 0,
  /// sinc(t) sinc(t / a) for |t| < a, the 2a weights divided by their sum.
  moire_interpolation_lanczos = 1
} moire_interpolation;

typedef struct moire_shift_options {
  size_t height, width;
  /// In samples, any real number within ±2³¹.
  double shift_height, shift_width;
  moire_interpolation interpolation;
  /// a of Lanczos, 1 … 64; unused otherwise.
  size_t lobes;
  /// Beyond the border, for Lanczos; Fourier is circular whatever stands here.
  moire_padding padding;
  moire_precision precision;
  moire_planning planning;
} moire_shift_options;

/// A shift by a real number of samples, x_d(n) = x(n + d): a positive d brings later samples to the
/// front. Whole shifts copy samples and are exact to the bit; s(a) after s(b) is s(a + b) for
/// Fourier up to rounding and, at even sizes, the bin N/2. Executed by moire_resampler_execute, in
/// place where wanted.
moire_status moire_shift_create(
  moire_resampler *MOIRE_NULLABLE *MOIRE_NULLABLE resampler,
  const moire_shift_options *MOIRE_NULLABLE options);

MOIRE_END

#endif
