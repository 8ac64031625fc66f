#include <stdint.h>
#include <stdlib.h>

#include "alignment.h"
#include "reader.h"
#include "resample_engine.h"

void moire_workspace_add(size_t *vectors, size_t count, int *overflow) {
  *overflow |= __builtin_add_overflow(*vectors, count, vectors);
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

size_t moire_resample_layout(
  moire_resample_parts *parts, const moire_resampler *resampler, void *base) {
  int overflow = 0;
  size_t vectors = 0, bytes;
  const size_t stage = moire_product(resampler->stage_pitch, resampler->height.from, &overflow);
  const size_t columns = moire_product(resampler->column_pitch, resampler->width.from, &overflow);
  const size_t finished = moire_product(resampler->rows, resampler->width.to, &overflow);
  const size_t scratch = larger(
    moire_axis_scratch(&resampler->height, &overflow),
    moire_axis_scratch(&resampler->width, &overflow));
  if (base) {
    lanes *from = (lanes *)((char *)base + (0 - (uintptr_t)base) % sizeof(lanes));
    *parts = (moire_resample_parts){
      from, from + stage, from + stage + columns, from + stage + columns + finished};
  }
  moire_workspace_add(&vectors, stage, &overflow);
  moire_workspace_add(&vectors, columns, &overflow);
  moire_workspace_add(&vectors, finished, &overflow);
  moire_workspace_add(&vectors, scratch, &overflow);
  // Room to bring the caller's address up to a whole vector.
  moire_workspace_add(&vectors, 1, &overflow);
  bytes = moire_product(vectors, sizeof(lanes), &overflow);
  return overflow ? 0 : bytes;
}

static void lay_out(moire_resampler *made) {
  const size_t width = made->width.from;
  const size_t across =
    made->precision == moire_precision_double ? MOIRE_LANES_DOUBLE : MOIRE_LANES;
  // Narrow maps are staged in whole rows; wide ones in tiles whose odd pitch lets a column meet
  // every cache set.
  made->tile = width <= 2 * across ? width : across;
  made->stage_pitch = width <= 2 * across ? width : across + 1;
  made->column_pitch = made->height.to | 1;
  const size_t rows = (256 + made->width.to - 1) / made->width.to;
  made->rows = rows < made->height.to ? rows : made->height.to;
  made->scaled =
    made->height.kind == moire_axis_transform || made->width.kind == moire_axis_transform;
}

moire_status moire_resampler_make(
  moire_resampler **resampler, moire_axis *height, moire_axis *width) {
  moire_resampler *made = calloc(1, sizeof *made);
  if (!made) {
    moire_axis_destroy(height);
    moire_axis_destroy(width);
    return moire_no_memory;
  }
  made->precision = height->precision;
  made->height = *height;
  made->width = *width;
  lay_out(made);
  if (moire_resample_layout(NULL, made, NULL) == 0) {
    moire_resampler_destroy(made);
    return moire_size_overflow;
  }
  *resampler = made;
  return moire_ok;
}

void moire_resampler_destroy(moire_resampler *resampler) {
  if (!resampler) { return; }
  moire_axis_destroy(&resampler->height);
  moire_axis_destroy(&resampler->width);
  free(resampler);
}

size_t moire_resampler_output_height(const moire_resampler *resampler) {
  return resampler ? resampler->height.to : 0;
}

size_t moire_resampler_output_width(const moire_resampler *resampler) {
  return resampler ? resampler->width.to : 0;
}

size_t moire_resampler_workspace_size(const moire_resampler *resampler) {
  return resampler ? moire_resample_layout(NULL, resampler, NULL) : 0;
}

static int keeps_size(const moire_resampler *resampler) {
  return resampler->height.from == resampler->height.to &&
    resampler->width.from == resampler->width.to;
}

moire_status moire_resampler_execute(
  const moire_resampler *resampler, const moire_planes *planes, const moire_output *output,
  void *workspace, size_t workspace_bytes) {
  if (!resampler || !planes || !output) { return moire_null_argument; }
  if (resampler->precision != moire_precision_single) { return moire_invalid_argument; }
  if (planes->count == 0) { return moire_ok; }
  if (!planes->data || !output->data || !workspace) { return moire_null_argument; }
  if (!moire_stands(planes->data, _Alignof(float)) ||
      !moire_stands(output->data, _Alignof(float))) {
    return moire_invalid_argument;
  }
  const int alike = planes->plane_stride == output->plane_stride &&
    planes->row_stride == output->row_stride && planes->column_stride == output->column_stride;
  if (planes->data == output->data && !(alike && keeps_size(resampler))) {
    return moire_invalid_argument;
  }
  if (workspace_bytes < moire_resampler_workspace_size(resampler)) {
    return moire_workspace_too_small;
  }
  moire_resample_parts parts;
  moire_resample_layout(&parts, resampler, workspace);
  for (size_t first = 0; first < planes->count; first += MOIRE_LANES) {
    const size_t left = planes->count - first;
    moire_sheet sheet = {
      .data = planes->data + (ptrdiff_t)first * planes->plane_stride,
      .count = left < MOIRE_LANES ? left : MOIRE_LANES,
      .height = resampler->height.from, .width = resampler->width.from,
      .plane = planes->plane_stride, .row = planes->row_stride, .column = planes->column_stride};
    moire_output to = *output;
    to.data += (ptrdiff_t)first * output->plane_stride;
    moire_resample_sheet(resampler, &to, &sheet, &parts);
  }
  return moire_ok;
}

moire_status moire_resampler_execute_double(
  const moire_resampler *resampler, const moire_planes_double *planes,
  const moire_output_double *output, void *workspace, size_t workspace_bytes) {
  if (!resampler || !planes || !output) { return moire_null_argument; }
  if (resampler->precision != moire_precision_double) { return moire_invalid_argument; }
  if (planes->count == 0) { return moire_ok; }
  if (!planes->data || !output->data || !workspace) { return moire_null_argument; }
  if (!moire_stands(planes->data, _Alignof(double)) ||
      !moire_stands(output->data, _Alignof(double))) {
    return moire_invalid_argument;
  }
  const int alike = planes->plane_stride == output->plane_stride &&
    planes->row_stride == output->row_stride && planes->column_stride == output->column_stride;
  if (planes->data == output->data && !(alike && keeps_size(resampler))) {
    return moire_invalid_argument;
  }
  if (workspace_bytes < moire_resampler_workspace_size(resampler)) {
    return moire_workspace_too_small;
  }
  moire_resample_parts parts;
  moire_resample_layout(&parts, resampler, workspace);
  for (size_t first = 0; first < planes->count; first += MOIRE_LANES_DOUBLE) {
    const size_t left = planes->count - first;
    moire_sheet_double sheet = {
      .data = planes->data + (ptrdiff_t)first * planes->plane_stride,
      .count = left < MOIRE_LANES_DOUBLE ? left : MOIRE_LANES_DOUBLE,
      .height = resampler->height.from, .width = resampler->width.from,
      .plane = planes->plane_stride, .row = planes->row_stride, .column = planes->column_stride};
    moire_output_double to = *output;
    to.data += (ptrdiff_t)first * output->plane_stride;
    moire_resample_sheet_double(resampler, &to, &sheet, &parts);
  }
  return moire_ok;
}
