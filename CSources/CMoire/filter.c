#include <math.h>

#include "filter_internal.h"

// Pascal's triangle halved row by row: exact while the coefficients fit a double, no overflow.
static void halved_pascal(double *taps, size_t count) {
  taps[0] = 1;
  for (size_t n = 1; n < count; n += 1) {
    taps[n] = 0;
    for (size_t k = n; k > 0; k -= 1) { taps[k] = (taps[k] + taps[k - 1]) / 2; }
    taps[0] /= 2;
  }
}

// From the largest coefficient outwards by ratios below 1, which underflow where the taps do.
static void ratios(double *taps, size_t count) {
  const size_t last = count - 1, middle = last / 2;
  taps[middle] = 1;
  for (size_t k = middle; k > 0; k -= 1) {
    taps[k - 1] = taps[k] * (double)k / (double)(last - k + 1);
  }
  double sum = 0;
  for (size_t k = 0; k <= middle; k += 1) { sum += (2 * k == last ? 1 : 2) * taps[k]; }
  for (size_t k = 0; k <= middle; k += 1) { taps[last - k] = taps[k] /= sum; }
}

moire_status moire_binomial_taps(double *taps, size_t count) {
  if (!taps) { return moire_null_argument; }
  if (count == 0) { return moire_invalid_argument; }
  if (count <= 54) {
    halved_pascal(taps, count);
  } else {
    ratios(taps, count);
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
    const size_t distance = moire_distance(k, size);
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
    const size_t distance = moire_distance(k, size);
    const double position = 2 * (double)distance * (double)stride, edge = (double)size;
    response[k] = stride == 1 || position < edge ? 1
      : position > edge                          ? 0
      : nyquist == moire_nyquist_halve           ? 0.5
                                                 : 0;
  }
  return moire_ok;
}
