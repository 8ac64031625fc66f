#include <string.h>

#include "alignment.h"
#include "polyphase_sums.h"

#define REAL float
#define PLANES moire_planes
#define OUTPUT moire_output
#define TAKE moire_phase_take
#define PUT moire_phase_put
#define UPSAMPLE moire_phase_upsample
#define NAME(x) x##_float
#include "polyphase_move.inc"
#undef REAL
#undef PLANES
#undef OUTPUT
#undef TAKE
#undef PUT
#undef UPSAMPLE
#undef NAME

#define REAL double
#define PLANES moire_planes_double
#define OUTPUT moire_output_double
#define TAKE moire_phase_take_double
#define PUT moire_phase_put_double
#define UPSAMPLE moire_phase_upsample_double
#define NAME(x) x##_double
#include "polyphase_move.inc"
