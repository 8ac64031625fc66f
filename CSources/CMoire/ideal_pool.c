#include "resample_engine.h"

moire_status moire_ideal_resampler_create(
  moire_resampler **resampler, const moire_ideal_options *options) {
  if (!resampler || !options) { return moire_null_argument; }
  if ((unsigned)options->band_edge > moire_band_edge_keep ||
      (unsigned)options->precision > moire_precision_double ||
      (unsigned)options->planning > moire_planning_measure) {
    return moire_invalid_argument;
  }
  const moire_ideal down = {
    options->height, options->output_height, options->offset_height, options->band_edge,
    options->precision, options->planning};
  const moire_ideal across = {
    options->width, options->output_width, options->offset_width, options->band_edge,
    options->precision, options->planning};
  moire_axis height = {0}, width = {0};
  moire_status status = moire_axis_make_ideal(&height, &down);
  if (status != moire_ok) { return status; }
  status = moire_axis_make_ideal(&width, &across);
  if (status != moire_ok) {
    moire_axis_destroy(&height);
    return status;
  }
  return moire_resampler_make(resampler, &height, &width);
}

moire_status moire_ideal_pool_create(
  moire_resampler **resampler, const moire_ideal_pool_options *options) {
  if (!resampler || !options) { return moire_null_argument; }
  const size_t stride_h = options->stride_height, stride_w = options->stride_width;
  if (stride_h == 0 || stride_w == 0) { return moire_invalid_argument; }
  const moire_ideal_options ideal = {
    .height = options->height,
    .width = options->width,
    .output_height = options->height / stride_h + (options->height % stride_h > 0),
    .output_width = options->width / stride_w + (options->width % stride_w > 0),
    .band_edge = options->band_edge,
    .precision = options->precision,
    .planning = options->planning};
  return moire_ideal_resampler_create(resampler, &ideal);
}
