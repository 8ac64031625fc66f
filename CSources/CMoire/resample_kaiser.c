#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "bessel.h"
#include "reader.h"
#include "resample_engine.h"

// One axis of moire_kaiser_options.
typedef struct kaiser {
  size_t size, up, down;
  const moire_kaiser_options *options;
} kaiser;

static double sinc(double x) { return x == 0 ? 1 : sin(M_PI * x) / (M_PI * x); }

static size_t divisor(size_t a, size_t b) {
  while (b > 0) {
    const size_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

// h(j) for j = 0 … half, scaled so that all 2 half + 1 taps sum to `up`.
static void make_prototype(double *h, const kaiser *axis, size_t half) {
  const moire_kaiser_options *options = axis->options;
  const double cutoff = options->cutoff / (double)larger(axis->up, axis->down);
  double sum = 0;
  for (size_t j = 0; j <= half; j += 1) {
    const double t = (double)j / (double)half;
    const double window = moire_bessel_i0(options->beta * sqrt(fmax(0, 1 - t * t)));
    h[j] = sinc(cutoff * (double)j) * window;
    sum += j == 0 ? h[j] : 2 * h[j];
  }
  for (size_t j = 0; j <= half; j += 1) { h[j] *= (double)axis->up / sum; }
}

// ⌈(p - half) / up⌉ for p = m down: the first sample within reach of output m.
static ptrdiff_t first_sample(size_t position, size_t half, size_t up) {
  const ptrdiff_t behind = (ptrdiff_t)position - (ptrdiff_t)half, by = (ptrdiff_t)up;
  return behind >= 0 ? (behind + by - 1) / by : -(-behind / by);
}

// The weights of output m; 0 when they cannot be brought to the sum 1.
static int make_row(
  double *row, const double *h, const kaiser *axis, size_t half, size_t taps, size_t m) {
  const size_t position = m * axis->down;
  const ptrdiff_t first = first_sample(position, half, axis->up);
  double sum = 0;
  for (size_t t = 0; t < taps; t += 1) {
    const ptrdiff_t j = (ptrdiff_t)position - (first + (ptrdiff_t)t) * (ptrdiff_t)axis->up;
    const size_t distance = (size_t)(j < 0 ? -j : j);
    row[t] = distance <= half ? h[distance] : 0;
    sum += row[t];
  }
  if (axis->options->gain == moire_filter_gain_total) { return 1; }
  if (!(sum > 1e-6)) { return 0; }
  for (size_t t = 0; t < taps; t += 1) { row[t] /= sum; }
  return 1;
}

static moire_status make_band(moire_axis *made, const kaiser *axis, size_t to, size_t half) {
  const size_t taps = 2 * half / axis->up + 1, rows = axis->up < to ? axis->up : to;
  int overflow = 0;
  const size_t bytes =
    moire_product(moire_product(rows, taps, &overflow), sizeof(double), &overflow);
  if (overflow) { return moire_size_overflow; }
  double *h = malloc((half + 1) * sizeof *h), *weights = malloc(bytes);
  ptrdiff_t *first = malloc(to * sizeof *first);
  moire_status status = h && weights && first ? moire_ok : moire_no_memory;
  if (status == moire_ok) {
    make_prototype(h, axis, half);
    for (size_t m = 0; m < rows; m += 1) {
      if (!make_row(weights + m * taps, h, axis, half, taps, m)) {
        status = moire_invalid_argument;
      }
    }
    for (size_t m = 0; m < to; m += 1) {
      first[m] = first_sample(m * axis->down, half, axis->up);
    }
  }
  if (status == moire_ok) {
    const moire_band band = {
      axis->size, to, taps, rows, weights, first, axis->options->padding};
    status = moire_axis_make_band(made, &band, axis->options->precision);
  }
  free(h);
  free(weights);
  free(first);
  return status;
}

static moire_status make_axis(
  moire_axis *made, size_t size, size_t up, size_t down, const moire_kaiser_options *options) {
  if (size == 0 || up == 0 || down == 0) { return moire_invalid_argument; }
  const size_t common = divisor(up, down), most = moire_axis_most();
  const kaiser axis = {size, up / common, down / common, options};
  if (axis.up == axis.down) {
    return size > most ? moire_size_overflow
                       : moire_axis_make_copy(
                           made, size, 0, moire_padding_circular, options->precision);
  }
  int overflow = 0;
  const size_t half = moire_product(options->zeros, larger(axis.up, axis.down), &overflow);
  const size_t fine = moire_product(size, axis.up, &overflow);
  // All positions on the fine grid, and the taps around them, stay far from overflow.
  if (overflow || fine > PTRDIFF_MAX / 8 || half > PTRDIFF_MAX / 64 || size > most) {
    return moire_size_overflow;
  }
  const size_t to = fine / axis.down + (fine % axis.down > 0);
  return to > most ? moire_size_overflow : make_band(made, &axis, to, half);
}

static int is_valid(const moire_kaiser_options *options) {
  return options->zeros >= 1 && options->cutoff > 0 && options->cutoff <= 1 &&
    options->beta >= 0 && options->beta <= 700 &&
    (unsigned)options->gain <= moire_filter_gain_total &&
    (unsigned)options->padding <= moire_padding_symmetric &&
    (unsigned)options->precision <= moire_precision_double;
}

moire_status moire_kaiser_resampler_create(
  moire_resampler **resampler, const moire_kaiser_options *options) {
  if (!resampler || !options) { return moire_null_argument; }
  if (!is_valid(options)) { return moire_invalid_argument; }
  moire_axis height = {0}, width = {0};
  moire_status status = make_axis(
    &height, options->height, options->up_height, options->down_height, options);
  if (status != moire_ok) { return status; }
  status =
    make_axis(&width, options->width, options->up_width, options->down_width, options);
  if (status != moire_ok) {
    moire_axis_destroy(&height);
    return status;
  }
  return moire_resampler_make(resampler, &height, &width);
}
