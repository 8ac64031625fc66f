#ifndef MOIRE_RESPONSE_H
#define MOIRE_RESPONSE_H

#include "moire/filter.h"
#include "moire/spectrum.h"

MOIRE_BEGIN

/// What a filter does before a subsampling by `stride` on both axes. A is its zero-phase
/// amplitude (see moire_filter_kind), 1 / (2 stride) the new Nyquist frequency; gains are linear,
/// 20 log10 of them decibels.
typedef struct moire_response {
  /// |A(0)|.
  double dc_gain;
  /// |A| at the new Nyquist frequency.
  double nyquist_gain;
  /// max |A| from the new Nyquist frequency to ½.
  double stop_band_gain;
  /// The highest local maximum of |A| between the new Nyquist frequency and ½, ½ included; 0 where
  /// |A| only falls there.
  double side_lobe_gain;
  /// Samples by which a causal filter is late: (n - 1) / 2; 0 without taps.
  double group_delay;
  /// Where the output stands against its sample with ⌊(n - 1) / 2⌋ taps before it: 0, or ½ for an
  /// even count.
  double phase;
  /// What the answer to a step from 0 to 1 exceeds 1 by.
  double overshoot;
  /// What becomes of a constant 1 at the first sample when everything outside is 0, with
  /// ⌊(n - 1) / 2⌋ taps before the sample: on an edge, and in a corner (its square).
  double edge_gain, corner_gain;
  /// ∫_{-½}^{½} A² df, the equivalent noise bandwidth in cycles per sample: what is left of the
  /// variance of white noise on a line; squared, on a plane.
  double noise_gain, noise_gain_2d;
  /// White noise, size → ∞: the share of the output's energy outside |f| < 1 / (2 stride), on a
  /// line, and outside the box on a plane.
  double alias, alias_2d;
  /// The same on a DFT of `size` points (the box as in moire.h).
  double grid_alias, grid_alias_2d;
  /// The box on a size × size grid for 1/f noise: expected |X|² = 1 / (k_h² + k_w²) at the signed
  /// bins, 0 at k = 0 (the sum grows without bound as the size does, so this has a size).
  double pink_alias;
} moire_response;

/// The report of a filter at stride ≥ 1 and size ≥ 1. The stride of an ideal filter is its own and
/// may differ from that of the report.
///
/// Cost: O(n²) for n taps and O(size²).
moire_status moire_filter_response(
  moire_response *MOIRE_NULLABLE response, const moire_filter *MOIRE_NULLABLE filter,
  size_t stride, size_t size);

/// What a filter leaves of a spectrum that was read: total, DC and alias energy after `filter_h`
/// along the columns of samples and `filter_w` along the rows, by moire_spectrum_filtered_energies.
/// NULL is no filter.
moire_status moire_filter_spectrum_energies(
  moire_energies *MOIRE_NULLABLE energies, const moire_filter *MOIRE_NULLABLE filter_h,
  const moire_filter *MOIRE_NULLABLE filter_w, const moire_spectrum *MOIRE_NULLABLE spectrum);

MOIRE_END

#endif
