#include <math.h>
#include <stdlib.h>

#include "resample_axis.h"

// Lines up to these products of lengths are cheaper as a matrix than as two transforms; the second
// where a transform would have to go through FFTW. Measured on AVX-512 and AVX2.
static const size_t dense_smooth = 28 * 28, dense_other = 64 * 64;

static int is_smooth(size_t length) {
  static const size_t primes[] = {2, 3, 5, 7};
  for (size_t i = 0; i < 4; i += 1) {
    while (length % primes[i] == 0) { length /= primes[i]; }
  }
  return length == 1;
}

static int is_dense(const moire_ideal *ideal) {
  const size_t most =
    is_smooth(ideal->from) && is_smooth(ideal->to) ? dense_smooth : dense_other;
  return ideal->from <= most / ideal->to;
}

// The bin at the edge of the narrower band and its gain.
static moire_edge edge_of(const moire_ideal *ideal, double *gain) {
  const size_t narrower = ideal->from < ideal->to ? ideal->from : ideal->to;
  *gain = 0;
  if (narrower % 2 == 1) { return moire_edge_none; }
  if (ideal->to > ideal->from) {
    *gain = 0.5;
    return moire_edge_share;
  }
  if (ideal->to == ideal->from) {
    *gain = 1;
    return moire_edge_same;
  }
  *gain = ideal->band_edge == moire_band_edge_drop ? 0
    : ideal->band_edge == moire_band_edge_halve    ? 0.5
                                                   : 1;
  return *gain > 0 ? moire_edge_fold : moire_edge_none;
}

static size_t pairs_of(const moire_ideal *ideal) {
  return ((ideal->from < ideal->to ? ideal->from : ideal->to) - 1) / 2;
}

// 1/N Σ_k g(k) cos(2π k t / N): what sample n gives to output m with t = m N / M + offset - n. Its
// cosines by the recurrence cos((k + 1) a) = 2 cos a cos(k a) - cos((k - 1) a).
static double weight(const moire_ideal *ideal, size_t m, size_t n) {
  const double from = (double)ideal->from;
  // m N / M modulo N without a rounding that grows with m.
  const double whole = (double)(m * ideal->from % ideal->to) / (double)ideal->to;
  const double t = (double)(m * ideal->from / ideal->to) - (double)n + whole + ideal->offset;
  const double angle = 2 * M_PI * fmod(t, from) / from, twice = 2 * cos(angle);
  const size_t pairs = pairs_of(ideal);
  double before = 1, now = twice / 2, sum = 1;
  for (size_t k = 1; k <= pairs; k += 1) {
    sum += 2 * now;
    const double next = twice * now - before;
    before = now;
    now = next;
  }
  double gain;
  switch (edge_of(ideal, &gain)) {
    case moire_edge_none: break;
    // The one bin of N samples, (-1)^n, times the real part of its factor, cos(π p).
    case moire_edge_same:
    case moire_edge_share:
      sum += cos(M_PI * fmod(t + (double)n, 2 * from)) * (n % 2 == 0 ? 1 : -1);
      break;
    case moire_edge_fold: sum += 2 * gain * now; break;
  }
  return sum / from;
}

static moire_status make_dense(moire_axis *axis, const moire_ideal *ideal) {
  const size_t from = ideal->from, to = ideal->to;
  double *weights = malloc(from * to * sizeof *weights);
  ptrdiff_t *first = calloc(to, sizeof *first);
  moire_status status = moire_no_memory;
  if (weights && first) {
    for (size_t m = 0; m < to; m += 1) {
      for (size_t n = 0; n < from; n += 1) { weights[m * from + n] = weight(ideal, m, n); }
    }
    const moire_band band = {from, to, from, to, weights, first, moire_padding_zero};
    status = moire_axis_make_band(axis, &band, ideal->precision);
  }
  free(weights);
  free(first);
  return status;
}

static void set_factor(moire_axis *axis, size_t index, double real, double imaginary) {
  if (axis->factors_double) {
    axis->factors_double[index] =
      (moire_factor_double){{real, real}, {-imaginary, imaginary}};
  } else {
    axis->factors[index] = moire_factor_make(real, imaginary);
  }
}

static void make_factors(moire_axis *axis, const moire_ideal *ideal, double gain) {
  const double from = (double)ideal->from, offset = ideal->offset;
  for (size_t k = 0; k <= axis->pairs + 1; k += 1) {
    const int inside = k <= axis->pairs;
    double scale = (inside ? 1 : gain) / from;
    // Reduced before it is multiplied, so that the angle keeps all its bits.
    const double angle = 2 * M_PI * fmod((double)k * offset, from) / from;
    const double c = offset == 0 ? 1 : cos(angle), s = offset == 0 ? 0 : sin(angle);
    set_factor(axis, 2 * k, scale * c, scale * s);
    set_factor(axis, 2 * k + 1, scale * c, -scale * s);
  }
  axis->turned = offset != 0;
}

static moire_status make_transform(moire_axis *axis, const moire_ideal *ideal) {
  double gain;
  *axis = (moire_axis){
    .kind = moire_axis_transform, .precision = ideal->precision, .from = ideal->from,
    .to = ideal->to, .pairs = pairs_of(ideal), .edge = edge_of(ideal, &gain)};
  // The lines of a block stay in a first-level cache between the two transforms.
  const size_t longer = ideal->from > ideal->to ? ideal->from : ideal->to;
  const size_t fitting = 12288 / sizeof(lanes) / longer;
  axis->block = fitting > 0 ? fitting : 1;
  const int wide = ideal->precision == moire_precision_double;
  const size_t count = 2 * (axis->pairs + 2);
  const unsigned flags =
    ideal->planning == moire_planning_measure ? FFTW_MEASURE : FFTW_ESTIMATE;
  moire_status status;
  if (wide) {
    axis->factors_double = malloc(count * sizeof *axis->factors_double);
    status = axis->factors_double ? moire_ok : moire_no_memory;
    if (status == moire_ok) {
      status = moire_line_double_create(&axis->forward_double, ideal->from, flags);
    }
    if (status == moire_ok) {
      status = moire_line_double_create(&axis->inverse_double, ideal->to, flags);
    }
  } else {
    axis->factors = malloc(count * sizeof *axis->factors);
    status = axis->factors ? moire_ok : moire_no_memory;
    if (status == moire_ok) { status = moire_line_create(&axis->forward, ideal->from, flags); }
    if (status == moire_ok) { status = moire_line_create(&axis->inverse, ideal->to, flags); }
  }
  if (status != moire_ok) {
    moire_axis_destroy(axis);
    return status;
  }
  make_factors(axis, ideal, gain);
  return moire_ok;
}

moire_status moire_axis_make_ideal(moire_axis *axis, const moire_ideal *options) {
  const size_t most = moire_axis_most();
  if (options->from == 0 || options->to == 0) { return moire_invalid_argument; }
  if (!(fabs(options->offset) <= 0x1p31)) { return moire_invalid_argument; }
  if (options->from > most || options->to > most) { return moire_size_overflow; }
  moire_ideal ideal = *options;
  // Exact, and the map repeats with its size: large offsets lose no fraction.
  ideal.offset = fmod(ideal.offset, (double)ideal.from);
  if (ideal.from == ideal.to && ideal.offset == floor(ideal.offset)) {
    return moire_axis_make_copy(
      axis, ideal.from, (ptrdiff_t)ideal.offset, moire_padding_circular, ideal.precision);
  }
  return is_dense(&ideal) ? make_dense(axis, &ideal) : make_transform(axis, &ideal);
}
