#include <stdint.h>
#include <stdlib.h>

#include "moire.h"

moire_padding moire_blur_padding(moire_blur_convention convention) {
  return convention == moire_blur_kornia || convention == moire_blur_composer
    ? moire_padding_zero
    : moire_padding_reflect;
}

// Taps and paddings of `auto`: twice the drift-free phase is N - 1 - s (M - 1).
static void centre(moire_blur_axis *axis, size_t filter) {
  const ptrdiff_t span = (ptrdiff_t)((axis->output - 1) * axis->stride);
  const ptrdiff_t twice = (ptrdiff_t)axis->input - 1 - span;
  const int matches = ((ptrdiff_t)filter - 1 - twice) % 2 == 0;
  axis->taps = matches || filter == 1 ? filter : filter == 2 ? 3 : filter - 1;
  // Exact but for a single tap, where rounding up the lead rounds down the phase.
  const ptrdiff_t lead = (ptrdiff_t)axis->taps - 1 - twice;
  axis->lead = lead >= 0 ? (lead + 1) / 2 : lead / 2;
  axis->trail = span + (ptrdiff_t)axis->taps - axis->lead - (ptrdiff_t)axis->input;
}

// Taps, paddings and output of a convention; 0 where it has none.
static int place(moire_blur_axis *axis, moire_blur_convention convention, size_t filter) {
  const size_t input = axis->input, stride = axis->stride;
  axis->taps = filter;
  axis->output = (input - 1) / stride + 1;
  switch (convention) {
    case moire_blur_zhang:
    case moire_blur_kornia:
      axis->lead = (ptrdiff_t)((filter - 1) / 2);
      axis->trail = (ptrdiff_t)(filter / 2);
      return 1;
    case moire_blur_timm: {
      const size_t pad = (stride + filter - 2) / 2;
      if (filter < 2 || input + 2 * pad < filter) { return 0; }
      axis->lead = axis->trail = (ptrdiff_t)pad;
      axis->output = (input + 2 * pad - filter) / stride + 1;
      return 1;
    }
    case moire_blur_composer:
      axis->lead = axis->trail = (ptrdiff_t)(filter / 2);
      return filter % 2 == 1;
    case moire_blur_auto: centre(axis, filter); return 1;
  }
  return 0;
}

// Σ of the taps of output `index` that meet a sample or a copy of one.
static double gain(const moire_blur_axis *axis, const double *taps, size_t index) {
  double sum = 0;
  const ptrdiff_t start = (ptrdiff_t)(index * axis->stride) - axis->lead;
  for (size_t t = 0; t < axis->taps; t += 1) {
    if (moire_padding_source(start + (ptrdiff_t)t, axis->input, axis->padding) >= 0) {
      sum += taps[t];
    }
  }
  return sum;
}

static int folds(const moire_blur_axis *axis) {
  const ptrdiff_t most = axis->trail > axis->lead ? axis->trail : axis->lead;
  if (axis->padding == moire_padding_reflect) { return most > (ptrdiff_t)axis->input - 1; }
  const int whole =
    axis->padding == moire_padding_circular || axis->padding == moire_padding_symmetric;
  return whole && most > (ptrdiff_t)axis->input;
}

static moire_status set_gains(moire_blur_axis *axis) {
  axis->first_gain = axis->last_gain = 1;
  // Only zeros dim, and other paddings need no taps.
  if (axis->padding != moire_padding_zero) { return moire_ok; }
  double *taps = calloc(axis->taps, sizeof *taps);
  if (!taps) { return moire_no_memory; }
  moire_binomial_taps(taps, axis->taps);
  axis->first_gain = gain(axis, taps, 0);
  axis->last_gain = gain(axis, taps, axis->output - 1);
  free(taps);
  return moire_ok;
}

moire_status moire_blur_geometry(
  moire_blur_axis *axis, moire_blur_convention convention, moire_padding padding, size_t filter,
  size_t stride, size_t input) {
  if (!axis) { return moire_null_argument; }
  if (filter == 0 || stride == 0 || input == 0 ||
      (unsigned)padding > moire_padding_symmetric) {
    return moire_invalid_argument;
  }
  const size_t most = PTRDIFF_MAX / 32;
  if (filter > most || stride > most || input > most) { return moire_size_overflow; }
  moire_blur_axis made = {.input = input, .stride = stride, .padding = padding};
  if (!place(&made, convention, filter)) { return moire_invalid_argument; }
  made.phase = ((double)made.taps - 1) / 2 - (double)made.lead;
  made.folds = folds(&made);
  const moire_status status = set_gains(&made);
  if (status == moire_ok) { *axis = made; }
  return status;
}

// The filter of two axes with their binomial taps.
static moire_status create(
  moire_fir **fir, const moire_blur_axis *rows, const moire_blur_axis *columns) {
  double *taps = calloc(rows->taps + columns->taps, sizeof *taps);
  if (!taps) { return moire_no_memory; }
  moire_binomial_taps(taps, rows->taps);
  moire_binomial_taps(taps + rows->taps, columns->taps);
  const moire_fir_options options = {
    .height =
      {.taps = taps, .count = rows->taps, .stride = rows->stride, .lead = rows->lead,
       .input = rows->input, .output = rows->output, .padding = rows->padding},
    .width = {
      .taps = taps + rows->taps, .count = columns->taps, .stride = columns->stride,
      .lead = columns->lead, .input = columns->input, .output = columns->output,
      .padding = columns->padding}};
  const moire_status status = moire_fir_create(fir, &options);
  free(taps);
  return status;
}

moire_status moire_blur_create(
  moire_fir **fir, moire_blur_axis *rows, moire_blur_axis *columns,
  const moire_blur_options *options) {
  if (!fir || !options) { return moire_null_argument; }
  moire_blur_axis height, width;
  moire_status status = moire_blur_geometry(
    &height, options->convention, options->padding, options->filter_height,
    options->stride_height, options->height);
  if (status != moire_ok) { return status; }
  status = moire_blur_geometry(
    &width, options->convention, options->padding, options->filter_width, options->stride_width,
    options->width);
  if (status != moire_ok) { return status; }
  status = create(fir, &height, &width);
  if (status != moire_ok) { return status; }
  if (rows) { *rows = height; }
  if (columns) { *columns = width; }
  return moire_ok;
}
