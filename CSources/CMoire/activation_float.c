#include <math.h>
#include <stdint.h>

#include "activation_engine.h"
#include "alignment.h"

#define REAL float
#define BITS uint32_t
#define VECTOR lanes
#define WIDTH MOIRE_LANES
#define NAME(x) x
#define SHEET moire_sheet
#define OUTPUT moire_output
#define PLANES moire_planes
#define SELF moire_precision_single

#include "activation_template.h"
#include "activation_execute.h"
