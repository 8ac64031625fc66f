#ifndef MOIRE_H
#define MOIRE_H

/// Moire: how much of a sampled map aliases when it is subsampled, over FFTW.
///
/// Conventions. A map is `height` rows of `width` samples; a subsampling keeps every `stride`-th
/// row and column, the first one included. Transforms are unnormalised:
/// X[k] = Σ_n x[n] exp(-2πi k n / N). Energies are Σ |X[k]|² over the full spectrum.
///
/// A half-spectrum is row-major [height][width / 2 + 1]: |X[k_h, k_w]|² of the stored bins as they
/// are, not doubled. In energy sums a stored bin weighs 2 in interior columns and 1 in column 0
/// and, for an even width, in the Nyquist column.
///
/// The box of a stride is what a DFT of the subsampled size M = N / stride can hold: bins
/// -M/2 … M/2 - 1 for even M, -(M - 1)/2 … (M - 1)/2 for odd M, on each axis. An axis that the
/// stride does not divide goes by frequency: |k| / N > 1 / (2 stride) is outside.
///
/// Every function that can fail returns a status; its outputs are then untouched unless it says
/// otherwise. Nothing here starts a thread. A reader may be used from many threads at once, each
/// with its own workspace. Sizes are in elements unless a name says bytes.

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// The library may be built with everything else hidden.
#if defined(__GNUC__)
#pragma GCC visibility push(default)
#endif

#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-extension"
#pragma clang assume_nonnull begin
#define MOIRE_NULLABLE _Nullable
#define MOIRE_ENUM __attribute__((enum_extensibility(open)))
#else
#define MOIRE_NULLABLE
#define MOIRE_ENUM
#endif

// MARK: - Status, versions, memory

typedef enum MOIRE_ENUM moire_status {
  moire_ok = 0,
  /// A pointer that must be there is NULL.
  moire_null_argument = 1,
  /// A size or a stride is 0, or a value is outside its documented range.
  moire_invalid_argument = 2,
  /// A product of sizes does not fit.
  moire_size_overflow = 3,
  moire_no_memory = 4,
  moire_workspace_too_small = 5,
  /// A plane holds a NaN, an infinity, or values whose squares overflow a double.
  moire_not_finite = 6,
  /// The identity was asked for where it does not hold: a stride that does not divide the size, or
  /// a boundary other than periodic.
  moire_not_exact = 7
} moire_status;

/// A short English description, without a full stop; never NULL.
const char *moire_status_message(moire_status status);

/// The version of this library, as "0.1.0".
const char *moire_version(void);

/// The version line of the FFTW library in use.
const char *moire_fftw_version(void);

/// Memory aligned for vectors; NULL when there is none or `bytes` is 0. Release with moire_free.
void *MOIRE_NULLABLE moire_alloc(size_t bytes);
void moire_free(void *MOIRE_NULLABLE memory);

// MARK: - Reading maps

typedef enum MOIRE_ENUM moire_boundary {
  /// The map repeats. The only boundary for which the identities are exact.
  moire_boundary_periodic = 0,
  /// Half-sample even extension to twice the size per axis (…2 1|1 2 … N|N …).
  moire_boundary_mirror = 1,
  /// Periodic Hann window after the mean is removed; the mean is put back at DC.
  moire_boundary_hann = 2,
  /// As Hann, with the periodic Kaiser window of `kaiser_beta`.
  moire_boundary_kaiser = 3
} moire_boundary;

/// How FFTW plans the lengths that it transforms: estimate gives the same bits in every run.
typedef enum MOIRE_ENUM moire_planning {
  moire_planning_estimate = 0,
  moire_planning_measure = 1
} moire_planning;

typedef struct moire_reader_options {
  size_t height, width;
  size_t stride_height, stride_width;
  moire_boundary boundary;
  /// β ≥ 0 of the Kaiser window; unused otherwise.
  double kaiser_beta;
  moire_planning planning;
} moire_reader_options;

