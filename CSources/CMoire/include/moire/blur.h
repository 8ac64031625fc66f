#ifndef MOIRE_BLUR_H
#define MOIRE_BLUR_H

#include "moire/fir.h"

MOIRE_BEGIN

/// Whose BlurPool: the binomial filter is common to all, sizes, phases and borders are not. N is
/// the input size, n the filter size, s the stride.
typedef enum MOIRE_ENUM moire_blur_convention {
  /// ⌊(n - 1) / 2⌋ samples before, ⌈(n - 1) / 2⌉ after, output ⌈N / s⌉; reflect unless told
  /// otherwise.
  moire_blur_zhang = 0,
  /// ⌊(s + n - 2) / 2⌋ samples on both sides, whatever output fits; reflect unless told otherwise;
  /// n ≥ 2. The phase depends on the stride: -½ for n = 4 at s = 2, -1 for n = 3 at s = 3.
  moire_blur_timm = 1,
  /// As zhang, with zeros.
  moire_blur_kornia = 2,
  /// ⌊n / 2⌋ zeros on both sides, output ⌈N / s⌉, odd n only (the layer's own n is 3).
  moire_blur_composer = 3,
  /// Output M = ⌈N / s⌉ at the phase (N - 1 - s (M - 1)) / 2, where the grids of input and output
  /// share their centre, so that nothing drifts from layer to layer. That phase is whole or half;
  /// where n has the wrong parity for it, n - 1 taps are used (3 for n = 2). n = 1 filters nothing
  /// and stands at the phase rounded down. Reflect unless told otherwise.
  moire_blur_auto = 4
} moire_blur_convention;

/// The padding that a convention comes with.
moire_padding moire_blur_padding(moire_blur_convention convention);

/// Where a BlurPool's outputs stand on one axis, and what its border does.
typedef struct moire_blur_axis {
  size_t input, stride, output;
  /// Taps in use; the convention may differ from the number asked for (see moire_blur_auto).
  size_t taps;
  /// Samples before and after the axis that a padding must supply for an ordinary strided
  /// convolution to give `output` values; negative: samples that are cut off.
  ptrdiff_t lead, trail;
  moire_padding padding;
  /// Output i stands at i · stride + phase, in input samples: (taps - 1) / 2 - lead.
  double phase;
  /// What the first and the last output make of a constant 1: 1 but for zero padding. At a corner
  /// of a map the gains of its two axes multiply.
  double first_gain, last_gain;
  /// 1 where `lead` or `trail` is more than one reflection (or one round of a circular axis) can
  /// give, so that it folds again; other libraries refuse or zero-fill there.
  int folds;
} moire_blur_axis;

/// The geometry of one axis. moire_invalid_argument for a size, a filter size or a stride of 0, an
/// unknown convention or padding, and what the convention does not know (even n for composer, n = 1
/// or an axis with no output for timm).
moire_status moire_blur_geometry(
  moire_blur_axis *MOIRE_NULLABLE axis, moire_blur_convention convention, moire_padding padding,
  size_t filter, size_t stride, size_t input);

typedef struct moire_blur_options {
  moire_blur_convention convention;
  /// moire_blur_padding(convention), unless wanted otherwise.
  moire_padding padding;
  /// n per axis; 1 filters nothing. A one-dimensional map is one of height 1 with filter_height and
  /// stride_height 1.
  size_t filter_height, filter_width;
  size_t stride_height, stride_width;
  size_t height, width;
} moire_blur_options;

/// The filter of a BlurPool for maps of one size; `rows` and `columns` take the geometry of the
/// height and the width where they are not NULL. Errors as moire_blur_geometry and
/// moire_fir_create.
moire_status moire_blur_create(
  moire_fir *MOIRE_NULLABLE *MOIRE_NULLABLE fir, moire_blur_axis *MOIRE_NULLABLE rows,
  moire_blur_axis *MOIRE_NULLABLE columns, const moire_blur_options *MOIRE_NULLABLE options);

MOIRE_END

#endif
