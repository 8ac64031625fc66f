#ifndef MOIRE_HALF_SPECTRUM_H
#define MOIRE_HALF_SPECTRUM_H

#include "alignment.h"
#include "reader.h"

static inline moire_status moire_spectrum_check(const moire_spectrum *spectrum) {
  if (!spectrum || !spectrum->power) { return moire_null_argument; }
  if (!moire_stands(spectrum->power, _Alignof(double)) || spectrum->height == 0 ||
      spectrum->width == 0 || spectrum->stride_height == 0 || spectrum->stride_width == 0) {
    return moire_invalid_argument;
  }
  int overflow = 0;
  moire_product(
    moire_product(spectrum->height, spectrum->width, &overflow), sizeof(double), &overflow);
  return overflow ? moire_size_overflow : moire_ok;
}

static inline int moire_spectrum_divides(const moire_spectrum *spectrum) {
  return spectrum->height % spectrum->stride_height == 0 &&
    spectrum->width % spectrum->stride_width == 0;
}

// |X[y, x]|² at any bin of the full spectrum of a real map.
static inline double moire_spectrum_bin(const moire_spectrum *spectrum, size_t y, size_t x) {
  const size_t height = spectrum->height, width = spectrum->width, half = width / 2 + 1;
  return x < half ? spectrum->power[y * half + x]
                  : spectrum->power[(height - y) % height * half + width - x];
}

// |f| of bin k of an axis, in cycles per sample.
static inline double moire_bin_frequency(size_t k, size_t size) {
  return (double)(k <= size / 2 ? k : size - k) / (double)size;
}

// How many bins of the full spectrum a stored column stands for.
static inline double moire_column_weight(size_t x, size_t width) {
  return x == 0 || 2 * x == width ? 1 : 2;
}

#endif