/// Reads maps of one size at one stride; immutable once made.
typedef struct moire_reader moire_reader;

/// Plans everything a reading needs. Takes the planner's lock.
moire_status moire_reader_create(
  moire_reader *MOIRE_NULLABLE *MOIRE_NULLABLE reader,
  const moire_reader_options *MOIRE_NULLABLE options);
void moire_reader_destroy(moire_reader *MOIRE_NULLABLE reader);

/// The grid that is transformed: the map's size, twice that for the mirror boundary.
size_t moire_reader_grid_height(const moire_reader *reader);
size_t moire_reader_grid_width(const moire_reader *reader);

/// 1 where the strides divide the sizes and the boundary is periodic: the identities hold.
int moire_reader_is_exact(const moire_reader *reader);

/// Bytes of workspace for moire_reader_read; `measured` is 0 when no registrations are asked for.
/// A workspace needs no alignment and no initialisation and may serve any later call.
size_t moire_reader_workspace_size(const moire_reader *reader, int measured);

/// `count` planes in place: sample (p, y, x) is data[p plane + y row + x column], in floats.
/// NCHW: (H W, W, 1). NHWC: (1, W C, C). Blocks of 16 channels: (1, 16 W, 16), 16 planes.
typedef struct moire_planes {
  const float *MOIRE_NULLABLE data;
  size_t count;
  ptrdiff_t plane_stride, row_stride, column_stride;
} moire_planes;

/// Energies of one plane over the full spectrum of its grid; alias ≤ total - dc.
typedef struct moire_energies {
  double total;
  /// |X[0]|².
  double dc;
  /// Outside the box.
  double alias;
} moire_energies;

/// The polyphase identity of one plane as measured: every one of the s_h s_w subsamplings is
/// transformed by itself and registered in the spectrum, over all k of its full spectrum.
typedef struct moire_registration {
  /// Σ_d ‖Z_d - Z̄‖².
  double deviation;
  /// Σ_d ‖Z_d‖²; deviation / energy equals alias / total.
  double energy;
} moire_registration;

/// What a reading gives; NULL outputs are left out.
typedef struct moire_reading {
  /// [grid height][grid width / 2 + 1], |X|² summed over the planes is ADDED to it.
  double *MOIRE_NULLABLE power;
  /// [count].
  moire_energies *MOIRE_NULLABLE energies;
  /// [count]; only for an exact reader.
  moire_registration *MOIRE_NULLABLE registrations;
  /// Set to the plane at fault when the status is moire_not_finite.
  size_t not_finite_plane;
} moire_reading;

/// Reads planes: transforms, and where asked registers, each once.
///
/// Total and DC are summed in double from the samples and exact by Parseval; the transforms see
/// each plane without its mean and scaled to unit variance by a power of two, so that neither a
/// large mean nor a strong neighbour disturbs it. A dead or constant plane (see
/// moire_plane_kind_of) has alias and deviation exactly 0 and adds nothing but DC to the power.
/// On failure `power` is untouched; energies and registrations may hold some planes' values.
/// Cost: one complex FFT per two planes, and as much again for the registrations.
moire_status moire_reader_read(
  const moire_reader *MOIRE_NULLABLE reader, const moire_planes *MOIRE_NULLABLE planes,
  moire_reading *MOIRE_NULLABLE reading, void *MOIRE_NULLABLE workspace, size_t workspace_bytes);

typedef enum MOIRE_ENUM moire_plane_kind {
  moire_plane_alive = 0,
  /// No energy at all.
  moire_plane_dead = 1,
  /// Energy beside DC is below 1e-12 of the total.
  moire_plane_constant = 2
} moire_plane_kind;

moire_plane_kind moire_plane_kind_of(moire_energies energies);

// MARK: - From a half-spectrum

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

// MARK: - Filters

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

#if defined(__clang__)
#pragma clang assume_nonnull end
#pragma clang diagnostic pop
#endif

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#ifdef __cplusplus
}
#endif

#endif
