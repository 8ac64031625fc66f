#include <math.h>
#include <stdint.h>

#include "reader.h"

typedef double half_doubles __attribute__((vector_size(64)));

// Sums and sums of squares of sixteen adjacent planes, row by row.
MOIRE_DISPATCH static void sums_across(
  double *restrict sum, double *restrict square, const float *data, size_t height, size_t width,
  ptrdiff_t row, ptrdiff_t column) {
  half_doubles low = {0}, high = {0}, low2 = {0}, high2 = {0};
  for (size_t y = 0; y < height; y += 1) {
    const float *from = data + (ptrdiff_t)y * row;
    for (size_t x = 0; x < width; x += 1, from += column) {
      const lanes v = *(const unaligned_lanes *)from;
      const half_doubles a = __builtin_convertvector(
        __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7), half_doubles);
      const half_doubles b = __builtin_convertvector(
        __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15), half_doubles);
      low += a;
      high += b;
      low2 += a * a;
      high2 += b * b;
    }
  }
  for (size_t i = 0; i < 8; i += 1) {
    sum[i] = low[i];
    sum[i + 8] = high[i];
    square[i] = low2[i];
    square[i + 8] = high2[i];
  }
}

// The same of one plane whose rows are contiguous: eight running sums. Dense planes are one row, so
// that narrow ones have whole vectors too.
MOIRE_DISPATCH static void sums_along(
  double *sum, double *square, const float *data, size_t height, size_t width, ptrdiff_t row) {
  double total[8] = {0}, total2[8] = {0}, rest = 0, rest2 = 0;
  if (row == (ptrdiff_t)width) {
    width *= height;
    height = 1;
  }
  for (size_t y = 0; y < height; y += 1) {
    const float *from = data + (ptrdiff_t)y * row;
    size_t x = 0;
    for (; x + 8 <= width; x += 8) {
      for (size_t i = 0; i < 8; i += 1) {
        const double v = from[x + i];
        total[i] += v;
        total2[i] += v * v;
      }
    }
    for (; x < width; x += 1) {
      rest += from[x];
      rest2 += (double)from[x] * from[x];
    }
  }
  for (size_t step = 4; step > 0; step /= 2) {
    for (size_t i = 0; i < step; i += 1) {
      total[i] += total[i + step];
      total2[i] += total2[i + step];
    }
  }
  *sum = total[0] + rest;
  *square = total2[0] + rest2;
}

static void sums_strided(
  double *sum, double *square, const float *data, size_t height, size_t width, ptrdiff_t row,
  ptrdiff_t column) {
  double total = 0, total2 = 0;
  for (size_t y = 0; y < height; y += 1) {
    for (size_t x = 0; x < width; x += 1) {
      const double v = data[(ptrdiff_t)y * row + (ptrdiff_t)x * column];
      total += v;
      total2 += v * v;
    }
  }
  *sum = total;
  *square = total2;
}

static void sums(moire_group *group, size_t height, size_t width) {
  if (group->count == MOIRE_LANES && group->plane == 1) {
    sums_across(
      group->sum, group->square, group->data, height, width, group->row, group->column);
    return;
  }
  for (size_t p = 0; p < group->count; p += 1) {
    const float *data = group->data + (ptrdiff_t)p * group->plane;
    if (group->column == 1) {
      sums_along(&group->sum[p], &group->square[p], data, height, width, group->row);
    } else {
      sums_strided(
        &group->sum[p], &group->square[p], data, height, width, group->row, group->column);
    }
  }
}

