#ifndef MOIRE_TRANSFORM_H
#define MOIRE_TRANSFORM_H

#include "moire/planes.h"
#include "moire/reading.h"

MOIRE_BEGIN

typedef struct moire_transform_options {
  /// Of each plane; any size from 1, primes and 1 × N too.
  size_t height, width;
  moire_planning planning;
} moire_transform_options;

/// The 2-D DFT of real planes of one size, there and back, in single precision. Immutable once
/// made; usable from many threads at once, each with a workspace of its own and, to share out the
/// work, its own range of planes (a moire_planes that starts at the range's first plane).
///
/// Handles of equal options share their FFTW plans, which live as long as one such handle does.
typedef struct moire_transform moire_transform;

/// Plans both directions. Takes the planner's lock.
///
/// moire_invalid_argument where a size is 0 or above INT_MAX, moire_size_overflow where the memory
/// of a plane cannot be counted.
moire_status moire_transform_create(
  moire_transform *MOIRE_NULLABLE *MOIRE_NULLABLE transform,
  const moire_transform_options *MOIRE_NULLABLE options);
void moire_transform_destroy(moire_transform *MOIRE_NULLABLE transform);

/// Bytes of workspace for either direction, whatever the strides and the number of planes; 0 for
/// NULL. It needs no alignment and no initialisation and may serve any later call.
size_t moire_transform_workspace_size(const moire_transform *MOIRE_NULLABLE transform);

/// The half-spectra of planes, unnormalised:
///
///     X[k_h, k_w] = Σ_{y, x} x[y, x] exp(-2πi (k_h y / height + k_w x / width))
///
/// as [count][height][width / 2 + 1] complex values, real and imaginary part side by side:
/// 2 · count · height · (width / 2 + 1) floats at `spectrum`. The other half is
/// X[-k] = conj X[k]. In energy sums an interior column weighs 2; column 0 and, for an even width
/// only, the Nyquist column weigh 1.
///
/// The planes are not written. `spectrum` needs no alignment beyond its type's and must not lie
/// within the addresses that the planes span (moire_invalid_argument). Neither the layout nor
/// the alignment of the planes changes a bit of the result. A NaN or an infinity in a plane spreads
/// over that plane's spectrum and no other's. Cost: one real FFT a plane; planes that are not dense
/// rows (column stride 1, row stride `width`) are copied first.
moire_status moire_transform_forward(
  const moire_transform *MOIRE_NULLABLE transform, float *MOIRE_NULLABLE spectrum,
  const moire_planes *MOIRE_NULLABLE planes, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

/// The planes of half-spectra as moire_transform_forward lays them out, normalised:
///
///     x[y, x] = 1 / (height width) Σ_k X[k] exp(+2πi (k_h y / height + k_w x / width))
///
/// over the full spectrum, so that it undoes moire_transform_forward. Column 0 and the Nyquist
/// column of an even width enter by their Hermitian part, (X[k_h] + conj X[-k_h]) / 2: what a real
/// plane cannot have there is dropped.
///
/// The spectra are not written (FFTW's own inverse would destroy them); the addresses of input
/// and output must not meet. A stride of 0 along an output axis longer than 1 is
/// moire_invalid_argument. Cost: one real FFT and two copies a plane.
moire_status moire_transform_inverse(
  const moire_transform *MOIRE_NULLABLE transform, const moire_output *MOIRE_NULLABLE output,
  const float *MOIRE_NULLABLE spectrum, size_t count, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

/// As moire_transform, in double precision.
typedef struct moire_transform_double moire_transform_double;

/// As moire_transform_create.
moire_status moire_transform_double_create(
  moire_transform_double *MOIRE_NULLABLE *MOIRE_NULLABLE transform,
  const moire_transform_options *MOIRE_NULLABLE options);
void moire_transform_double_destroy(moire_transform_double *MOIRE_NULLABLE transform);

/// As moire_transform_workspace_size.
size_t moire_transform_double_workspace_size(
  const moire_transform_double *MOIRE_NULLABLE transform);

/// As moire_transform_forward.
moire_status moire_transform_double_forward(
  const moire_transform_double *MOIRE_NULLABLE transform, double *MOIRE_NULLABLE spectrum,
  const moire_planes_double *MOIRE_NULLABLE planes, void *MOIRE_NULLABLE workspace,
  size_t workspace_bytes);

/// As moire_transform_inverse.
moire_status moire_transform_double_inverse(
  const moire_transform_double *MOIRE_NULLABLE transform,
  const moire_output_double *MOIRE_NULLABLE output, const double *MOIRE_NULLABLE spectrum,
  size_t count, void *MOIRE_NULLABLE workspace, size_t workspace_bytes);

MOIRE_END

#endif
