#include <math.h>
#include <string.h>

#include "half_spectrum.h"

static double square(const double *response, size_t k) {
  return response ? response[k] * response[k] : 1;
}

// A response of a real filter is even in energy, yet both halves are the caller's: weigh each bin
// by its own.
static void energies_of(
  moire_energies *energies, const moire_spectrum *spectrum, const double *response_h,
  const double *response_w) {
  moire_energies result = {0};
  for (size_t y = 0; y < spectrum->height; y += 1) {
    const int in_y = moire_inside(y, spectrum->height, spectrum->stride_height);
    for (size_t x = 0; x < spectrum->width; x += 1) {
      const double energy =
        moire_spectrum_bin(spectrum, y, x) * square(response_h, y) * square(response_w, x);
      result.total += energy;
      if (!in_y || !moire_inside(x, spectrum->width, spectrum->stride_width)) {
        result.alias += energy;
      }
    }
  }
  result.dc = spectrum->power[0] * square(response_h, 0) * square(response_w, 0);
  *energies = result;
}

moire_status moire_spectrum_energies(moire_energies *energies, const moire_spectrum *spectrum) {
  const moire_status status = energies ? moire_spectrum_check(spectrum) : moire_null_argument;
  if (status == moire_ok) { energies_of(energies, spectrum, NULL, NULL); }
  return status;
}

moire_status moire_spectrum_filtered_energies(
  moire_energies *energies, const moire_spectrum *spectrum, const double *response_h,
  const double *response_w) {
  if (!energies || !response_h || !response_w) { return moire_null_argument; }
  const moire_status status = moire_spectrum_check(spectrum);
  if (status == moire_ok) { energies_of(energies, spectrum, response_h, response_w); }
  return status;
}

moire_status moire_spectrum_fold(
  double *in_band, double *folded, const moire_spectrum *spectrum) {
  const moire_status status =
    in_band && folded ? moire_spectrum_check(spectrum) : moire_null_argument;
  if (status != moire_ok) { return status; }
  if (!moire_spectrum_divides(spectrum)) { return moire_not_exact; }
  const size_t height = spectrum->height / spectrum->stride_height;
  const size_t width = spectrum->width / spectrum->stride_width;
  memset(folded, 0, height * width * sizeof *folded);
  for (size_t y = 0; y < spectrum->height; y += 1) {
    const int in_y = moire_inside(y, spectrum->height, spectrum->stride_height);
    for (size_t x = 0; x < spectrum->width; x += 1) {
      const size_t to = y % height * width + x % width;
      if (in_y && moire_inside(x, spectrum->width, spectrum->stride_width)) {
        in_band[to] = moire_spectrum_bin(spectrum, y, x);
      } else {
        folded[to] += moire_spectrum_bin(spectrum, y, x);
      }
    }
  }
  return moire_ok;
}

moire_status moire_spectrum_pool_leak(double *leak, const moire_spectrum *spectrum) {
  const moire_status status = leak ? moire_spectrum_check(spectrum) : moire_null_argument;
  if (status != moire_ok) { return status; }
  if (!moire_spectrum_divides(spectrum)) { return moire_not_exact; }
  const size_t step_y = spectrum->height / spectrum->stride_height;
  const size_t step_x = spectrum->width / spectrum->stride_width;
  double sum = 0;
  for (size_t y = 0; y < spectrum->height; y += step_y) {
    for (size_t x = 0; x < spectrum->width; x += step_x) {
      if (x > 0 || y > 0) { sum += moire_spectrum_bin(spectrum, y, x); }
    }
  }
  *leak = sum;
  return moire_ok;
}

// The ring of |f| on the unit of the longer axis.
static size_t ring(size_t y, size_t x, size_t height, size_t width) {
  const double longer = (double)(height > width ? height : width);
  const double v = (double)(y <= height / 2 ? y : height - y) / (double)height;
  const double u = (double)(x <= width / 2 ? x : width - x) / (double)width;
  return (size_t)(ptrdiff_t)(longer * sqrt(u * u + v * v) + 0.5);
}

size_t moire_radial_rings(size_t height, size_t width) {
  return height == 0 || width == 0 ? 0 : ring(height / 2, width / 2, height, width) + 1;
}

enum { SPAN = 64 };

// The rings of `count` ≤ SPAN bins of row y from column `first` on.
MOIRE_DISPATCH static void rings_along(
  size_t *on, size_t y, size_t first, size_t count, size_t height, size_t width) {
  for (size_t i = 0; i < count; i += 1) { on[i] = ring(y, first + i, height, width); }
}

moire_status moire_spectrum_radial(double *power, size_t *bins, const moire_spectrum *spectrum) {
  const moire_status status = power && bins ? moire_spectrum_check(spectrum) : moire_null_argument;
  if (status != moire_ok) { return status; }
  const size_t rings = moire_radial_rings(spectrum->height, spectrum->width);
  memset(power, 0, rings * sizeof *power);
  memset(bins, 0, rings * sizeof *bins);
  const size_t height = spectrum->height, width = spectrum->width, half = width / 2 + 1;
  for (size_t y = 0; y <= height / 2; y += 1) {
    const double *row = spectrum->power + y * half;
    const double *mirrored = y == 0 || 2 * y == height ? NULL : row + (height - 2 * y) * half;
    for (size_t first = 0; first < half; first += SPAN) {
      size_t on[SPAN];
      const size_t count = half - first < SPAN ? half - first : SPAN;
      rings_along(on, y, first, count, height, width);
      for (size_t i = 0; i < count; i += 1) {
        const size_t x = first + i;
        const double weight = moire_column_weight(x, width);
        power[on[i]] += weight * (mirrored ? row[x] + mirrored[x] : row[x]);
        bins[on[i]] += (size_t)weight << (mirrored != NULL);
      }
    }
  }
  return moire_ok;
}

double moire_decibel(double energy, double reference) {
  return reference > 0 ? 10 * log10(energy / reference) : NAN;
}
