#include <math.h>
#include <stdint.h>

#include "activation_engine.h"
#include "alignment.h"

#define REAL double
#define BITS uint64_t
#define VECTOR wide_lanes
#define WIDTH MOIRE_LANES_DOUBLE
#define NAME(x) x##_double
#define SHEET moire_sheet_double
#define OUTPUT moire_output_double
#define PLANES moire_planes_double
#define SELF moire_precision_double

#include "activation_template.h"
#include "activation_execute.h"
