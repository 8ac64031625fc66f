#include "resample_axis.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include "reader.h"

void moire_axis_destroy(moire_axis *axis) {
  free(axis->source);
  free(axis->start);
  free(axis->row);
  free(axis->weights);
  free(axis->weights_double);
  free(axis->factors);
  free(axis->factors_double);
  moire_line_destroy(&axis->forward);
  moire_line_destroy(&axis->inverse);
  moire_line_double_destroy(&axis->forward_double);
  moire_line_double_destroy(&axis->inverse_double);
  *axis = (moire_axis){0};
}

// FFTW counts in int, in units of one float.
size_t moire_axis_most(void) { return INT_MAX / (8 * MOIRE_LANES); }

// The sample behind position i, `size` for the 0 of zero padding.
size_t moire_extension_source(ptrdiff_t i, size_t size, moire_padding extension) {
  const ptrdiff_t source = moire_padding_source(i, size, extension);
  return source < 0 ? size : (size_t)source;
}

// malloc of count · size bytes, NULL on overflow; never asks for 0 bytes.
static void *make_array(size_t count, size_t size) {
  int overflow = 0;
  const size_t bytes = moire_product(count > 0 ? count : 1, size, &overflow);
  return overflow ? NULL : malloc(bytes);
}

moire_status moire_axis_make_copy(
  moire_axis *axis, size_t size, ptrdiff_t shift, moire_padding extension,
  moire_precision precision) {
  *axis = (moire_axis){
    .kind = moire_axis_copy, .precision = precision, .from = size, .to = size, .extent = size};
  axis->source = make_array(size, sizeof *axis->source);
  if (!axis->source) { return moire_no_memory; }
  for (size_t m = 0; m < size; m += 1) {
    axis->source[m] = moire_extension_source((ptrdiff_t)m + shift, size, extension);
  }
  return moire_ok;
}

// The reach of all outputs, [lowest, lowest + extent).
static size_t reach(const moire_band *band, ptrdiff_t *lowest) {
  ptrdiff_t low = band->first[0], high = band->first[0];
  for (size_t m = 1; m < band->to; m += 1) {
    low = band->first[m] < low ? band->first[m] : low;
    high = band->first[m] > high ? band->first[m] : high;
  }
  *lowest = low;
  return (size_t)(high - low) + band->taps;
}

static moire_status copy_weights(moire_axis *axis, const moire_band *band) {
  int overflow = 0;
  const size_t count = moire_product(band->rows, band->taps, &overflow);
  if (overflow) { return moire_size_overflow; }
  if (axis->precision == moire_precision_double) {
    axis->weights_double = make_array(count, sizeof(double));
    if (!axis->weights_double) { return moire_no_memory; }
    memcpy(axis->weights_double, band->weights, count * sizeof(double));
    return moire_ok;
  }
  axis->weights = make_array(count, sizeof(float));
  if (!axis->weights) { return moire_no_memory; }
  for (size_t i = 0; i < count; i += 1) { axis->weights[i] = (float)band->weights[i]; }
  return moire_ok;
}

moire_status moire_axis_make_band(
  moire_axis *axis, const moire_band *band, moire_precision precision) {
  *axis = (moire_axis){
    .kind = moire_axis_band, .precision = precision, .from = band->from, .to = band->to,
    .taps = band->taps, .rows = band->rows};
  ptrdiff_t lowest;
  axis->extent = reach(band, &lowest);
  axis->source = make_array(axis->extent, sizeof *axis->source);
  axis->start = make_array(band->to, sizeof *axis->start);
  axis->row = make_array(band->to, sizeof *axis->row);
  moire_status status =
    axis->source && axis->start && axis->row ? copy_weights(axis, band) : moire_no_memory;
  if (status != moire_ok) {
    moire_axis_destroy(axis);
    return status;
  }
  for (size_t i = 0; i < axis->extent; i += 1) {
    axis->source[i] =
      moire_extension_source(lowest + (ptrdiff_t)i, band->from, band->extension);
  }
  axis->dense = band->rows == band->to;
  for (size_t m = 0; m < band->to; m += 1) {
    axis->start[m] = (size_t)(band->first[m] - lowest);
    axis->row[m] = m % band->rows;
    axis->dense &= axis->start[m] == 0;
  }
  return moire_ok;
}

moire_status moire_axis_make_sliding(
  moire_axis *axis, size_t size, ptrdiff_t first, const double *weights, size_t taps,
  moire_padding extension, moire_precision precision) {
  ptrdiff_t *firsts = make_array(size, sizeof *firsts);
  if (!firsts) { return moire_no_memory; }
  for (size_t m = 0; m < size; m += 1) { firsts[m] = (ptrdiff_t)m + first; }
  const moire_band band = {size, size, taps, 1, weights, firsts, extension};
  const moire_status status = moire_axis_make_band(axis, &band, precision);
  free(firsts);
  return status;
}

size_t moire_axis_scratch(const moire_axis *axis, int *overflow) {
  switch (axis->kind) {
    case moire_axis_copy: return 0;
    case moire_axis_band: return axis->extent;
    case moire_axis_transform: {
      size_t both, all;
      *overflow |= __builtin_add_overflow(axis->from, axis->to, &both);
      both = moire_product(both, axis->block, overflow);
      const size_t longer = axis->from > axis->to ? axis->from : axis->to;
      *overflow |= __builtin_add_overflow(both, longer, &all);
      return all;
    }
  }
  return 0;
}