// 2^exponent for -126 ≤ exponent ≤ 127.
static double power_of_two(int exponent) {
  const uint64_t bits = (uint64_t)(exponent + 1023) << 52;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// The exponent of √value = m 2^exponent with ½ ≤ m < 1, in -126 … 126; value ≥ 0. It is half of
// value's own, rounded up.
static int root_exponent(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  const int exponent = ((int)(bits >> 52) - 1021) >> 1;
  return exponent > 126 ? 126 : exponent < -126 ? -126 : exponent;
}

size_t moire_group_prepare(moire_group *group, const moire_reader *reader) {
  const size_t height = reader->options.height, width = reader->options.width;
  const double share = 1 / ((double)height * (double)width);
  sums(group, height, width);
  // In arrays: single lanes of a vector in memory are slow to write.
  float gain[MOIRE_LANES] = {0}, offset[MOIRE_LANES] = {0};
  group->silent = 1;
  for (size_t p = 0; p < MOIRE_LANES; p += 1) {
    group->unit[p] = group->centre[p] = 0;
    if (p >= group->count) { continue; }
    const double square = group->square[p], mean = group->sum[p] * share;
    if (!isfinite(square)) { return p; }
    const double variation = square - mean * group->sum[p];
    if (!(variation > 0) || variation < 1e-12 * square) { continue; }
    const int exponent = root_exponent(variation * share);
    const float centre = (float)mean;
    group->unit[p] = power_of_two(exponent);
    group->centre[p] = centre;
    gain[p] = (float)power_of_two(-exponent);
    offset[p] = -centre * gain[p];
    group->silent = 0;
  }
  memcpy(&group->gain, gain, sizeof gain);
  memcpy(&group->offset, offset, sizeof offset);
  return group->count;
}

MOIRE_DISPATCH static void stage_across(
  lanes *restrict row, const float *from, ptrdiff_t column, size_t width, const lanes *gain,
  const lanes *offset) {
  for (size_t x = 0; x < width; x += 1, from += column) {
    row[x] = *(const unaligned_lanes *)from * *gain + *offset;
  }
}

typedef float quad __attribute__((vector_size(16), aligned(4), may_alias));

// Four columns of four planes into the rows of lanes from `to` on.
MOIRE_INLINE void stage_quads(
  float *restrict to, const float *at, ptrdiff_t plane, quad gain, quad offset) {
  const quad a = *(const quad *)at, b = *(const quad *)(at + plane);
  const quad c = *(const quad *)(at + 2 * plane), d = *(const quad *)(at + 3 * plane);
  const quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const quad ef = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const quad gh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *(quad *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5) * gain + offset;
  *(quad *)(to + MOIRE_LANES) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7) * gain + offset;
  *(quad *)(to + 2 * MOIRE_LANES) = __builtin_shufflevector(ef, gh, 0, 1, 4, 5) * gain + offset;
  *(quad *)(to + 3 * MOIRE_LANES) = __builtin_shufflevector(ef, gh, 2, 3, 6, 7) * gain + offset;
}

// Sixteen planes with contiguous rows, four columns of four planes at a time; of the last four some
// may have been there before.
MOIRE_DISPATCH static void stage_along(
  lanes *restrict row, const float *from, ptrdiff_t plane, size_t width, const lanes *gain,
  const lanes *offset) {
  for (size_t next = 0; width >= 4 && next < width; next += 4) {
    const size_t x = next + 4 <= width ? next : width - 4;
    for (size_t p = 0; p < MOIRE_LANES; p += 4) {
      stage_quads(
        (float *)(row + x) + p, from + (ptrdiff_t)p * plane + x, plane,
        *(const quad *)((const float *)gain + p), *(const quad *)((const float *)offset + p));
    }
  }
  for (size_t x = 0; width < 4 && x < width; x += 1) {
    for (size_t p = 0; p < MOIRE_LANES; p += 1) { row[x][p] = from[(ptrdiff_t)p * plane + x]; }
    row[x] = row[x] * *gain + *offset;
  }
}

static void stage_strided(
  lanes *row, const moire_group *group, const float *from, size_t width) {
  for (size_t x = 0; x < width; x += 1) {
    lanes v = {0};
    for (size_t p = 0; p < group->count; p += 1) {
      v[p] = from[(ptrdiff_t)p * group->plane + (ptrdiff_t)x * group->column];
    }
    row[x] = v * group->gain + group->offset;
  }
}

void moire_group_stage(
  lanes *row, const moire_group *group, const moire_reader *reader, size_t y) {
  const size_t width = reader->options.width;
  const float *from = group->data + (ptrdiff_t)y * group->row;
  if (group->count == MOIRE_LANES && group->plane == 1) {
    stage_across(row, from, group->column, width, &group->gain, &group->offset);
  } else if (group->count == MOIRE_LANES && group->column == 1) {
    stage_along(row, from, group->plane, width, &group->gain, &group->offset);
  } else {
    stage_strided(row, group, from, width);
  }
  if (reader->windowed) {
    for (size_t x = 0; x < width; x += 1) {
      row[x] *= MOIRE_SPLAT(reader->window_h[y] * reader->window_w[x]);
    }
  }
  if (reader->mirror) {
    for (size_t x = 0; x < width; x += 1) { row[2 * width - 1 - x] = row[x]; }
  }
}
