#include "identity.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

static int finite_gains(const double *gains, size_t size) {
  for (size_t k = 0; gains && k < size; k += 1) {
    if (!isfinite(gains[k])) { return 0; }
  }
  return 1;
}

static moire_status check_response(const moire_axis_response *response, size_t size) {
  if (!response->real) { return response->imaginary ? moire_null_argument : moire_ok; }
  return finite_gains(response->real, size) && finite_gains(response->imaginary, size)
    ? moire_ok
    : moire_invalid_argument;
}

static moire_status check(const moire_identities_options *options) {
  moire_status status = moire_plan_check(options->height, options->width, options->planning);
  if (status != moire_ok) { return status; }
  if (options->stride_height == 0 || options->stride_width == 0) { return moire_invalid_argument; }
  if (options->height % options->stride_height != 0 ||
      options->width % options->stride_width != 0) {
    return moire_not_exact;
  }
  const size_t samples = options->height * options->width;
  if (!finite_gains(options->response_plane, samples)) { return moire_invalid_argument; }
  status = check_response(&options->response_height, options->height);
  return status == moire_ok ? check_response(&options->response_width, options->width) : status;
}

static moire_status lay_out(moire_identities *made, const moire_identities_options *options) {
  made->height = options->height;
  made->width = options->width;
  made->stride_h = options->stride_height;
  made->stride_w = options->stride_width;
  made->box_h = options->height / options->stride_height;
  made->box_w = options->width / options->stride_width;
  made->filtered = options->response_height.real || options->response_width.real ||
    options->response_plane;
  const size_t unit = sizeof(lanes) / sizeof(complex_value);
  const size_t box = made->box_h * made->box_w;
  made->box_pitch = (box + unit - 1) / unit * unit;
  const size_t map = (made->height * made->width + unit - 1) / unit * unit;
  int overflow = 0;
  size_t values = moire_product(
    moire_product(made->stride_h, made->stride_w, &overflow), made->box_pitch, &overflow);
  overflow |= __builtin_add_overflow(values, map, &values);
  made->workspace = moire_product(values, sizeof(complex_value), &overflow);
  overflow |= __builtin_add_overflow(made->workspace, sizeof(lanes), &made->workspace);
  return overflow ? moire_size_overflow : moire_ok;
}

static complex_value *make_gains(const moire_axis_response *response, size_t size) {
  complex_value *gains = malloc(size * sizeof *gains);
  for (size_t k = 0; gains && k < size; k += 1) {
    gains[k].re = response->real ? response->real[k] : 1;
    gains[k].im = response->imaginary ? response->imaginary[k] : 0;
  }
  return gains;
}

static double *copy_plane(const moire_identities_options *options) {
  const size_t bytes = options->height * options->width * sizeof(double);
  double *plane = malloc(bytes);
  if (plane) { memcpy(plane, options->response_plane, bytes); }
  return plane;
}

static complex_value *make_phases(size_t size, size_t stride) {
  const size_t box = size / stride;
  complex_value *phases = malloc(size * sizeof *phases);
  for (size_t k = 0; phases && k < box; k += 1) {
    const double bin = k < (box + 1) / 2 ? (double)k : (double)k - (double)box;
    for (size_t d = 0; d < stride; d += 1) {
      const double angle = -2 * M_PI * bin * (double)d / (double)size;
      phases[k * stride + d] = (complex_value){cos(angle), sin(angle)};
    }
  }
  return phases;
}

static moire_status make_plans(moire_identities *made, moire_planning planning) {
  moire_plan_key key = {
    made->height, made->width, moire_plan_complex_forward, moire_precision_double, planning};
  moire_status status = moire_plan_acquire(&made->forward, &key);
  if (status == moire_ok && made->filtered) {
    key.kind = moire_plan_complex_inverse;
    status = moire_plan_acquire(&made->inverse, &key);
  }
  if (status == moire_ok) {
    key = (moire_plan_key){
      made->box_h, made->box_w, moire_plan_complex_forward, moire_precision_double, planning};
    status = moire_plan_acquire(&made->box, &key);
  }
  return status;
}

moire_status moire_identities_create(
  moire_identities **identities, const moire_identities_options *options) {
  if (!identities || !options) { return moire_null_argument; }
  moire_status status = check(options);
  if (status != moire_ok) { return status; }
  moire_identities *made = calloc(1, sizeof *made);
  if (!made) { return moire_no_memory; }
  status = lay_out(made, options);
  if (status == moire_ok) {
    made->gain_h = make_gains(&options->response_height, made->height);
    made->gain_w = make_gains(&options->response_width, made->width);
    made->phase_h = make_phases(made->height, made->stride_h);
    made->phase_w = make_phases(made->width, made->stride_w);
    if (options->response_plane) { made->gain_plane = copy_plane(options); }
    const int all = made->gain_h && made->gain_w && made->phase_h && made->phase_w &&
      (made->gain_plane || !options->response_plane);
    status = all ? make_plans(made, options->planning) : moire_no_memory;
  }
  if (status != moire_ok) {
    moire_identities_destroy(made);
    return status;
  }
  *identities = made;
  return moire_ok;
}

void moire_identities_destroy(moire_identities *identities) {
  if (!identities) { return; }
  moire_plan_release(identities->forward);
  moire_plan_release(identities->inverse);
  moire_plan_release(identities->box);
  free(identities->gain_h);
  free(identities->gain_w);
  free(identities->gain_plane);
  free(identities->phase_h);
  free(identities->phase_w);
  free(identities);
}

size_t moire_identities_workspace_size(const moire_identities *identities) {
  return identities ? identities->workspace : 0;
}

double moire_identity_difference(moire_comparison fraction) {
  return fabs(fraction.predicted - fraction.measured) / fmax(fraction.predicted, 1e-3);
}
