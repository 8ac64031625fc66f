#ifndef MOIRE_SPECTRAL_FILTER_INTERNAL_H
#define MOIRE_SPECTRAL_FILTER_INTERNAL_H

#include <fftw3.h>

#include "alignment.h"
#include "moire.h"

struct moire_spectral_filter {
  size_t height, width, half;
  int is_complex;
  moire_precision precision;
  // [height][half], real or interleaved, of the precision, 1 / (height width) included.
  void *table;
  // H[0], real.
  double dc;
  fftwf_plan forward_single, inverse_single;
  fftw_plan forward_double, inverse_double;
};

// The parts of a workspace at a vector's alignment; bytes, or 0 on overflow.
size_t moire_spectral_filter_layout(
  const moire_spectral_filter *filter, void *base, void **plane, void **spectrum);

#endif
