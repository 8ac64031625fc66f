#ifndef MOIRE_FILTER_H
#define MOIRE_FILTER_H

#include "moire/base.h"

MOIRE_BEGIN

/// What an ideal filter does with the bin that +M/2 and -M/2 of an even M share.
typedef enum MOIRE_ENUM moire_nyquist {
  /// 0: nothing aliases, the filter is idempotent and shift-covariant.
  moire_nyquist_drop = 0,
  /// ½ at both.
  moire_nyquist_halve = 1
} moire_nyquist;

/// The low-pass filters of one axis. Frequencies are in cycles per sample, -½ … ½; n is `taps`,
/// c = (n - 1) / 2 its centre.
///
/// | kind          | uses                     | definition                                      |
/// |---------------|--------------------------|-------------------------------------------------|
/// | none          |                          | H = 1, one tap                                  |
/// | binomial      | taps                     | taps of (½ + ½ z)^(n - 1), A(f) = cos(πf)^(n-1) |
/// | ideal         | stride, nyquist          | 1 for |f| < 1 / (2 stride), 0 beyond            |
/// | Kaiser        | taps, cutoff, beta       | sinc(2 cutoff (m - c)) w[m], Kaiser window w    |
/// | raised cosine | cutoff, roll_off         | 1, then ½ (1 + cos πu) over cutoff (1 ∓ r), 0   |
/// | Gaussian      | sigma, taps (0: no taps) | exp(-(m - c)² / 2σ²), or A(f) = exp(-2π²σ²f²)   |
/// | Hann          | taps, cutoff (0: none)   | sin²(π (m + 1) / (n + 1)), times the sinc       |
///
/// Taps are symmetric and sum to 1. A filter with taps (FIR) has the real zero-phase amplitude
/// A(f) = Σ_m h[m] cos(2πf (m - c)), which may be negative in the stop-band; as it runs over
/// samples, y[i] = Σ_m h[m] x[i + m - leading], its response is A(f) exp(2πi f (c - leading)). An
/// even count has its centre between two samples: with leading = ⌊(n - 1) / 2⌋ the output stands
/// half a sample late. Ideal, raised cosine and the Gaussian without taps are defined by A alone.
typedef enum MOIRE_ENUM moire_filter_kind {
  moire_filter_none = 0,
  moire_filter_binomial = 1,
  moire_filter_ideal = 2,
  moire_filter_kaiser = 3,
  moire_filter_raised_cosine = 4,
  moire_filter_gaussian = 5,
  moire_filter_hann = 6
} moire_filter_kind;

/// A filter; fields that its kind does not use are ignored.
typedef struct moire_filter {
  moire_filter_kind kind;
  /// n ≥ 1; for a Gaussian 0 means: by its response, without taps.
  size_t taps;
  /// 0 < cutoff ≤ ½, where the amplitude is about ½; for Hann 0 means: the window alone smooths.
  double cutoff;
  /// 0 ≤ β ≤ 700.
  double beta;
  /// 0 ≤ roll_off ≤ 1.
  double roll_off;
  /// σ > 0 in samples.
  double sigma;
  /// ≥ 1, what the ideal filter prepares; at 1 it is the identity.
  size_t stride;
  moire_nyquist nyquist;
} moire_filter;

/// moire_invalid_argument where a parameter is outside its range, moire_size_overflow where the
/// taps would not fit in memory.
moire_status moire_filter_check(const moire_filter *MOIRE_NULLABLE filter);

/// The number of taps; 0 for a filter that has none, or that moire_filter_check refuses.
size_t moire_filter_tap_count(const moire_filter *MOIRE_NULLABLE filter);

/// The taps [moire_filter_tap_count], symmetric to the bit, Σ = 1 to rounding.
///
/// moire_invalid_argument for a filter without taps. Cost: O(n).
moire_status moire_filter_taps(
  double *MOIRE_NULLABLE taps, const moire_filter *MOIRE_NULLABLE filter);

/// The zero-phase amplitude A(f) at `count` frequencies, each taken modulo 1 into -½ … ½. A(0) is
/// exactly 1, and A(±½) of an even count of taps exactly 0. A frequency that is not finite gives
/// NaN. Cost: O(count n) with taps, O(count) without and for binomials.
moire_status moire_filter_amplitude(
  double *MOIRE_NULLABLE amplitude, const moire_filter *MOIRE_NULLABLE filter,
  const double *MOIRE_NULLABLE frequencies, size_t count);

/// moire_filter_amplitude at f = k / size, k = 0 … size - 1: the full DFT grid, even to the bit.
moire_status moire_filter_sample(
  double *MOIRE_NULLABLE amplitude, const moire_filter *MOIRE_NULLABLE filter, size_t size);

/// The complex response of the filter as it runs over samples, A(f) exp(2πi f (c - leading)) at
/// f = k / size: `response` [size][2], real and imaginary part, Hermitian to the bit. Multiplying
/// a spectrum by it is the circular filter y[i] = Σ_m h[m] x[(i + m - leading) mod size]. A filter
/// without taps has c = 0.
moire_status moire_filter_sample_phased(
  double *MOIRE_NULLABLE response, const moire_filter *MOIRE_NULLABLE filter, size_t size,
  size_t leading);

/// Kaiser's β for a stop-band of `attenuation` dB (positive, the ripple below 1): 0 up to 21 dB,
/// 0.5842 (a - 21)^0.4 + 0.07886 (a - 21) up to 50 dB, 0.1102 (a - 8.7) beyond.
double moire_kaiser_beta(double attenuation);

/// The attenuation in dB that n taps give for a transition of `width` cycles per sample:
/// 2.285 (n - 1) 2π width + 7.95. StyleGAN3 designs its filters this way round.
double moire_kaiser_attenuation(size_t taps, double width);

/// Kaiser's estimate of the taps, ⌈(a - 7.95) / (2.285 · 2π width)⌉ + 1, and β, for a stop-band of
/// 8 ≤ a ≤ 300 dB behind a transition of 0 < width ≤ ½ cycles per sample, centred on the cutoff.
moire_status moire_kaiser_order(
  size_t *MOIRE_NULLABLE taps, double *MOIRE_NULLABLE beta, double attenuation, double width);

/// σ in samples of the Gaussian that loses `loss` dB > 0 at `cutoff` cycles per sample:
/// √(loss ln 10 / 40) / (π cutoff); NaN where an argument is not positive and finite.
double moire_gaussian_sigma(double cutoff, double loss);

/// The odd number of taps that reaches 4 σ to both sides, 2 ⌊4σ + ½⌋ + 1; 0 for a σ that is not
/// positive or too large for a count.
size_t moire_gaussian_tap_count(double sigma);

/// The taps of a filter, Σ taps = 1: coefficients of (½ + ½ z)^(n - 1). n = 1 is no filter.
/// Dyadic and exact up to n = 54, to a few units in the last place beyond.
moire_status moire_binomial_taps(double *MOIRE_NULLABLE taps, size_t count);

/// |cos πf|^(n - 1) at f in cycles per sample, n ≥ 1.
double moire_binomial_response(size_t count, double frequency);

/// moire_binomial_response at f = k / size, k = 0 … size - 1 (full DFT grid).
moire_status moire_binomial_sample(double *MOIRE_NULLABLE response, size_t size, size_t count);

/// 1 inside |f| < 1 / (2 stride), 0 outside, on the full DFT grid [size]; at stride 1 all 1.
moire_status moire_ideal_sample(
  double *MOIRE_NULLABLE response, size_t size, size_t stride, moire_nyquist nyquist);

MOIRE_END

#endif
