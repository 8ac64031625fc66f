#include <math.h>

#include "reader.h"

moire_status moire_binomial_taps(double *taps, size_t count) {
  if (!taps) { return moire_null_argument; }
  if (count == 0) { return moire_invalid_argument; }
  taps[0] = 1;
  for (size_t n = 1; n < count; n += 1) {
    taps[n] = 0;
    for (size_t k = n; k > 0; k -= 1) { taps[k] = (taps[k] + taps[k - 1]) / 2; }
    taps[0] /= 2;
  }
  return moire_ok;
}

double moire_binomial_response(size_t count, double frequency) {
  return count <= 1 ? 1 : pow(fabs(cos(M_PI * frequency)), (double)(count - 1));
}

moire_status moire_binomial_sample(double *response, size_t size, size_t count) {
  if (!response) { return moire_null_argument; }
  if (size == 0 || count == 0) { return moire_invalid_argument; }
  for (size_t k = 0; k < size; k += 1) {
    const size_t distance = k <= size / 2 ? k : size - k;
    // cos(π/2) is not 0 in floating point, the filter's zero is.
    response[k] = count > 1 && 2 * distance == size
      ? 0
      : moire_binomial_response(count, (double)distance / (double)size);
  }
  return moire_ok;
}

moire_status moire_ideal_sample(
  double *response, size_t size, size_t stride, moire_nyquist nyquist) {
  if (!response) { return moire_null_argument; }
  if (size == 0 || stride == 0 || (unsigned)nyquist > moire_nyquist_halve) {
    return moire_invalid_argument;
  }
  for (size_t k = 0; k < size; k += 1) {
    const size_t distance = k <= size / 2 ? k : size - k;
    const double position = 2 * (double)distance * (double)stride, edge = (double)size;
    response[k] = stride == 1 || position < edge ? 1
      : position > edge                          ? 0
      : nyquist == moire_nyquist_halve           ? 0.5
                                                 : 0;
  }
  return moire_ok;
}
