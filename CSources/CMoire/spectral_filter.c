#include "spectral_filter_internal.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "line.h"
#include "reader.h"

typedef struct complex_value {
  double re, im;
} complex_value;

static complex_value value_at(const double *response, size_t index, int is_complex) {
  if (!response) { return (complex_value){1, 0}; }
  return is_complex ? (complex_value){response[2 * index], response[2 * index + 1]}
                    : (complex_value){response[index], 0};
}

static complex_value at(const moire_spectral_filter_options *options, size_t y, size_t x) {
  const int is_complex = options->is_complex;
  if (options->response) {
    return value_at(options->response, y * options->width + x, is_complex);
  }
  const complex_value a = value_at(options->response_h, y, is_complex);
  const complex_value b = value_at(options->response_w, x, is_complex);
  return (complex_value){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

// The Hermitian part at (y, x).
static complex_value hermitian(const moire_spectral_filter_options *options, size_t y, size_t x) {
  const size_t height = options->height, width = options->width;
  const complex_value own = at(options, y, x);
  const complex_value mirror = at(options, (height - y) % height, (width - x) % width);
  return (complex_value){(own.re + mirror.re) / 2, (own.im - mirror.im) / 2};
}

static void put(moire_spectral_filter *filter, size_t index, double value) {
  if (filter->precision == moire_precision_double) {
    ((double *)filter->table)[index] = value;
  } else {
    ((float *)filter->table)[index] = (float)value;
  }
}

static moire_status make_table(
  moire_spectral_filter *filter, const moire_spectral_filter_options *options) {
  int overflow = 0;
  size_t count = moire_product(filter->height, filter->half, &overflow);
  const size_t parts = filter->is_complex ? 2 : 1;
  count = moire_product(count, parts * sizeof(double), &overflow);
  if (overflow) { return moire_size_overflow; }
  filter->table = malloc(count);
  if (!filter->table) { return moire_no_memory; }
  const double area = (double)filter->height * (double)filter->width;
  size_t index = 0;
  for (size_t y = 0; y < filter->height; y += 1) {
    for (size_t x = 0; x < filter->half; x += 1) {
      const complex_value value = hermitian(options, y, x);
      if (!isfinite(value.re) || !isfinite(value.im)) { return moire_not_finite; }
      put(filter, index++, value.re / area);
      if (filter->is_complex) { put(filter, index++, value.im / area); }
    }
  }
  filter->dc = hermitian(options, 0, 0).re;
  return moire_ok;
}

size_t moire_spectral_filter_layout(
  const moire_spectral_filter *filter, void *base, void **plane, void **spectrum) {
  const size_t unit = sizeof(lanes);
  const size_t real = filter->precision == moire_precision_double ? sizeof(double) : sizeof(float);
  int overflow = 0;
  size_t samples = moire_product(filter->height, filter->width, &overflow);
  samples = moire_product(samples, real, &overflow);
  size_t bins = moire_product(filter->height, filter->half, &overflow);
  bins = moire_product(bins, 2 * real, &overflow);
  overflow |= __builtin_add_overflow(samples, unit - 1, &samples);
  samples -= samples % unit;
  size_t whole;
  overflow |= __builtin_add_overflow(samples, bins, &whole);
  overflow |= __builtin_add_overflow(whole, unit, &whole);
  if (overflow) { return 0; }
  if (base) {
    char *start = (char *)base + (0 - (uintptr_t)base) % unit;
    *plane = start;
    *spectrum = start + samples;
  }
  return whole;
}

static moire_status make_plans(moire_spectral_filter *filter, unsigned flags) {
  void *area = malloc(moire_spectral_filter_workspace_size(filter));
  void *plane = NULL, *spectrum = NULL;
  if (!area) { return moire_no_memory; }
  (void)moire_spectral_filter_layout(filter, area, &plane, &spectrum);
  const int height = (int)filter->height, width = (int)filter->width;
  int made;
  moire_planner_lock();
  if (filter->precision == moire_precision_double) {
    filter->forward_double = fftw_plan_dft_r2c_2d(height, width, plane, spectrum, flags);
    filter->inverse_double = fftw_plan_dft_c2r_2d(height, width, spectrum, plane, flags);
    made = filter->forward_double && filter->inverse_double;
  } else {
    filter->forward_single = fftwf_plan_dft_r2c_2d(height, width, plane, spectrum, flags);
    filter->inverse_single = fftwf_plan_dft_c2r_2d(height, width, spectrum, plane, flags);
    made = filter->forward_single && filter->inverse_single;
  }
  moire_planner_unlock();
  free(area);
  return made ? moire_ok : moire_no_memory;
}

static moire_status check(const moire_spectral_filter_options *options) {
  if (options->height == 0 || options->width == 0 ||
      (options->response && (options->response_h || options->response_w)) ||
      (unsigned)options->precision > moire_precision_double ||
      (unsigned)options->planning > moire_planning_measure) {
    return moire_invalid_argument;
  }
  return options->height > INT_MAX || options->width > INT_MAX ? moire_size_overflow : moire_ok;
}

moire_status moire_spectral_filter_create(
  moire_spectral_filter **filter, const moire_spectral_filter_options *options) {
  if (!filter || !options) { return moire_null_argument; }
  moire_status status = check(options);
  if (status != moire_ok) { return status; }
  moire_spectral_filter *made = calloc(1, sizeof *made);
  if (!made) { return moire_no_memory; }
  made->height = options->height;
  made->width = options->width;
  made->half = options->width / 2 + 1;
  made->is_complex = options->is_complex != 0;
  made->precision = options->precision;
  status = moire_spectral_filter_workspace_size(made) == 0 ? moire_size_overflow
                                                           : make_table(made, options);
  const int measured = options->planning == moire_planning_measure;
  if (status == moire_ok) {
    status = make_plans(made, measured ? FFTW_MEASURE : FFTW_ESTIMATE);
  }
  if (status != moire_ok) {
    moire_spectral_filter_destroy(made);
    return status;
  }
  *filter = made;
  return moire_ok;
}

void moire_spectral_filter_destroy(moire_spectral_filter *filter) {
  if (!filter) { return; }
  moire_planner_lock();
  fftwf_destroy_plan(filter->forward_single);
  fftwf_destroy_plan(filter->inverse_single);
  fftw_destroy_plan(filter->forward_double);
  fftw_destroy_plan(filter->inverse_double);
  moire_planner_unlock();
  free(filter->table);
  free(filter);
}

size_t moire_spectral_filter_workspace_size(const moire_spectral_filter *filter) {
  return filter ? moire_spectral_filter_layout(filter, NULL, NULL, NULL) : 0;
}
