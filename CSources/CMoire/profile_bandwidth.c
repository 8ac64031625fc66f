#include <math.h>

#include "half_spectrum.h"

// By what the extent of a bin is told, without rounding: |k_h|, |k_w|, or the squared radius
// (|k_h| width)² + (|k_w| height)², so that equal radii are equal numbers.
typedef enum extent { extent_height, extent_width, extent_square } extent;

static double extent_of(const moire_spectrum *spectrum, extent kind, size_t y, size_t x) {
  const double v = (double)(y <= spectrum->height / 2 ? y : spectrum->height - y);
  const double u = (double)(x <= spectrum->width / 2 ? x : spectrum->width - x);
  if (kind != extent_square) { return kind == extent_height ? v : u; }
  const double row = v * (double)spectrum->width, column = u * (double)spectrum->height;
  return row * row + column * column;
}

static int left_out(size_t y, size_t x, moire_bandwidth_of what) {
  return what == moire_bandwidth_of_variation && y == 0 && x == 0;
}

// The energy up to an extent, and the extents of the bins next to it on either side.
typedef struct band {
  double energy, below, above;
} band;

static band energy_within(
  const moire_spectrum *spectrum, extent kind, double limit, moire_bandwidth_of what) {
  const size_t half = spectrum->width / 2 + 1;
  band result = {0, 0, INFINITY};
  for (size_t y = 0; y < spectrum->height; y += 1) {
    for (size_t x = 0; x < half; x += 1) {
      const double at = extent_of(spectrum, kind, y, x);
      if (at > limit) {
        result.above = fmin(result.above, at);
        continue;
      }
      result.below = fmax(result.below, at);
      if (left_out(y, x, what)) { continue; }
      result.energy +=
        moire_column_weight(x, spectrum->width) * spectrum->power[y * half + x];
    }
  }
  return result;
}

// The smallest extent of a bin within which the energy reaches `target`, by bisection. Sums of
// more terms in the same order are never smaller, so the search cannot miss.
static double containing(
  const moire_spectrum *spectrum, extent kind, double target, moire_bandwidth_of what) {
  double low = 0, high = extent_of(spectrum, kind, spectrum->height / 2, spectrum->width / 2);
  while (low < high) {
    double middle = floor(low + (high - low) / 2);
    // Beyond 2⁵³ neighbours have no number between them.
    if (middle < low || middle >= high) { middle = low; }
    const band within = energy_within(spectrum, kind, middle, what);
    if (within.energy >= target) {
      high = within.below;
    } else {
      low = within.above;
    }
  }
  return low;
}

// Σ |f|² |X|² over the two axes.
static void second_moments(
  moire_bandwidth *bandwidth, const moire_spectrum *spectrum, double total) {
  const size_t half = spectrum->width / 2 + 1;
  double rows = 0, columns = 0;
  for (size_t y = 0; y < spectrum->height; y += 1) {
    const double v = moire_bin_frequency(y, spectrum->height);
    for (size_t x = 0; x < half; x += 1) {
      const double u = moire_bin_frequency(x, spectrum->width);
      const double energy =
        moire_column_weight(x, spectrum->width) * spectrum->power[y * half + x];
      rows += v * v * energy;
      columns += u * u * energy;
    }
  }
  bandwidth->rms_height = sqrt(rows / total);
  bandwidth->rms_width = sqrt(columns / total);
  bandwidth->rms_radius = sqrt(rows / total + columns / total);
}

// total / (2 N max_k P[k]) with P the power of an axis summed over the other.
static double equivalent_noise(
  const moire_spectrum *spectrum, int along_height, double total, moire_bandwidth_of what) {
  const size_t size = along_height ? spectrum->height : spectrum->width;
  const size_t other = along_height ? spectrum->width : spectrum->height;
  double most = 0;
  for (size_t k = 0; k <= size / 2; k += 1) {
    double sum = 0;
    for (size_t l = 0; l < other; l += 1) {
      const size_t y = along_height ? k : l, x = along_height ? l : k;
      if (!left_out(y, x, what)) { sum += moire_spectrum_bin(spectrum, y, x); }
    }
    most = fmax(most, sum);
  }
  return total / (2 * (double)size * most);
}

moire_status moire_spectrum_bandwidth(
  moire_bandwidth *bandwidth, const moire_spectrum *spectrum, double share,
  moire_bandwidth_of what) {
  const moire_status status = bandwidth ? moire_spectrum_check(spectrum) : moire_null_argument;
  if (status != moire_ok) { return status; }
  if (!(share > 0 && share <= 1) || (unsigned)what > moire_bandwidth_of_all) {
    return moire_invalid_argument;
  }
  const double total = energy_within(spectrum, extent_square, INFINITY, what).energy;
  if (!isfinite(total)) { return moire_not_finite; }
  moire_bandwidth result = {0};
  if (total > 0) {
    const double target = share * total;
    const double height = (double)spectrum->height, width = (double)spectrum->width;
    result.containing_height = containing(spectrum, extent_height, target, what) / height;
    result.containing_width = containing(spectrum, extent_width, target, what) / width;
    result.containing_radius =
      sqrt(containing(spectrum, extent_square, target, what)) / (height * width);
    second_moments(&result, spectrum, total);
    result.noise_height = equivalent_noise(spectrum, 1, total, what);
    result.noise_width = equivalent_noise(spectrum, 0, total, what);
  }
  *bandwidth = result;
  return moire_ok;
}
