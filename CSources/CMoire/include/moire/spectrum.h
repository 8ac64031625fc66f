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

/// The alias-to-signal ratio of each bin of the subsampled spectrum, [height / s_h][width / s_w] as
/// in moire_spectrum_fold: folded / in_band as powers, so 1 means as much alias as signal. 0 where
/// nothing folds, +∞ where something folds onto nothing. moire_not_exact where a stride does not
/// divide. Cost: one pass.
moire_status moire_spectrum_alias_to_signal(
  double *MOIRE_NULLABLE ratio, const moire_spectrum *MOIRE_NULLABLE spectrum);

/// The full spectrum for display, [height][width], with DC at [height / 2][width / 2] (fftshift
/// over these two axes, no others). Not for computing: readings take the spectrum as it is.
moire_status moire_spectrum_centred(
  double *MOIRE_NULLABLE power, const moire_spectrum *MOIRE_NULLABLE spectrum);

/// Lines through DC, by the angle of (f_w, f_h) in cycles per sample.
typedef enum MOIRE_ENUM moire_slice {
  /// Along f_w: structure that varies from column to column.
  moire_slice_0 = 0,
  /// f_h = f_w.
  moire_slice_45 = 1,
  /// Along f_h.
  moire_slice_90 = 2,
  /// f_h = -f_w: a real map's diagonals are not alike.
  moire_slice_135 = 3
} moire_slice;

/// Bins of a slice, DC first: width / 2 + 1, height / 2 + 1, and max(height, width) / 2 + 1 on the
/// diagonals; 0 for a size of 0 or an unknown slice.
size_t moire_slice_length(size_t height, size_t width, moire_slice slice);

/// |X|² of single bins along a slice, and the radius |f| = √((k_h / height)² + (k_w / width)²) of
/// each in cycles per sample, both [moire_slice_length]: to ½ along the axes, to √½ on the
/// diagonals. Nothing is averaged or interpolated: entry r of a diagonal is the bin nearest to
/// r / max(height, width) on each axis (the lower one of two), exactly on the line where the sizes
/// are equal. Strides do not matter.
moire_status moire_spectrum_slice(
  double *MOIRE_NULLABLE power, double *MOIRE_NULLABLE frequency,
  const moire_spectrum *MOIRE_NULLABLE spectrum, moire_slice slice);

/// Which bins a bandwidth is about.
typedef enum MOIRE_ENUM moire_bandwidth_of {
  /// All but DC: the mean of a map says nothing about its bandwidth and would swamp it.
  moire_bandwidth_of_variation = 0,
  /// DC too.
  moire_bandwidth_of_all = 1
} moire_bandwidth_of;

/// How far a spectrum reaches, in cycles per sample (a subsampling by s keeps |f| up to 1 / (2s)).
/// E is Σ |X[k]|² over the full spectrum, with or without DC; f = (k_h / height, k_w / width) with
/// |f_h|, |f_w| ≤ ½. The literature on aliasing in networks has no agreed bandwidth; these are the
/// three of signal processing.
typedef struct moire_bandwidth {
  /// Containment: the smallest |f_h| (|f_w|, radius |f|) of a bin such that the bins up to it, it
  /// included, hold at least the share of E. To ½ (radius √½).
  double containing_height, containing_width, containing_radius;
  /// Root mean square: √(Σ f_h² |X|² / E), the same of f_w, and of |f|: rms_radius² =
  /// rms_height² + rms_width². A flat spectrum up to c has c / √3 per axis.
  double rms_height, rms_width, rms_radius;
  /// Equivalent noise bandwidth per axis: with P[k_h] = Σ_{k_w} |X|², E / (2 height max P), the
  /// cutoff up to which a flat spectrum as high as the highest P would hold E. A flat spectrum up
  /// to c has c; a single frequency 1 / height.
  double noise_height, noise_width;
} moire_bandwidth;

/// Bandwidths; `share` in (0, 1] for containment, for example 0.95. All 0 for a spectrum without
/// energy; moire_not_finite where the energy is not finite. Cost: a pass per bisection, some tens.
moire_status moire_spectrum_bandwidth(
  moire_bandwidth *MOIRE_NULLABLE bandwidth, const moire_spectrum *MOIRE_NULLABLE spectrum,
  double share, moire_bandwidth_of what);

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
