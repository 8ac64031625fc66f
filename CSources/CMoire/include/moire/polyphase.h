#ifndef MOIRE_POLYPHASE_H
#define MOIRE_POLYPHASE_H

#include "moire/planes.h"

MOIRE_BEGIN

/// Where the phases of a map come from. Phase d = d_h stride_width + d_w, d_h < stride_height, d_w
/// < stride_width, of a map x holds the samples x(i stride_height + d_h, j stride_width + d_w).
///
/// Where a stride does not divide the size, phases are unequal: ⌈(N - d) / s⌉ samples, none for d ≥
/// N. With `wrapped` 1 the map is first continued circularly to the next multiple of the stride, so
/// that every phase has ⌈N / s⌉. Only where the strides divide the sizes does a circular shift of
/// the map permute the phases, and a choice among them follows the shift exactly.
typedef struct moire_phases {
  size_t height, width;
  /// 1 or more.
  size_t stride_height, stride_width;
  int wrapped;
} moire_phases;

/// The size of a phase, 0×0 for one without samples; `phase` < stride_height · stride_width.
moire_status moire_phase_size(
  size_t *MOIRE_NULLABLE height, size_t *MOIRE_NULLABLE width,
  const moire_phases *MOIRE_NULLABLE phases, size_t phase);

/// One phase of each plane, the strided subsampling at its offset: output planes of
/// moire_phase_size. Input and output must not overlap. Split is one call for each phase, or none:
/// a phase that is not wrapped lies in the map at data + d_h row_stride + d_w column_stride with
/// strides times stride_height and stride_width.
moire_status moire_phase_take(
  const moire_output *MOIRE_NULLABLE output, const moire_planes *MOIRE_NULLABLE planes,
  const moire_phases *MOIRE_NULLABLE phases, size_t phase);
moire_status moire_phase_take_double(
  const moire_output_double *MOIRE_NULLABLE output,
  const moire_planes_double *MOIRE_NULLABLE planes, const moire_phases *MOIRE_NULLABLE phases,
  size_t phase);

/// The way back: writes planes of a phase to their samples of a map [height][width] and leaves all
/// other samples as they are; samples of a wrapped phase beyond the map are dropped. After all
/// phases of a split the map is whole again (join).
moire_status moire_phase_put(
  const moire_output *MOIRE_NULLABLE output, const moire_planes *MOIRE_NULLABLE planes,
  const moire_phases *MOIRE_NULLABLE phases, size_t phase);
moire_status moire_phase_put_double(
  const moire_output_double *MOIRE_NULLABLE output,
  const moire_planes_double *MOIRE_NULLABLE planes, const moire_phases *MOIRE_NULLABLE phases,
  size_t phase);

/// moire_phase_put into zeros: upsampling to the phase that was chosen, every other sample 0.
moire_status moire_phase_upsample(
  const moire_output *MOIRE_NULLABLE output, const moire_planes *MOIRE_NULLABLE planes,
  const moire_phases *MOIRE_NULLABLE phases, size_t phase);
moire_status moire_phase_upsample_double(
  const moire_output_double *MOIRE_NULLABLE output,
  const moire_planes_double *MOIRE_NULLABLE planes, const moire_phases *MOIRE_NULLABLE phases,
  size_t phase);

/// What a phase is chosen by, over all planes of a sample (its channels) together. The sums are
/// unevaluated pairs, value = sum + rest: compensated, so that they do not depend on the order of
/// the samples, which a shift changes.
typedef struct moire_phase_measure {
  /// Σ x², the square of the l2 norm.
  double square, square_rest;
  /// Σ |x|, the l1 norm.
  double magnitude, magnitude_rest;
  /// max |x|, the l∞ norm.
  double peak;
  /// max x; -∞ without samples.
  double highest;
  /// The samples that were measured.
  size_t samples;
} moire_phase_measure;

/// Measures all phases: measures[stride_height · stride_width], written. moire_not_finite for a
/// sample, or a sum of squares, that is not finite; the measures are then undefined. Cost: one pass
/// over the planes. On several threads measure a range of planes each and merge.
moire_status moire_phase_measures(
  moire_phase_measure *MOIRE_NULLABLE measures, const moire_planes *MOIRE_NULLABLE planes,
  const moire_phases *MOIRE_NULLABLE phases);
moire_status moire_phase_measures_double(
  moire_phase_measure *MOIRE_NULLABLE measures,
  const moire_planes_double *MOIRE_NULLABLE planes, const moire_phases *MOIRE_NULLABLE phases);

/// The same where the l2 norm alone is asked for: of each measure only Σ x² and the samples count, the
/// rest may hold anything. Half the time on interleaved planes.
moire_status moire_phase_squares(
  moire_phase_measure *MOIRE_NULLABLE measures, const moire_planes *MOIRE_NULLABLE planes,
  const moire_phases *MOIRE_NULLABLE phases);

/// Adds the measure of other planes of the same phase; nothing where one is NULL.
void moire_phase_merge(
  moire_phase_measure *MOIRE_NULLABLE measure, const moire_phase_measure *MOIRE_NULLABLE other);

/// How a phase is chosen (adaptive polyphase sampling).
typedef enum MOIRE_ENUM moire_phase_criterion {
  /// The largest Σ x².
  moire_phase_l2 = 0,
  /// The largest Σ |x|.
  moire_phase_l1 = 1,
  /// The largest max |x|.
  moire_phase_l_infinity = 2,
  /// The largest max x, negative values counted as such.
  moire_phase_non_abs_max = 3,
  /// The smallest Σ x².
  moire_phase_l2_min = 4,
  /// The smallest Σ |x|.
  moire_phase_l1_min = 5
} moire_phase_criterion;

/// The phase of the best measure among `count`; phases without samples are left out. Of equals the
/// first one is taken: then a shifted map may be sampled at another of the equal phases. 0 where no
/// phase has samples. moire_invalid_argument for count 0 and an unknown criterion.
moire_status moire_phase_choose(
  size_t *MOIRE_NULLABLE phase, const moire_phase_measure *MOIRE_NULLABLE measures, size_t count,
  moire_phase_criterion criterion);

/// The value that a criterion compares: the l2 norm √Σ x², the l1 norm, max |x| or max x; NaN
/// for NULL and an unknown criterion.
double moire_phase_value(
  const moire_phase_measure *MOIRE_NULLABLE measure, moire_phase_criterion criterion);

MOIRE_END

#endif
