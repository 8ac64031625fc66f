#include <stdint.h>

#include "resample_engine.h"
#include "resample_transpose.h"

MOIRE_DISPATCH static void store_along(
  float *to, ptrdiff_t plane, size_t planes, const lanes *restrict from, size_t count,
  const lanes *unit) {
  const lanes factor = *unit;
  for (size_t x = 0; x < count; x += MOIRE_LANES) {
    const size_t at = x + MOIRE_LANES > count ? count - MOIRE_LANES : x;
    moire_block b;
#pragma GCC unroll 16
    for (size_t i = 0; i < MOIRE_LANES; i += 1) { b.v[i] = from[at + i] * factor; }
    moire_transpose(&b);
    for (size_t p = 0; p < planes; p += 1) {
      float *line = to + (ptrdiff_t)p * plane + at;
      // Sixteen streams are more than the hardware foresees; the address may lie beyond the end.
      __builtin_prefetch((const void *)((uintptr_t)line + 4 * sizeof(lanes)), 1);
      *(unaligned_lanes *)line = b.v[p];
    }
  }
}

MOIRE_DISPATCH static void store_across(
  float *to, ptrdiff_t column, const lanes *restrict from, size_t count, const lanes *unit) {
  const lanes factor = *unit;
  for (size_t x = 0; x < count; x += 1, to += column) {
    *(unaligned_lanes *)to = from[x] * factor;
  }
}

static void store_strided(
  float *to, ptrdiff_t plane, ptrdiff_t column, size_t planes, const lanes *from, size_t count,
  const lanes *unit) {
  for (size_t x = 0; x < count; x += 1, to += column) {
    const lanes v = from[x] * *unit;
    for (size_t p = 0; p < planes; p += 1) { to[(ptrdiff_t)p * plane] = v[p]; }
  }
}

static void store_row(
  float *to, const moire_output *output, const moire_sheet *sheet, const lanes *from,
  size_t count) {
  if (sheet->count == MOIRE_LANES && output->plane_stride == 1) {
    store_across(to, output->column_stride, from, count, &sheet->unit);
  } else if (output->column_stride == 1 && count >= MOIRE_LANES) {
    store_along(to, output->plane_stride, sheet->count, from, count, &sheet->unit);
  } else {
    store_strided(
      to, output->plane_stride, output->column_stride, sheet->count, from, count, &sheet->unit);
  }
}

void moire_sheet_store(
  const moire_output *output, const moire_sheet *sheet, const lanes *from, size_t width, size_t y,
  size_t rows) {
  float *to = output->data + (ptrdiff_t)y * output->row_stride;
  if (output->row_stride == output->column_stride * (ptrdiff_t)width) {
    store_row(to, output, sheet, from, rows * width);
    return;
  }
  for (size_t i = 0; i < rows; i += 1, to += output->row_stride, from += width) {
    store_row(to, output, sheet, from, width);
  }
}
