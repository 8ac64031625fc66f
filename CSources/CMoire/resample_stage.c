#include <math.h>
#include <stdint.h>

#include "resample_engine.h"
#include "resample_transpose.h"

typedef uint32_t lane_bits __attribute__((vector_size(64)));
typedef uint32_t aliased_bits __attribute__((aligned(4), may_alias));

void moire_sheet_plain(moire_sheet *sheet) {
  sheet->gain = sheet->unit = MOIRE_SPLAT(1);
  sheet->lost = 0;
}

void moire_sheet_scale_lane(moire_sheet *sheet, size_t p, unsigned bits) {
  const uint32_t infinite = UINT32_C(0x7F800000);
  sheet->gain[p] = 1;
  sheet->unit[p] = 0;
  if (bits >= infinite) {
    sheet->lost |= 1u << p;
    sheet->unit[p] = NAN;
  } else if (bits > 0) {
    const uint32_t word = bits;
    float largest;
    memcpy(&largest, &word, sizeof largest);
    int exponent;
    frexpf(largest, &exponent);
    // Beyond these the power of two or its inverse is no normal number.
    exponent = exponent > 126 ? 126 : exponent < -126 ? -126 : exponent;
    sheet->gain[p] = ldexpf(1, -exponent);
    sheet->unit[p] = ldexpf(1, exponent);
  }
}

// Magnitudes compare as their bits do, and what is not finite comes out above all that is.
MOIRE_DISPATCH static void largest_along(
  uint32_t *largest, const float *data, size_t count) {
  const aliased_bits *bits = (const aliased_bits *)data;
  uint32_t most = *largest;
  for (size_t i = 0; i < count; i += 1) {
    const uint32_t magnitude = bits[i] & UINT32_C(0x7FFFFFFF);
    most = magnitude > most ? magnitude : most;
  }
  *largest = most;
}

MOIRE_DISPATCH static void largest_across(
  uint32_t *restrict largest, const float *data, ptrdiff_t column, size_t count) {
  const aliased_bits *bits = (const aliased_bits *)data;
  for (size_t i = 0; i < count; i += 1, bits += column) {
    for (size_t p = 0; p < MOIRE_LANES; p += 1) {
      const uint32_t magnitude = bits[p] & UINT32_C(0x7FFFFFFF);
      largest[p] = magnitude > largest[p] ? magnitude : largest[p];
    }
  }
}

static void largest_strided(
  uint32_t *largest, const float *data, ptrdiff_t column, size_t count) {
  for (size_t i = 0; i < count; i += 1, data += column) { largest_along(largest, data, 1); }
}

void moire_sheet_scale(moire_sheet *sheet) {
  uint32_t largest[MOIRE_LANES] = {0};
  const int across = sheet->count == MOIRE_LANES && sheet->plane == 1;
  // Rows without gaps are one long row.
  const int joined = sheet->row == sheet->column * (ptrdiff_t)sheet->width;
  const size_t rows = joined ? 1 : sheet->height;
  const size_t count = joined ? sheet->height * sheet->width : sheet->width;
  for (size_t y = 0; y < rows; y += 1) {
    const float *row = sheet->data + (ptrdiff_t)y * sheet->row;
    for (size_t p = 0; !across && p < sheet->count; p += 1) {
      const float *data = row + (ptrdiff_t)p * sheet->plane;
      if (sheet->column == 1) {
        largest_along(&largest[p], data, count);
      } else {
        largest_strided(&largest[p], data, sheet->column, count);
      }
    }
    if (across) { largest_across(largest, row, sheet->column, count); }
  }
  sheet->lost = 0;
  for (size_t p = 0; p < MOIRE_LANES; p += 1) {
    moire_sheet_scale_lane(sheet, p, largest[p < sheet->count ? p : 0]);
  }
}

// `count` ≥ 16 adjacent samples of every plane; the last block overlaps the one before.
MOIRE_DISPATCH static void stage_along(
  lanes *restrict out, const moire_sheet *sheet, const float *from, size_t count) {
  const lanes gain = sheet->gain;
  const float *plane[MOIRE_LANES];
  for (size_t p = 0; p < MOIRE_LANES; p += 1) {
    plane[p] = from + (ptrdiff_t)(p < sheet->count ? p : 0) * sheet->plane;
  }
  for (size_t x = 0; x < count; x += MOIRE_LANES) {
    const size_t at = x + MOIRE_LANES > count ? count - MOIRE_LANES : x;
    moire_block b;
#pragma GCC unroll 16
    for (size_t p = 0; p < MOIRE_LANES; p += 1) {
      b.v[p] = *(const unaligned_lanes *)(plane[p] + at);
    }
    moire_transpose(&b);
#pragma GCC unroll 16
    for (size_t i = 0; i < MOIRE_LANES; i += 1) { out[at + i] = b.v[i] * gain; }
  }
}

MOIRE_DISPATCH static void stage_across(
  lanes *restrict out, const moire_sheet *sheet, const float *from, size_t count) {
  const lanes gain = sheet->gain;
  for (size_t x = 0; x < count; x += 1, from += sheet->column) {
    out[x] = *(const unaligned_lanes *)from * gain;
  }
}

static void stage_strided(
  lanes *restrict out, const moire_sheet *sheet, const float *from, size_t count) {
  for (size_t x = 0; x < count; x += 1, from += sheet->column) {
    lanes v;
    for (size_t p = 0; p < MOIRE_LANES; p += 1) {
      v[p] = from[(ptrdiff_t)(p < sheet->count ? p : 0) * sheet->plane];
    }
    out[x] = v * sheet->gain;
  }
}

static void clear_lost(lanes *out, const moire_sheet *sheet, size_t count) {
  lane_bits kept;
  for (size_t p = 0; p < MOIRE_LANES; p += 1) { kept[p] = sheet->lost >> p & 1 ? 0 : ~0u; }
  for (size_t x = 0; x < count; x += 1) { out[x] = (lanes)((lane_bits)out[x] & kept); }
}

static void stage_row(
  lanes *restrict out, const moire_sheet *sheet, const float *from, size_t count) {
  if (sheet->count == MOIRE_LANES && sheet->plane == 1) {
    stage_across(out, sheet, from, count);
  } else if (sheet->column == 1 && count >= MOIRE_LANES) {
    stage_along(out, sheet, from, count);
  } else {
    stage_strided(out, sheet, from, count);
  }
  if (sheet->lost) { clear_lost(out, sheet, count); }
}

void moire_sheet_stage(
  lanes *out, size_t pitch, const moire_sheet *sheet, size_t y, size_t rows, size_t first,
  size_t count) {
  const float *from = sheet->data + (ptrdiff_t)y * sheet->row + (ptrdiff_t)first * sheet->column;
  if (count == pitch && sheet->row == sheet->column * (ptrdiff_t)count) {
    stage_row(out, sheet, from, rows * count);
    return;
  }
  for (size_t i = 0; i < rows; i += 1, from += sheet->row) {
    stage_row(out + i * pitch, sheet, from, count);
  }
}
