#define REAL float
#define COMPLEX fftwf_complex
#define FFTW(name) fftwf_##name
#define NAME(name) moire_transform##name
#define PLANES moire_planes
#define OUTPUT moire_output
#define PLAN single
#define PRECISION moire_precision_single
#include "transform_body.h"
