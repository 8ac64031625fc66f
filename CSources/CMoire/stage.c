#include <math.h>

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

// The same of one plane whose rows are contiguous: eight running sums.
MOIRE_DISPATCH static void sums_along(
  double *sum, double *square, const float *data, size_t height, size_t width, ptrdiff_t row) {
  double total[8] = {0}, total2[8] = {0};
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
      total[0] += from[x];
      total2[0] += (double)from[x] * from[x];
    }
  }
  *sum = *square = 0;
  for (size_t i = 0; i < 8; i += 1) {
    *sum += total[i];
    *square += total2[i];
  }
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

size_t moire_group_prepare(moire_group *group, const moire_reader *reader) {
  const size_t height = reader->options.height, width = reader->options.width;
  const double samples = (double)height * (double)width;
  sums(group, height, width);
  group->gain = group->offset = (lanes){0};
  group->silent = 1;
  for (size_t p = 0; p < MOIRE_LANES; p += 1) {
    group->unit[p] = group->centre[p] = 0;
    if (p >= group->count) { continue; }
    const double square = group->square[p], mean = group->sum[p] / samples;
    if (!isfinite(square)) { return p; }
    const double variation = square - mean * group->sum[p];
    if (!(variation > 0) || variation < 1e-12 * square) { continue; }
    int exponent;
    frexp(sqrt(variation / samples), &exponent);
    if (exponent > 126) { exponent = 126; }
    if (exponent < -126) { exponent = -126; }
    const float gain = ldexpf(1, -exponent), centre = (float)mean;
    group->unit[p] = ldexp(1, exponent);
    group->centre[p] = centre;
    group->gain[p] = gain;
    group->offset[p] = -centre * gain;
    group->silent = 0;
  }
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

// Sixteen planes with contiguous rows, four columns of four planes at a time.
MOIRE_DISPATCH static void stage_along(
  lanes *restrict row, const float *from, ptrdiff_t plane, size_t width, const lanes *gain,
  const lanes *offset) {
  size_t x = 0;
  for (; x + 4 <= width; x += 4) {
    for (size_t p = 0; p < MOIRE_LANES; p += 4) {
      const float *at = from + (ptrdiff_t)p * plane + x;
      const quad a = *(const quad *)at, b = *(const quad *)(at + plane);
      const quad c = *(const quad *)(at + 2 * plane), d = *(const quad *)(at + 3 * plane);
      const quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
      const quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
      const quad ef = __builtin_shufflevector(a, b, 2, 6, 3, 7);
      const quad gh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      float *to = (float *)(row + x) + p;
      *(quad *)to = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
      *(quad *)(to + MOIRE_LANES) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
      *(quad *)(to + 2 * MOIRE_LANES) = __builtin_shufflevector(ef, gh, 0, 1, 4, 5);
      *(quad *)(to + 3 * MOIRE_LANES) = __builtin_shufflevector(ef, gh, 2, 3, 6, 7);
    }
    for (size_t i = x; i < x + 4; i += 1) { row[i] = row[i] * *gain + *offset; }
  }
  for (; x < width; x += 1) {
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
