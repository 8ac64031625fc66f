#include <math.h>
#include <stdint.h>

#include "polyphase_sums.h"
#include "reader.h"

moire_status moire_phases_check(const moire_phases *phases, size_t phase) {
  if (!phases) { return moire_null_argument; }
  if (phases->height == 0 || phases->width == 0 || phases->stride_height == 0 ||
      phases->stride_width == 0) {
    return moire_invalid_argument;
  }
  int overflow = 0;
  const size_t count = moire_product(phases->stride_height, phases->stride_width, &overflow);
  const size_t most = PTRDIFF_MAX / 2;
  if (overflow || phases->height > most || phases->width > most ||
      phases->stride_height > most || phases->stride_width > most) {
    return moire_size_overflow;
  }
  return phase < count ? moire_ok : moire_invalid_argument;
}

static size_t axis_size(size_t size, size_t stride, size_t phase, int wrapped) {
  if (wrapped) { return (size - 1) / stride + 1; }
  return phase < size ? (size - phase - 1) / stride + 1 : 0;
}

moire_status moire_phase_size(
  size_t *height, size_t *width, const moire_phases *phases, size_t phase) {
  if (!height || !width) { return moire_null_argument; }
  const moire_status status = moire_phases_check(phases, phase);
  if (status != moire_ok) { return status; }
  const size_t rows = axis_size(
    phases->height, phases->stride_height, phase / phases->stride_width, phases->wrapped);
  const size_t columns = axis_size(
    phases->width, phases->stride_width, phase % phases->stride_width, phases->wrapped);
  *height = columns > 0 ? rows : 0;
  *width = rows > 0 ? columns : 0;
  return moire_ok;
}

// sum + rest += x, the rounding errors kept in the rest.
// Not inlined: a square must not be fused into the sum, whose error is then lost.
__attribute__((noinline)) static void add_compensated(double *sum, double *rest, double x) {
  const double total = *sum + x, part = total - *sum;
  *rest += (*sum - (total - part)) + (x - part);
  *sum = total;
}

// The pair as the nearest double and what is left of it, so that equal values are equal pairs.
static void settle(double *sum, double *rest) {
  const double total = *sum + *rest;
  *rest = *rest - (total - *sum);
  *sum = total;
}

void moire_phase_add(moire_phase_measure *measure, double x) {
  const double square = x * x, size = fabs(x);
  add_compensated(&measure->square, &measure->square_rest, square);
  measure->square_rest += fma(x, x, -square);
  add_compensated(&measure->magnitude, &measure->magnitude_rest, size);
  if (size > measure->peak) { measure->peak = size; }
  if (x > measure->highest) { measure->highest = x; }
}

void moire_phase_merge(moire_phase_measure *measure, const moire_phase_measure *other) {
  if (!measure || !other) { return; }
  add_compensated(&measure->square, &measure->square_rest, other->square);
  measure->square_rest += other->square_rest;
  add_compensated(&measure->magnitude, &measure->magnitude_rest, other->magnitude);
  measure->magnitude_rest += other->magnitude_rest;
  settle(&measure->square, &measure->square_rest);
  settle(&measure->magnitude, &measure->magnitude_rest);
  if (other->peak > measure->peak) { measure->peak = other->peak; }
  if (other->highest > measure->highest) { measure->highest = other->highest; }
  measure->samples += other->samples;
}

double moire_phase_value(const moire_phase_measure *measure, moire_phase_criterion criterion) {
  if (!measure) { return NAN; }
  switch (criterion) {
    case moire_phase_l2:
    case moire_phase_l2_min: return sqrt(measure->square + measure->square_rest);
    case moire_phase_l1:
    case moire_phase_l1_min: return measure->magnitude + measure->magnitude_rest;
    case moire_phase_l_infinity: return measure->peak;
    case moire_phase_non_abs_max: return measure->highest;
  }
  return NAN;
}

// What is compared: the square stands for the norm, whose root could make unequal values equal.
static double score(const moire_phase_measure *measure, moire_phase_criterion criterion) {
  switch (criterion) {
    case moire_phase_l2: return measure->square + measure->square_rest;
    case moire_phase_l2_min: return -(measure->square + measure->square_rest);
    case moire_phase_l1_min: return -(measure->magnitude + measure->magnitude_rest);
    default: return moire_phase_value(measure, criterion);
  }
}

moire_status moire_phase_choose(
  size_t *phase, const moire_phase_measure *measures, size_t count,
  moire_phase_criterion criterion) {
  if (!phase || !measures) { return moire_null_argument; }
  if (count == 0 || (unsigned)criterion > moire_phase_l1_min) { return moire_invalid_argument; }
  size_t best = count;
  for (size_t d = 0; d < count; d += 1) {
    if (measures[d].samples == 0) { continue; }
    if (best == count || score(&measures[d], criterion) > score(&measures[best], criterion)) {
      best = d;
    }
  }
  *phase = best < count ? best : 0;
  return moire_ok;
}
