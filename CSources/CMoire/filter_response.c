#include <math.h>
#include <stdlib.h>

#include "filter_internal.h"

moire_status moire_amplitude_create(moire_amplitude *amplitude, const moire_filter *filter) {
  moire_status status = moire_filter_check(filter);
  if (status != moire_ok) { return status; }
  *amplitude = (moire_amplitude){.filter = *filter, .count = moire_filter_tap_count(filter)};
  if (amplitude->count <= 1 || filter->kind == moire_filter_binomial) { return moire_ok; }
  amplitude->taps = malloc(amplitude->count * sizeof(double));
  if (!amplitude->taps) { return moire_no_memory; }
  status = moire_filter_taps(amplitude->taps, filter);
  if (status != moire_ok) { moire_amplitude_destroy(amplitude); }
  return status;
}

void moire_amplitude_destroy(moire_amplitude *amplitude) {
  free(amplitude->taps);
  amplitude->taps = NULL;
}

// Σ_m h[m] cos(2πf (m - c)), the symmetric taps taken in pairs from the outside in. The angle turns
// by a rotation from tap to tap and starts afresh before its error can grow.
static double of_taps(const double *taps, size_t count, double f) {
  const double centre = ((double)count - 1) / 2;
  const double turn_c = cos(2 * M_PI * f), turn_s = sin(2 * M_PI * f);
  double sum = 0, c = 0, s = 0;
  for (size_t m = 0; m < count / 2; m += 1) {
    if (m % 32 == 0) {
      const double angle = 2 * M_PI * f * (centre - (double)m);
      c = cos(angle);
      s = sin(angle);
    }
    sum += 2 * taps[m] * c;
    const double next = c * turn_c + s * turn_s;
    s = s * turn_c - c * turn_s;
    c = next;
  }
  return count % 2 == 1 ? sum + taps[count / 2] : sum;
}

static double ideal(const moire_filter *filter, double f) {
  const double position = 2 * f * (double)filter->stride;
  if (filter->stride == 1 || position < 1) { return 1; }
  return position == 1 && filter->nyquist == moire_nyquist_halve ? 0.5 : 0;
}

static double raised_cosine(const moire_filter *filter, double f) {
  const double start = filter->cutoff * (1 - filter->roll_off);
  const double width = 2 * filter->cutoff * filter->roll_off;
  if (width == 0) { return f < start ? 1 : f > start ? 0 : 0.5; }
  const double u = (f - start) / width;
  if (u <= 0) { return 1; }
  // ½ (1 + cos πu), which keeps its digits where it is small.
  const double c = cos(M_PI / 2 * u);
  return u >= 1 ? 0 : c * c;
}

double moire_amplitude_at(const moire_amplitude *amplitude, double f) {
  const moire_filter *filter = &amplitude->filter;
  if (isnan(f)) { return f; }
  if (f == 0) { return 1; }
  if (amplitude->count > 0 && amplitude->count % 2 == 0 && f == 0.5) { return 0; }
  if (amplitude->taps) { return of_taps(amplitude->taps, amplitude->count, f); }
  switch (filter->kind) {
    case moire_filter_binomial:
      return filter->taps > 1 && f == 0.5 ? 0 : moire_binomial_response(filter->taps, f);
    case moire_filter_ideal: return ideal(filter, f);
    case moire_filter_raised_cosine: return raised_cosine(filter, f);
    case moire_filter_gaussian: {
      if (filter->taps == 1) { return 1; }
      const double turn = M_PI * filter->sigma * f;
      return exp(-2 * turn * turn);
    }
    default: return 1;
  }
}

moire_status moire_filter_amplitude(
  double *amplitude, const moire_filter *filter, const double *frequencies, size_t count) {
  if (!filter || (count > 0 && (!amplitude || !frequencies))) { return moire_null_argument; }
  moire_amplitude ready;
  const moire_status status = moire_amplitude_create(&ready, filter);
  if (status != moire_ok) { return status; }
  for (size_t i = 0; i < count; i += 1) {
    const double f = isfinite(frequencies[i]) ? fabs(remainder(frequencies[i], 1)) : NAN;
    amplitude[i] = moire_amplitude_at(&ready, f);
  }
  moire_amplitude_destroy(&ready);
  return moire_ok;
}

moire_status moire_filter_sample(double *amplitude, const moire_filter *filter, size_t size) {
  if (!amplitude || !filter) { return moire_null_argument; }
  if (size == 0) { return moire_invalid_argument; }
  moire_amplitude ready;
  const moire_status status = moire_amplitude_create(&ready, filter);
  if (status != moire_ok) { return status; }
  if (filter->kind == moire_filter_ideal) {
    // By whole numbers: the shared bin must not hang on the rounding of k / size.
    (void)moire_ideal_sample(amplitude, size, filter->stride, filter->nyquist);
  } else {
    for (size_t k = 0; k <= size / 2; k += 1) {
      amplitude[k] = moire_amplitude_at(&ready, (double)k / (double)size);
    }
    for (size_t k = size / 2 + 1; k < size; k += 1) { amplitude[k] = amplitude[size - k]; }
  }
  moire_amplitude_destroy(&ready);
  return moire_ok;
}

// Twice the shift is whole, and k times that modulo twice the size is exact: no phase drifts.
static double turns(size_t k, double twice_shift, size_t size) {
  const double whole = 2 * (double)size;
  return fmod((double)k * fmod(twice_shift, whole), whole) / whole;
}

moire_status moire_filter_sample_phased(
  double *response, const moire_filter *filter, size_t size, size_t leading) {
  const moire_status status = moire_filter_sample(response, filter, size);
  if (status != moire_ok) { return status; }
  const size_t count = moire_filter_tap_count(filter);
  const double shift = (count > 0 ? (double)count - 1 : 0) - 2 * (double)leading;
  // From the last bin down, pairs take the place of the amplitudes that were read before.
  for (size_t k = size; k-- > 0;) {
    const double gain = response[k];
    const double angle = 2 * M_PI * turns(moire_distance(k, size), shift, size);
    const int is_own_mirror = k == 0 || 2 * k == size;
    const double sine = is_own_mirror ? 0 : 2 * k < size ? sin(angle) : -sin(angle);
    response[2 * k] = gain * cos(angle);
    response[2 * k + 1] = gain * sine;
  }
  return moire_ok;
}
