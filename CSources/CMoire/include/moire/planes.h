#ifndef MOIRE_PLANES_H
#define MOIRE_PLANES_H

#include "moire/base.h"

MOIRE_BEGIN

/// What a handle computes in.
typedef enum MOIRE_ENUM moire_precision {
  moire_precision_single = 0,
  moire_precision_double = 1
} moire_precision;

/// `count` planes in place: sample (p, y, x) is data[p plane_stride + y row_stride +
/// x column_stride], in elements. NCHW: (H W, W, 1). NHWC: (1, W C, C). Blocks of 16 channels:
/// (1, 16 W, 16), 16 planes. Their height and width come with the call that takes
/// them. Data at an address where its type may not stand is moire_invalid_argument everywhere; more
/// alignment than that is never needed.
typedef struct moire_planes {
  const float *MOIRE_NULLABLE data;
  size_t count;
  ptrdiff_t plane_stride, row_stride, column_stride;
} moire_planes;

/// The same in double precision.
typedef struct moire_planes_double {
  const double *MOIRE_NULLABLE data;
  size_t count;
  ptrdiff_t plane_stride, row_stride, column_stride;
} moire_planes_double;

/// Planes that are written, as many as are read; samples must not coincide.
typedef struct moire_output {
  float *MOIRE_NULLABLE data;
  ptrdiff_t plane_stride, row_stride, column_stride;
} moire_output;

/// The same in double precision.
typedef struct moire_output_double {
  double *MOIRE_NULLABLE data;
  ptrdiff_t plane_stride, row_stride, column_stride;
} moire_output_double;

/// What an axis of `n` samples holds beyond its ends.
typedef enum MOIRE_ENUM moire_padding {
  /// 0: a constant comes out darker at the border.
  moire_padding_zero = 0,
  /// …2 1|0 1 2 … n-1|n-2…, the end not repeated. Where the padding exceeds n - 1 it folds again at
  /// each end it meets, with period 2 (n - 1); one sample is repeated.
  moire_padding_reflect = 1,
  /// …0 0|0 1 … n-1|n-1…
  moire_padding_replicate = 2,
  /// …n-2 n-1|0 1 … n-1|0 1…, as often as needed.
  moire_padding_circular = 3,
  /// …1 0|0 1 … n-1|n-1 n-2…, the end repeated; folds again as reflect does, with period 2 n.
  moire_padding_symmetric = 4
} moire_padding;

/// The sample of an axis of `size` that stands at `position`, which may lie anywhere; -1 for the 0
/// of zero padding, an empty axis and an unknown padding.
ptrdiff_t moire_padding_source(ptrdiff_t position, size_t size, moire_padding padding);

MOIRE_END

#endif
