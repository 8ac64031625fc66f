#ifndef MOIRE_SPECTRUM_H
#define MOIRE_SPECTRUM_H

#include "moire/reading.h"

MOIRE_BEGIN

/// A half-spectrum and the strides it is judged by.
typedef struct moire_spectrum {
  /// [height][width / 2 + 1].
  const double *MOIRE_NULLABLE power;
  size_t height, width;
  size_t stride_height, stride_width;
} moire_spectrum;

/// Total, DC and alias energy. Cost: one pass.
moire_status moire_spectrum_energies(
  moire_energies *MOIRE_NULLABLE energies, const moire_spectrum *MOIRE_NULLABLE spectrum);

/// The same after a separable filter: |X|² is weighed by response_h[k_h]² response_w[k_w]², both
/// given at the full DFT grid, [height] and [width].
moire_status moire_spectrum_filtered_energies(
  moire_energies *MOIRE_NULLABLE energies, const moire_spectrum *MOIRE_NULLABLE spectrum,
  const double *MOIRE_NULLABLE response_h, const double *MOIRE_NULLABLE response_w);

/// The fold map: for each bin k of the subsampled spectrum, [height / s_h][width / s_w] from k = 0
/// up (no fftshift; bin -1 is the last), the power that is there already, |X_0[k]|² with k in the
/// box, and the power that folds onto it, Σ_{m ≠ 0} |X[k + m M]|².
///
/// moire_not_exact where a stride does not divide.
moire_status moire_spectrum_fold(
  double *MOIRE_NULLABLE in_band, double *MOIRE_NULLABLE folded,
  const moire_spectrum *MOIRE_NULLABLE spectrum);

/// Σ over the non-zero multiples of the new sampling frequency of |X|²: what a global mean after
/// the subsampling gains in variance over the shifts, times (height width)². moire_not_exact where
/// a stride does not divide.
moire_status moire_spectrum_pool_leak(
  double *MOIRE_NULLABLE leak, const moire_spectrum *MOIRE_NULLABLE spectrum);

/// Rings of the radial profile: ring r holds the bins of the full spectrum whose radius
/// |f| = √((k_h / height)² + (k_w / width)²) is nearest to r / max(height, width) cycles per
/// sample.
size_t moire_radial_rings(size_t height, size_t width);

/// Power and number of full-spectrum bins per ring, [moire_radial_rings]. Strides do not matter.
moire_status moire_spectrum_radial(
  double *MOIRE_NULLABLE power, size_t *MOIRE_NULLABLE bins,
  const moire_spectrum *MOIRE_NULLABLE spectrum);

/// 10 log10(energy / reference) dB; -∞ for energy 0, NaN for a reference that is not positive.
double moire_decibel(double energy, double reference);

MOIRE_END

#endif
