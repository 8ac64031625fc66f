#ifndef MOIRE_READING_H
#define MOIRE_READING_H

#include "moire/planes.h"

MOIRE_BEGIN

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

/// The grid that is transformed: the map's size, twice that for the mirror boundary; 0 for NULL, as
/// in the questions below.
size_t moire_reader_grid_height(const moire_reader *MOIRE_NULLABLE reader);
size_t moire_reader_grid_width(const moire_reader *MOIRE_NULLABLE reader);

/// 1 where the strides divide the sizes and the boundary is periodic: the identities hold.
int moire_reader_is_exact(const moire_reader *MOIRE_NULLABLE reader);

/// Bytes of workspace for moire_reader_read; `measured` is 0 when no registrations are asked for.
/// A workspace needs no alignment and no initialisation and may serve any later call.
size_t moire_reader_workspace_size(const moire_reader *MOIRE_NULLABLE reader, int measured);

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
  /// [count][grid height][grid width / 2 + 1], each plane's own |X|², SET, in float precision but
  /// for DC. Summed over the planes it is what is added to `power`.
  double *MOIRE_NULLABLE plane_power;
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
/// Outputs must not lie over the planes or each other. On failure `power` is untouched; the outputs
/// with an entry a plane may hold some planes' values.
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

MOIRE_END

#endif
