#ifndef MOIRE_SPECTRAL_FILTER_H
#define MOIRE_SPECTRAL_FILTER_H

#include "moire/planes.h"
#include "moire/reading.h"

MOIRE_BEGIN

/// A filter of periodic planes, given by its response on their DFT grid: either one response for
/// each axis, or one of the whole plane. Responses are read at creation only.
typedef struct moire_spectral_filter_options {
  size_t height, width;
  /// [height] and [width], k = 0 … size - 1, as moire_filter_sample gives them; with `is_complex`
  /// [height][2] and [width][2], as moire_filter_sample_phased. NULL leaves the axis alone.
  const double *MOIRE_NULLABLE response_h;
  const double *MOIRE_NULLABLE response_w;
  /// [height][width], with `is_complex` [height][width][2]; where it is given, the others must be
  /// NULL.
  const double *MOIRE_NULLABLE response;
  /// Real and imaginary part of every bin side by side.
  int is_complex;
  /// What the planes are made of, and what the transforms compute in.
  moire_precision precision;
  moire_planning planning;
} moire_spectral_filter_options;

/// Filters planes of one size and precision; immutable once made.
typedef struct moire_spectral_filter moire_spectral_filter;

/// Plans a filter. Takes the planner's lock.
///
/// A response acts by its Hermitian part (H[k] + H*[-k]) / 2: the output is the real part of what
/// the response itself would give. moire_not_finite where the response is not finite.
moire_status moire_spectral_filter_create(
  moire_spectral_filter *MOIRE_NULLABLE *MOIRE_NULLABLE filter,
  const moire_spectral_filter_options *MOIRE_NULLABLE options);
void moire_spectral_filter_destroy(moire_spectral_filter *MOIRE_NULLABLE filter);

/// Bytes of workspace, 0 for NULL; it needs no alignment and no initialisation and may serve
/// any later call.
size_t moire_spectral_filter_workspace_size(
  const moire_spectral_filter *MOIRE_NULLABLE filter);

/// y = DFT⁻¹(H · DFT(x)) of every plane.
///
/// Each plane is transformed without its mean, which is put back times H[0]: a constant plane comes
/// out constant to the bit where H[0] = 1. The output may be the input with the same strides, where
/// its planes do not share samples; any other overlap gives wrong values. A NaN or an infinity
/// spreads over its own plane and no other. Parallel: give each thread its own planes and workspace.
/// moire_invalid_argument for a filter of the other precision.
/// Cost: one real FFT forward and one back for each plane.
moire_status moire_spectral_filter_execute(
  const moire_spectral_filter *MOIRE_NULLABLE filter, const moire_planes *MOIRE_NULLABLE planes,
  const moire_output *MOIRE_NULLABLE output, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);
moire_status moire_spectral_filter_execute_double(
  const moire_spectral_filter *MOIRE_NULLABLE filter,
  const moire_planes_double *MOIRE_NULLABLE planes,
  const moire_output_double *MOIRE_NULLABLE output, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

MOIRE_END

#endif
