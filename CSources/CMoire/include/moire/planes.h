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
/// (1, 16 W, 16), 16 planes. Their height and width come with the call that takes them.
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

MOIRE_END

#endif
