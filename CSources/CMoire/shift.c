#include <math.h>

#include "resample_engine.h"

enum { MOST_LOBES = 64 };

static double sinc(double x) { return x == 0 ? 1 : sin(M_PI * x) / (M_PI * x); }

static moire_status make_lanczos(
  moire_axis *axis, size_t size, double shift, const moire_shift_options *options) {
  const double whole = floor(shift), rest = shift - whole;
  const ptrdiff_t start = (ptrdiff_t)whole;
  if (rest == 0) {
    return moire_axis_make_copy(axis, size, start, options->padding, options->precision);
  }
  const size_t lobes = options->lobes, taps = 2 * lobes;
  double weights[2 * MOST_LOBES], sum = 0;
  for (size_t t = 0; t < taps; t += 1) {
    const double distance = rest + (double)lobes - 1 - (double)t;
    weights[t] = sinc(distance) * sinc(distance / (double)lobes);
    sum += weights[t];
  }
  for (size_t t = 0; t < taps; t += 1) { weights[t] /= sum; }
  return moire_axis_make_sliding(
    axis, size, start - (ptrdiff_t)lobes + 1, weights, taps, options->padding,
    options->precision);
}

static moire_status make_axis(
  moire_axis *axis, size_t size, double shift, const moire_shift_options *options) {
  if (options->interpolation == moire_interpolation_fourier) {
    const moire_ideal ideal = {
      size, size, shift, moire_band_edge_drop, options->precision, options->planning};
    return moire_axis_make_ideal(axis, &ideal);
  }
  if (size == 0 || !(fabs(shift) <= 0x1p31)) { return moire_invalid_argument; }
  return size > moire_axis_most() ? moire_size_overflow
                                  : make_lanczos(axis, size, shift, options);
}

static int is_valid(const moire_shift_options *options) {
  const int lanczos = options->interpolation == moire_interpolation_lanczos;
  return (unsigned)options->interpolation <= moire_interpolation_lanczos &&
    (unsigned)options->padding <= moire_padding_symmetric &&
    (unsigned)options->precision <= moire_precision_double &&
    (unsigned)options->planning <= moire_planning_measure &&
    (!lanczos || (options->lobes >= 1 && options->lobes <= MOST_LOBES));
}

moire_status moire_shift_create(
  moire_resampler **resampler, const moire_shift_options *options) {
  if (!resampler || !options) { return moire_null_argument; }
  if (!is_valid(options)) { return moire_invalid_argument; }
  moire_axis height = {0}, width = {0};
  moire_status status = make_axis(&height, options->height, options->shift_height, options);
  if (status != moire_ok) { return status; }
  status = make_axis(&width, options->width, options->shift_width, options);
  if (status != moire_ok) {
    moire_axis_destroy(&height);
    return status;
  }
  return moire_resampler_make(resampler, &height, &width);
}
