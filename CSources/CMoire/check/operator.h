#ifndef MOIRE_CHECK_OPERATOR_H
#define MOIRE_CHECK_OPERATOR_H

#include "check.h"

// What every operation from planes to planes must do, whichever it is, in both precisions:
// check_operator and check_operator_double.

typedef struct check_operator_sizes {
  size_t in_height, in_width, out_height, out_width, workspace;
  // Whether the output may take the place of the input; refused otherwise.
  int in_place;
  // Of one layout against another, relative to the largest output.
  double tolerance;
} check_operator_sizes;

#define REAL float
#define PLANES moire_planes
#define OUTPUT moire_output
#define NOISE check_noise
#define NAME(x) x
#include "operator.inc"
#undef REAL
#undef PLANES
#undef OUTPUT
#undef NOISE
#undef NAME

#define REAL double
#define PLANES moire_planes_double
#define OUTPUT moire_output_double
#define NOISE check_noise_double
#define NAME(x) x##_double
#include "operator.inc"
#undef REAL
#undef PLANES
#undef OUTPUT
#undef NOISE
#undef NAME

#endif
