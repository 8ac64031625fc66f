#ifndef MOIRE_RESAMPLE_H
#define MOIRE_RESAMPLE_H

#include "moire/planes.h"
#include "moire/reading.h"

MOIRE_BEGIN

// Per axis: a line of N samples becomes M samples, sample m at input position p(m), in samples.

/// What becomes of the bin that +M/2 and -M/2 of an even M < N share on the way down.
typedef enum MOIRE_ENUM moire_band_edge {
  /// 0: nothing aliases, and pooling is covariant with shifts by whole output samples and less.
  moire_band_edge_drop = 0,
  /// ½ at both: a cosine at the edge comes out with half its amplitude, a sine with none.
  moire_band_edge_halve = 1,
  /// 1 at both: a cosine keeps its amplitude, so that going up and back down changes nothing.
  moire_band_edge_keep = 2
} moire_band_edge;

/// A separable linear resampling of maps of one size, immutable once made: ideal pooling, ideal
/// resampling, windowed sinc, and the shifts of moire/shift.h.
typedef struct moire_resampler moire_resampler;

typedef struct moire_ideal_options {
  size_t height, width;
  size_t output_height, output_width;
  /// p(m) = m N / M + offset; 0 puts the first output on the first input sample.
  double offset_height, offset_width;
  moire_band_edge band_edge;
  moire_precision precision;
  moire_planning planning;
} moire_ideal_options;

/// Ideal resampling of a periodic map from N to M samples per axis, up or down:
/// y(m) = 1/N Σ_k g(k) X[k] exp(2πi k p(m) / N) over the bins that both N and M hold.
///
/// g = 1 for |k| < min(N, M) / 2: a constant and every tone below the band edge keep their
/// amplitude. At the edge min(N, M) / 2, when that is whole: on the way up (N even) the bin is
/// shared by halves between ±N/2, so that a tone there keeps its amplitude; on the way down (M
/// even) `band_edge` rules; for M = N it is the real part, cos(π offset), and with offset 0
/// nothing is changed at all. An offset that is a whole number for M = N copies samples.
/// moire_invalid_argument for a size of 0, an offset that is not finite or beyond ±2³¹, a rule
/// that is none; moire_size_overflow for lengths FFTW cannot count. Takes the planner's lock.
moire_status moire_ideal_resampler_create(
  moire_resampler *MOIRE_NULLABLE *MOIRE_NULLABLE resampler,
  const moire_ideal_options *MOIRE_NULLABLE options);

typedef struct moire_ideal_pool_options {
  size_t height, width;
  size_t stride_height, stride_width;
  moire_band_edge band_edge;
  moire_precision precision;
  moire_planning planning;
} moire_ideal_pool_options;

/// Ideal low-pass pooling by whole strides: M = ⌈N / s⌉, offset 0.
///
/// Where s divides N this is the ideal low-pass filter of M bins followed by keeping every s-th
/// sample, p(m) = s m. Where it does not, the spectrum is cropped to M bins all the same: the
/// period is kept and p(m) = m N / M, so the outputs stand N / M < s samples apart, the first one
/// on the first input sample. The crop is centred at every size. Constants keep their value.
moire_status moire_ideal_pool_create(
  moire_resampler *MOIRE_NULLABLE *MOIRE_NULLABLE resampler,
  const moire_ideal_pool_options *MOIRE_NULLABLE options);

/// What is normalised in a windowed-sinc filter.
typedef enum MOIRE_ENUM moire_filter_gain {
  /// The taps that any one output uses sum to 1: constants are exact.
  moire_filter_gain_phase = 0,
  /// All taps sum to `up`, as in scipy.signal.resample_poly: constants ripple with the phase.
  moire_filter_gain_total = 1
} moire_filter_gain;

typedef struct moire_kaiser_options {
  size_t height, width;
  /// Factors as fractions up / down, reduced to lowest terms.
  size_t up_height, down_height, up_width, down_width;
  /// Zero crossings on each side, ≥ 1; usually 10.
  size_t zeros;
  /// Cutoff relative to the lower of the two Nyquist frequencies, in (0, 1]; usually 1.
  double cutoff;
  /// β of the Kaiser window, 0 … 700; usually 5.
  double beta;
  moire_filter_gain gain;
  moire_padding padding;
  moire_precision precision;
} moire_kaiser_options;

/// Kaiser-windowed sinc resampling by up / down, a polyphase FIR: M = ⌈N up / down⌉,
/// p(m) = m down / up, y(m) = Σ_n x(n) h(m down - n up).
///
/// With c = cutoff / max(up, down), half = zeros max(up, down) and |j| ≤ half
/// h(j) ∝ sinc(c j) I₀(β √(1 - (j / half)²)). With `gain` total, padding zero, zeros 10, cutoff 1
/// and β 5 this is scipy.signal.resample_poly's default. Cost: 2 half / up + 1 products an output.
moire_status moire_kaiser_resampler_create(
  moire_resampler *MOIRE_NULLABLE *MOIRE_NULLABLE resampler,
  const moire_kaiser_options *MOIRE_NULLABLE options);

void moire_resampler_destroy(moire_resampler *MOIRE_NULLABLE resampler);

/// The size of what comes out; 0 for NULL, as the workspace.
size_t moire_resampler_output_height(const moire_resampler *MOIRE_NULLABLE resampler);
size_t moire_resampler_output_width(const moire_resampler *MOIRE_NULLABLE resampler);

/// Bytes of workspace for one execution; needs no alignment and no initialisation.
size_t moire_resampler_workspace_size(const moire_resampler *MOIRE_NULLABLE resampler);

/// Resamples planes; a handle of single precision only.
///
/// `planes` and `output` may be the same memory only where the size stays and the strides are equal
/// (moire_invalid_argument otherwise); they must not overlap in part. A value that is not finite
/// makes the outputs of its plane that depend on it, at most that whole plane, not finite, and no
/// other plane. Where transforms are used planes are scaled one by one by powers of two, so a
/// strong plane does not disturb its neighbours, and a plane of zeros comes out as zeros.
///
/// Many threads: give each its own range of planes (a multiple of 16 planes to each keeps the speed
/// and the bits) and a workspace. Cost: two FFTs a line and axis, sixteen planes side by side.
moire_status moire_resampler_execute(
  const moire_resampler *MOIRE_NULLABLE resampler, const moire_planes *MOIRE_NULLABLE planes,
  const moire_output *MOIRE_NULLABLE output, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

/// The same in double precision; a handle of double precision only. Eight planes a group.
moire_status moire_resampler_execute_double(
  const moire_resampler *MOIRE_NULLABLE resampler,
  const moire_planes_double *MOIRE_NULLABLE planes,
  const moire_output_double *MOIRE_NULLABLE output, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

MOIRE_END

#endif
