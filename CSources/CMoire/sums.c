#include <math.h>
#include <stdint.h>

#include "half_sums.h"
#include "reader.h"

// Adds the sums and sums of squares of sixteen adjacent planes, row by row. Two of each, so that none
// waits for the one before.
MOIRE_DISPATCH static void sums_across(
  double *restrict sum, double *restrict square, const float *data, size_t height, size_t width,
  ptrdiff_t row, ptrdiff_t column) {
  half_sums low = {{0}, {0}}, high = low, low2 = low, high2 = low;
  for (size_t y = 0; y < height; y += 1) {
    const float *from = data + (ptrdiff_t)y * row;
    size_t x = 0;
    for (; x + 2 <= width; x += 2, from += 2 * column) {
      moire_add_halves(&low, &high, (const unaligned_lanes *)from);
      moire_add_halves(&low2, &high2, (const unaligned_lanes *)(from + column));
    }
    if (x < width) { moire_add_halves(&low, &high, (const unaligned_lanes *)from); }
  }
  for (size_t i = 0; i < 8; i += 1) {
    sum[i] += low.sum[i] + low2.sum[i];
    sum[i + 8] += high.sum[i] + high2.sum[i];
    square[i] += low.square[i] + low2.square[i];
    square[i + 8] += high.square[i] + high2.square[i];
  }
}

// The same of one plane whose rows are contiguous: sixteen running sums. Dense planes are one row,
// so that narrow ones have whole vectors too.
MOIRE_DISPATCH static void sums_along(
  double *sum, double *square, const float *data, size_t height, size_t width, ptrdiff_t row) {
  half_sums low = {{0}, {0}}, high = low;
  double rest = 0, rest2 = 0;
  if (row == (ptrdiff_t)width) {
    width *= height;
    height = 1;
  }
  for (size_t y = 0; y < height; y += 1) {
    const float *from = data + (ptrdiff_t)y * row;
    size_t x = 0;
    for (; x + 16 <= width; x += 16) { moire_add_halves(&low, &high, (const unaligned_lanes *)(from + x)); }
    for (; x < width; x += 1) {
      rest += from[x];
      rest2 += (double)from[x] * from[x];
    }
  }
  double total[8], total2[8];
  for (size_t i = 0; i < 8; i += 1) {
    total[i] = low.sum[i] + high.sum[i];
    total2[i] = low.square[i] + high.square[i];
  }
  for (size_t step = 4; step > 0; step /= 2) {
    for (size_t i = 0; i < step; i += 1) {
      total[i] += total[i + step];
      total2[i] += total2[i + step];
    }
  }
  *sum += total[0] + rest;
  *square += total2[0] + rest2;
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
  *sum += total;
  *square += total2;
}

static void clear_sums(moire_group *group) {
  memset(group->sum, 0, sizeof group->sum);
  memset(group->square, 0, sizeof group->square);
}

void moire_group_add_sums(
  moire_group *group, size_t first, size_t rows, size_t width) {
  const float *start = group->data + (ptrdiff_t)first * group->row;
  if (group->count == MOIRE_LANES && group->plane == 1) {
    sums_across(group->sum, group->square, start, rows, width, group->row, group->column);
    return;
  }
  for (size_t p = 0; p < group->count; p += 1) {
    const float *data = start + (ptrdiff_t)p * group->plane;
    if (group->column == 1) {
      sums_along(&group->sum[p], &group->square[p], data, rows, width, group->row);
    } else {
      sums_strided(
        &group->sum[p], &group->square[p], data, rows, width, group->row, group->column);
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

// What a plane of this sum and sum of squares takes off as its mean and divides by; 0 where it is
// constant.
static int plane_scale(double *centre, int *exponent, double sum, double square, double share) {
  const double mean = sum * share, variation = square - mean * sum;
  if (!(variation > 0) || variation < 1e-12 * square) { return 0; }
  *centre = (float)mean;
  *exponent = root_exponent(variation * share);
  return 1;
}

// Scales a group by its sums over 1 / share samples; the first plane that is not finite, or `count`.
static size_t scale_group(moire_group *group, double share) {
  // In arrays: single lanes of a vector in memory are slow to write.
  float gain[MOIRE_LANES] = {0}, offset[MOIRE_LANES] = {0};
  group->silent = 1;
  for (size_t p = 0; p < MOIRE_LANES; p += 1) {
    group->unit[p] = group->centre[p] = 0;
    if (p >= group->count) { continue; }
    if (!isfinite(group->square[p])) { return p; }
    double centre;
    int exponent;
    if (!plane_scale(&centre, &exponent, group->sum[p], group->square[p], share)) { continue; }
    group->unit[p] = power_of_two(exponent);
    group->centre[p] = centre;
    gain[p] = (float)power_of_two(-exponent);
    offset[p] = -(float)centre * gain[p];
    group->silent = 0;
  }
  memcpy(&group->gain, gain, sizeof gain);
  memcpy(&group->offset, offset, sizeof offset);
  return group->count;
}

static double sample_share(const moire_reader *reader) {
  return 1 / ((double)reader->options.height * (double)reader->options.width);
}

size_t moire_group_prepare(moire_group *group, const moire_reader *reader) {
  const size_t height = reader->options.height, width = reader->options.width;
  // Smaller groups stay in the caches, where a pass for the sums costs little. What a window leaves
  // of a plane depends on the mean taken off before it, which then has to be the plane's own.
  enum { LARGE = 4096, ROWS = 8 };
  group->guessed = 0;
  if (!reader->windowed && height >= 4 * ROWS && height * width >= LARGE) {
    clear_sums(group);
    for (size_t i = 0; i < ROWS; i += 1) {
      moire_group_add_sums(group, (2 * i + 1) * height / (2 * ROWS), 1, width);
    }
    group->guessed =
      scale_group(group, 1 / (double)(ROWS * width)) == group->count && !group->silent;
  }
  clear_sums(group);
  if (group->guessed) { return group->count; }
  moire_group_add_sums(group, 0, height, width);
  return scale_group(group, sample_share(reader));
}

// Whether what was guessed for plane p serves as well as what its sums ask for: rounding grows with
// what is left of the mean.
static int serves(const moire_group *group, size_t p, double share) {
  const double sum = group->sum[p], square = group->square[p];
  double centre;
  int exponent;
  if (!plane_scale(&centre, &exponent, sum, square, share)) { return group->unit[p] == 0; }
  const double unit = power_of_two(exponent), beside = group->centre[p] - sum * share;
  return group->unit[p] >= unit / 16 && group->unit[p] <= unit * 16 && fabs(beside) <= unit / 8;
}

size_t moire_group_confirm(moire_group *group, const moire_reader *reader) {
  const double share = sample_share(reader);
  int served = 1;
  for (size_t p = 0; p < group->count; p += 1) {
    if (!isfinite(group->square[p])) { return p; }
    served &= serves(group, p, share);
  }
  if (served) {
    group->guessed = 0;
    return group->count;
  }
  return scale_group(group, share);
}
