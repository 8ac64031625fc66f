#include "spectral_filter_internal.h"

#define REAL double
#define FFTW(name) fftw_##name
#define PRECISION moire_precision_double
#define PLANES moire_planes_double
#define OUTPUT moire_output_double
#define FORWARD forward_double
#define INVERSE inverse_double
#define EXECUTE moire_spectral_filter_execute_double
#include "spectral_filter_execute.h"
