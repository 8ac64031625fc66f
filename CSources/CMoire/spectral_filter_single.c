#include "spectral_filter_internal.h"

#define REAL float
#define FFTW(name) fftwf_##name
#define PRECISION moire_precision_single
#define PLANES moire_planes
#define OUTPUT moire_output
#define FORWARD forward_single
#define INVERSE inverse_single
#define EXECUTE moire_spectral_filter_execute
#include "spectral_filter_execute.h"
