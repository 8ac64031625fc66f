#include "identity.h"

void moire_identity_subsample(const moire_identities *identities, const identity_work *work) {
  const size_t width = identities->width;
  complex_value *part = work->parts;
  for (size_t h = 0; h < identities->stride_h; h += 1) {
    for (size_t w = 0; w < identities->stride_w; w += 1, part += identities->box_pitch) {
      complex_value *to = part;
      for (size_t y = h; y < identities->height; y += identities->stride_h) {
        const complex_value *row = work->map + y * width;
        for (size_t x = w; x < width; x += identities->stride_w) { *to++ = row[x]; }
      }
    }
  }
}

// Var_d g_d, g_d the mean of subsampling d, before they are transformed.
static double pool_variance(const moire_identities *identities, const identity_work *work) {
  const size_t box = identities->box_h * identities->box_w;
  const size_t shifts = identities->stride_h * identities->stride_w;
  // Running mean and sum of squares (Welford): no cancellation, no memory.
  complex_value mean = {0};
  double squares = 0;
  for (size_t d = 0; d < shifts; d += 1) {
    const complex_value *part = work->parts + d * identities->box_pitch;
    complex_value sum = {0};
    for (size_t n = 0; n < box; n += 1) {
      sum.re += part[n].re;
      sum.im += part[n].im;
    }
    const complex_value g = {sum.re / (double)box, sum.im / (double)box};
    const complex_value before = {g.re - mean.re, g.im - mean.im};
    mean.re += before.re / (double)(d + 1);
    mean.im += before.im / (double)(d + 1);
    squares += before.re * (g.re - mean.re) + before.im * (g.im - mean.im);
  }
  return squares / (double)shifts;
}

// Bin (y, x) of all subsamplings registered in place; their mean.
static complex_value register_bin(
  const moire_identities *identities, const identity_work *work, size_t y, size_t x) {
  const size_t stride_h = identities->stride_h, stride_w = identities->stride_w;
  complex_value *value = work->parts + y * identities->box_w + x, mean = {0};
  for (size_t h = 0; h < stride_h; h += 1) {
    for (size_t w = 0; w < stride_w; w += 1, value += identities->box_pitch) {
      const complex_value phase = complex_product(
        identities->phase_h[y * stride_h + h], identities->phase_w[x * stride_w + w]);
      *value = complex_product(*value, phase);
      mean.re += value->re;
      mean.im += value->im;
    }
  }
  const double shifts = (double)stride_h * (double)stride_w;
  return (complex_value){mean.re / shifts, mean.im / shifts};
}

static double squared_distance(complex_value a, complex_value b) {
  return complex_power((complex_value){a.re - b.re, a.im - b.im});
}

typedef struct shift_sums {
  double energy, deviation, error, coherent;
} shift_sums;

static void add_bin(
  shift_sums *sums, const moire_identities *identities, const identity_work *work, size_t y,
  size_t x) {
  const complex_value mean = register_bin(identities, work, y, x);
  const complex_value *first = work->parts + y * identities->box_w + x, *value = first;
  // The mean that was taken off is in the registered bin 0 of every shift alike.
  complex_value rest = {0};
  if (y == 0 && x == 0) {
    const double box = (double)identities->box_h * (double)identities->box_w;
    rest = moire_identity_gain(identities, 0, 0);
    rest.re *= box * work->centre;
    rest.im *= box * work->centre;
  }
  const size_t shifts = identities->stride_h * identities->stride_w;
  for (size_t d = 0; d < shifts; d += 1, value += identities->box_pitch) {
    sums->energy += complex_power((complex_value){value->re + rest.re, value->im + rest.im});
    sums->deviation += squared_distance(*value, mean);
    sums->error += squared_distance(*value, *first);
  }
  sums->coherent += squared_distance(mean, *first);
}

void moire_identity_measure(
  moire_identity_reading *reading, const moire_identities *identities,
  const identity_work *work) {
  const size_t shifts = identities->stride_h * identities->stride_w;
  reading->pool_variance.measured = pool_variance(identities, work);
  for (size_t d = 0; d < shifts; d += 1) {
    fftw_complex *part = (fftw_complex *)(work->parts + d * identities->box_pitch);
    fftw_execute_dft(identities->box->twofold, part, part);
  }
  shift_sums sums = {0};
  for (size_t y = 0; y < identities->box_h; y += 1) {
    for (size_t x = 0; x < identities->box_w; x += 1) { add_bin(&sums, identities, work, y, x); }
  }
  reading->energy.measured = sums.energy;
  reading->deviation.measured = sums.deviation;
  reading->shift_error.measured = sums.error / (double)shifts;
  reading->incoherent.measured = sums.deviation / (double)shifts;
  reading->coherent.measured = sums.coherent;
}
