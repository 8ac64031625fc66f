#ifndef MOIRE_MEASURE_H
#define MOIRE_MEASURE_H

#include "moire/planes.h"
#include "moire/reading.h"

MOIRE_BEGIN

/// The gain of a filter at the bins k = 0 … N - 1 of one axis (full DFT grid), its imaginary part
/// left out where it is 0. Both NULL: no filter. A filter whose taps do not stand symmetrically
/// about a sample, such as the binomials of even length, has phases; they change how the aliases
/// add up, so leave them in.
typedef struct moire_axis_response {
  const double *MOIRE_NULLABLE real;
  const double *MOIRE_NULLABLE imaginary;
} moire_axis_response;

typedef struct moire_identities_options {
  /// Of the map, N_h × N_w, a circular grid.
  size_t height, width;
  /// Any strides from 1 that divide the sizes; they need not be equal.
  size_t stride_height, stride_width;
  /// What filters the map before it is subsampled, H[k_h] H[k_w]; copied.
  moire_axis_response response_height, response_width;
  moire_planning planning;
  /// A real gain [height][width] over the whole plane, multiplied onto the axes' gains; NULL for
  /// none; copied. One that is not even, H[-k] = H[k], makes a complex map of a real one: the
  /// identities hold for it just as well.
  const double *MOIRE_NULLABLE response_plane;
} moire_identities_options;

/// Evaluates the three identities for maps of one size; immutable once made, usable from many
/// threads at once, each with a workspace of its own and, to share out the work, its own range of
/// planes (a moire_planes that starts at the range's first plane).
typedef struct moire_identities moire_identities;

/// Plans everything. Takes the planner's lock.
///
/// moire_invalid_argument where a size is 0 or above INT_MAX, a stride 0, or a gain not finite;
/// moire_null_argument for an imaginary part without a real one; moire_not_exact where a stride
/// does not divide its size.
moire_status moire_identities_create(
  moire_identities *MOIRE_NULLABLE *MOIRE_NULLABLE identities,
  const moire_identities_options *MOIRE_NULLABLE options);
void moire_identities_destroy(moire_identities *MOIRE_NULLABLE identities);

/// Bytes of workspace, about 32 per sample of a plane; 0 for NULL. It needs no alignment and no
/// initialisation and may serve any later call.
size_t moire_identities_workspace_size(const moire_identities *MOIRE_NULLABLE identities);

/// One number two ways.
typedef struct moire_comparison {
  /// From the one spectrum of the unshifted map.
  double predicted;
  /// From the subsamplings of the map at every shift, each transformed by itself.
  double measured;
} moire_comparison;

/// What the identities say about one plane.
///
/// X is the plane's DFT times the filter's gains, M = N / s per axis, S = s_h s_w,
/// X_m[k] = X[k + m M] with k = -M/2 … M/2 - 1 (-(M-1)/2 … (M-1)/2 for odd M) in the box and
/// m ∈ Z_{s_h} × Z_{s_w}. y_d is the filtered map shifted by d, x_d(n) = x(n + d), and then
/// subsampled; Z_d[k] = Y_d[k] exp(-2πi (k_h d_h / N_h + k_w d_w / N_w)) is its spectrum registered
/// back, Z̄ the mean over the S shifts, g_d the mean of y_d. ‖·‖² sums over the full M_h × M_w
/// spectrum. Powers are in the square of the unit of the samples.
typedef struct moire_identity_reading {
  /// A plane is judged after the filter, see moire_plane_kind_of; in double it is constant below
  /// 1e-24. One that the filter leaves less than 1e-24 of is dead. Dead and constant planes keep
  /// their energy; everything else of theirs is exactly 0, on both sides, and is no evidence.
  moire_plane_kind kind;
  /// Σ_k |X|² / S against Σ_d ‖Z_d‖².
  moire_comparison energy;
  /// Polyphase: Σ_k Σ_{m≠0} |X_m|² / S against Σ_d ‖Z_d - Z̄‖².
  moire_comparison deviation;
  /// Equivariance: the sum of the next two against E_d ‖Z_d - Z_0‖².
  moire_comparison shift_error;
  /// S⁻² Σ_k Σ_{m≠0} |X_m|² against E_d ‖Z_d - Z̄‖².
  moire_comparison incoherent;
  /// S⁻² Σ_k |Σ_{m≠0} X_m|² against ‖Z̄ - Z_0‖².
  moire_comparison coherent;
  /// Global pool: (N_h N_w)⁻² Σ_{m≠0} |X[m M]|² against Var_d g_d.
  moire_comparison pool_variance;
  /// deviation / energy, 0 … 1: the alias fraction.
  moire_comparison alias_fraction;
  /// shift_error / E_d ‖Z_d‖², 0 … S.
  moire_comparison shift_fraction;
  /// pool_variance / the mean square of the filtered map, 0 … 1, at most the alias fraction.
  moire_comparison pool_fraction;
} moire_identity_reading;

/// |predicted - measured| / max(predicted, 1e-3), for fractions.
double moire_identity_difference(moire_comparison fraction);

/// One reading a plane into readings[planes->count].
///
/// Everything is computed in double, whatever the planes are stored in, of each plane without its
/// mean and scaled by a power of two; differences of the fractions stay below 1e-10.
/// moire_not_finite, with the plane at fault in `fault` unless that is NULL, where a sample is not
/// finite or an energy overflows; the readings before it are then written. No planes are no error.
/// Cost: two complex FFTs a plane, three with a filter.
moire_status moire_identities_read(
  const moire_identities *MOIRE_NULLABLE identities,
  moire_identity_reading *MOIRE_NULLABLE readings, size_t *MOIRE_NULLABLE fault,
  const moire_planes *MOIRE_NULLABLE planes, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

/// Bytes of workspace of moire_identities_read_each: that of the largest, and 16 a sample of a plane.
size_t moire_identities_each_workspace_size(
  const moire_identities *MOIRE_NULLABLE const *MOIRE_NULLABLE identities, size_t count);

/// As moire_identities_read with each of `count` identities, of the same planes: what several filters
/// and strides make of them. The forward transform of a plane is shared.
///
/// readings[i * planes->count + p] is that of plane p by identities[i], to the bit what a call with
/// that one alone gives. moire_invalid_argument where their sizes differ. Cost: one complex FFT a plane,
/// and one more by each, two by one with a filter.
moire_status moire_identities_read_each(
  const moire_identities *MOIRE_NULLABLE const *MOIRE_NULLABLE identities, size_t count,
  moire_identity_reading *MOIRE_NULLABLE readings, size_t *MOIRE_NULLABLE fault,
  const moire_planes *MOIRE_NULLABLE planes, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

/// As moire_identities_read, of planes in double precision.
moire_status moire_identities_read_double(
  const moire_identities *MOIRE_NULLABLE identities,
  moire_identity_reading *MOIRE_NULLABLE readings, size_t *MOIRE_NULLABLE fault,
  const moire_planes_double *MOIRE_NULLABLE planes, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

MOIRE_END

#endif
