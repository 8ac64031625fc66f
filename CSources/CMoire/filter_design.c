#include <math.h>
#include <stdint.h>

#include "bessel.h"
#include "filter_internal.h"

static int within(double value, double low, double high) { return value >= low && value <= high; }

static int is_cutoff(double cutoff) { return cutoff > 0 && cutoff <= 0.5; }

static int is_valid(const moire_filter *filter) {
  switch (filter->kind) {
    case moire_filter_none: return 1;
    case moire_filter_binomial: return filter->taps >= 1;
    case moire_filter_ideal:
      return filter->stride >= 1 && (unsigned)filter->nyquist <= moire_nyquist_halve;
    case moire_filter_kaiser:
      // Beyond 700 the Bessel function overflows a double.
      return filter->taps >= 1 && is_cutoff(filter->cutoff) && within(filter->beta, 0, 700);
    case moire_filter_raised_cosine:
      return is_cutoff(filter->cutoff) && within(filter->roll_off, 0, 1);
    case moire_filter_gaussian: return filter->sigma > 0 && isfinite(filter->sigma);
    case moire_filter_hann:
      return filter->taps >= 1 && (filter->cutoff == 0 || is_cutoff(filter->cutoff));
  }
  return 0;
}

moire_status moire_filter_check(const moire_filter *filter) {
  if (!filter) { return moire_null_argument; }
  if (!is_valid(filter)) { return moire_invalid_argument; }
  const size_t count = moire_filter_tap_count(filter);
  return count > PTRDIFF_MAX / sizeof(double) ? moire_size_overflow : moire_ok;
}

size_t moire_filter_tap_count(const moire_filter *filter) {
  if (!filter || !is_valid(filter)) { return 0; }
  switch (filter->kind) {
    case moire_filter_none: return 1;
    case moire_filter_ideal:
    case moire_filter_raised_cosine: return 0;
    default: return filter->taps;
  }
}

// sin(2πfd) / (πd), the ideal low-pass at distance d.
static double sinc(double cutoff, double d) {
  return d == 0 ? 2 * cutoff : sin(2 * M_PI * cutoff * d) / (M_PI * d);
}

// Tap m of n before the sum is brought to 1.
static double shape(const moire_filter *filter, size_t m) {
  const double n = (double)filter->taps, d = (double)m - (n - 1) / 2;
  switch (filter->kind) {
    case moire_filter_kaiser: {
      const double t = n > 1 ? 2 * d / (n - 1) : 0;
      const double window =
        moire_bessel_i0(filter->beta * sqrt((1 - t) * (1 + t))) / moire_bessel_i0(filter->beta);
      return window * sinc(filter->cutoff, d);
    }
    case moire_filter_gaussian: {
      // Relative to the tap nearest to the centre, so that a narrow one does not vanish.
      const double nearest = filter->taps % 2 == 1 ? 0 : 0.5, sigma = filter->sigma;
      if (fabs(d) == nearest) { return 1; }
      return exp((nearest - d) / sigma * ((nearest + d) / sigma) / 2);
    }
    case moire_filter_hann: {
      const double s = sin(M_PI * ((double)m + 1) / (n + 1));
      return s * s * (filter->cutoff > 0 ? sinc(filter->cutoff, d) : 1);
    }
    default: return 1;
  }
}

// Symmetric by construction; the sum of what is left after a first division goes to the centre.
static moire_status shaped(double *taps, const moire_filter *filter) {
  const size_t n = filter->taps, half = (n + 1) / 2;
  double sum = 0;
  for (size_t m = 0; m < half; m += 1) { sum += (2 * m + 1 == n ? 1 : 2) * shape(filter, m); }
  if (!(sum > 0)) { return moire_invalid_argument; }
  double rest = 1;
  for (size_t m = 0; m < half; m += 1) {
    taps[m] = taps[n - 1 - m] = shape(filter, m) / sum;
    rest -= (2 * m + 1 == n ? 1 : 2) * taps[m];
  }
  const size_t centre = half - 1;
  taps[centre] += n % 2 == 1 ? rest : rest / 2;
  taps[n - 1 - centre] = taps[centre];
  return moire_ok;
}

moire_status moire_filter_taps(double *taps, const moire_filter *filter) {
  if (!taps) { return moire_null_argument; }
  const moire_status status = moire_filter_check(filter);
  if (status != moire_ok) { return status; }
  const size_t count = moire_filter_tap_count(filter);
  if (count == 0) { return moire_invalid_argument; }
  if (count == 1) {
    taps[0] = 1;
    return moire_ok;
  }
  return filter->kind == moire_filter_binomial ? moire_binomial_taps(taps, count)
                                               : shaped(taps, filter);
}

double moire_kaiser_beta(double attenuation) {
  if (attenuation > 50) { return 0.1102 * (attenuation - 8.7); }
  if (!(attenuation > 21)) { return 0; }
  return 0.5842 * pow(attenuation - 21, 0.4) + 0.07886 * (attenuation - 21);
}

double moire_kaiser_attenuation(size_t taps, double width) {
  return 2.285 * ((double)taps - 1) * 2 * M_PI * width + 7.95;
}

moire_status moire_kaiser_order(size_t *taps, double *beta, double attenuation, double width) {
  if (!taps || !beta) { return moire_null_argument; }
  if (!within(attenuation, 8, 300) || !(width > 0 && width <= 0.5)) {
    return moire_invalid_argument;
  }
  const double count = ceil((attenuation - 7.95) / (2.285 * 2 * M_PI * width) + 1);
  if (!(count < 0x1p53)) { return moire_size_overflow; }
  *taps = (size_t)count;
  *beta = moire_kaiser_beta(attenuation);
  return moire_ok;
}

double moire_gaussian_sigma(double cutoff, double loss) {
  if (!(cutoff > 0 && loss > 0 && isfinite(cutoff) && isfinite(loss))) { return NAN; }
  return sqrt(loss * M_LN10 / 40) / (M_PI * cutoff);
}

size_t moire_gaussian_tap_count(double sigma) {
  return sigma > 0 && sigma < 0x1p50 ? 2 * (size_t)floor(4 * sigma + 0.5) + 1 : 0;
}
