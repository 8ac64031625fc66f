#include <math.h>
#include <stdint.h>

#include "resample_engine.h"

static const wide_lanes ones = {1, 1, 1, 1, 1, 1, 1, 1};

void moire_sheet_plain_double(moire_sheet_double *sheet) {
  sheet->gain = sheet->unit = ones;
  sheet->lost = 0;
}

void moire_sheet_scale_lane_double(moire_sheet_double *sheet, size_t p, unsigned long long bits) {
  const uint64_t infinite = UINT64_C(0x7FF0000000000000), word = bits;
  sheet->gain[p] = 1;
  sheet->unit[p] = 0;
  if (word >= infinite) {
    sheet->lost |= 1u << p;
    sheet->unit[p] = NAN;
  } else if (word > 0) {
    double largest;
    memcpy(&largest, &word, sizeof largest);
    int exponent;
    frexp(largest, &exponent);
    exponent = exponent > 1022 ? 1022 : exponent < -1022 ? -1022 : exponent;
    sheet->gain[p] = ldexp(1, -exponent);
    sheet->unit[p] = ldexp(1, exponent);
  }
}

static uint64_t largest(const moire_sheet_double *sheet, size_t p) {
  uint64_t most = 0;
  for (size_t y = 0; y < sheet->height; y += 1) {
    const double *from =
      sheet->data + (ptrdiff_t)p * sheet->plane + (ptrdiff_t)y * sheet->row;
    for (size_t x = 0; x < sheet->width; x += 1, from += sheet->column) {
      uint64_t bits;
      memcpy(&bits, from, sizeof bits);
      bits &= UINT64_C(0x7FFFFFFFFFFFFFFF);
      most = bits > most ? bits : most;
    }
  }
  return most;
}

void moire_sheet_scale_double(moire_sheet_double *sheet) {
  sheet->lost = 0;
  for (size_t p = 0; p < MOIRE_LANES_DOUBLE; p += 1) {
    moire_sheet_scale_lane_double(sheet, p, largest(sheet, p < sheet->count ? p : 0));
  }
}

void moire_sheet_stage_double(
  wide_lanes *out, size_t pitch, const moire_sheet_double *sheet, size_t y, size_t rows,
  size_t first, size_t count) {
  for (size_t i = 0; i < rows; i += 1) {
    const double *from =
      sheet->data + (ptrdiff_t)(y + i) * sheet->row + (ptrdiff_t)first * sheet->column;
    for (size_t x = 0; x < count; x += 1, from += sheet->column) {
      wide_lanes v;
      for (size_t p = 0; p < MOIRE_LANES_DOUBLE; p += 1) {
        v[p] = sheet->lost >> p & 1
          ? 0
          : from[(ptrdiff_t)(p < sheet->count ? p : 0) * sheet->plane];
      }
      out[i * pitch + x] = v * sheet->gain;
    }
  }
}

void moire_sheet_store_double(
  const moire_output_double *output, const moire_sheet_double *sheet, const wide_lanes *from,
  size_t width, size_t y, size_t rows) {
  for (size_t i = 0; i < rows; i += 1) {
    double *to = output->data + (ptrdiff_t)(y + i) * output->row_stride;
    for (size_t x = 0; x < width; x += 1, to += output->column_stride) {
      const wide_lanes v = from[i * width + x] * sheet->unit;
      for (size_t p = 0; p < sheet->count; p += 1) {
        to[(ptrdiff_t)p * output->plane_stride] = v[p];
      }
    }
  }
}
