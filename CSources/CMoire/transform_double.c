#define REAL double
#define COMPLEX fftw_complex
#define FFTW(name) fftw_##name
#define NAME(name) moire_transform_double##name
#define PLANES moire_planes_double
#define OUTPUT moire_output_double
#define PLAN twofold
#define PRECISION moire_precision_double
#include "transform_body.h"
