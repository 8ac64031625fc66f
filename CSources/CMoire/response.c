#include "response_internal.h"

#include <math.h>
#include <stdlib.h>

#include "reader.h"

static double gain_at(const moire_amplitude *amplitude, double f) {
  return fabs(moire_amplitude_at(amplitude, f));
}

// The maximum of |A| in a … b, where it rises and then falls, by golden sections.
static double peak_within(const moire_amplitude *amplitude, double a, double b) {
  const double ratio = (sqrt(5) - 1) / 2;
  double x = b - ratio * (b - a), y = a + ratio * (b - a);
  double gain_x = gain_at(amplitude, x), gain_y = gain_at(amplitude, y);
  for (int i = 0; i < 50; i += 1) {
    if (gain_x > gain_y) {
      b = y, y = x, gain_y = gain_x;
      x = b - ratio * (b - a);
      gain_x = gain_at(amplitude, x);
    } else {
      a = x, x = y, gain_x = gain_y;
      y = a + ratio * (b - a);
      gain_y = gain_at(amplitude, y);
    }
  }
  return fmax(gain_x, gain_y);
}

// The highest ripple beyond `edge`, by sixteen looks to a zero of A; 0 where |A| only falls. The
// first look is one before the edge, for a ripple that has its top right behind it.
static double side_lobe(const moire_amplitude *amplitude, double edge) {
  if (!amplitude->taps || edge >= 0.5) { return 0; }
  const double looks = ceil((0.5 - edge) * 16 * (double)amplitude->count) + 16;
  const double step = (0.5 - edge) / looks;
  double before = gain_at(amplitude, fmax(0, edge - step)), here = gain_at(amplitude, edge);
  const double first = here;
  double highest = 0;
  for (double i = 0; i <= looks; i += 1) {
    const double after = i < looks ? gain_at(amplitude, fmin(0.5, edge + (i + 1) * step)) : 0;
    if (here > before && here >= after) {
      const double low = fmax(edge, edge + (i - 1) * step), high = fmin(0.5, edge + (i + 1) * step);
      const double peak = fmax(i > 0 ? here : 0, peak_within(amplitude, low, high));
      // A top at the edge itself or before it is no ripple beyond.
      if (i > 0 || peak > first) { highest = fmax(highest, peak); }
    }
    before = here;
    here = after;
  }
  return highest;
}

// With taps: y[n] - 1 = -Σ_{m > n} h[m], summed from the far end, so that taps that are all
// positive overshoot by exactly 0.
static moire_status step_of_taps(moire_response *response, const moire_amplitude *amplitude) {
  const size_t count = amplitude->count, leading = (count - 1) / 2;
  double *taps = malloc(count * sizeof *taps);
  if (!taps) { return moire_no_memory; }
  (void)moire_filter_taps(taps, &amplitude->filter);
  double tail = 0, least = 0, edge = 0, squares = 0;
  for (size_t m = count; m-- > 0;) {
    tail += taps[m];
    squares += taps[m] * taps[m];
    least = fmin(least, tail);
    if (m == leading) { edge = tail; }
  }
  free(taps);
  response->noise_gain = squares;
  response->overshoot = fabs(least);
  response->edge_gain = edge;
  return moire_ok;
}

// Without taps: the first lobe of the answer is its highest, about 1 / (2 cutoff) samples behind
// the step.
static void step_of_amplitude(moire_response *response, const moire_amplitude *amplitude) {
  const moire_filter *filter = &amplitude->filter;
  const double cutoff =
    filter->kind == moire_filter_ideal ? 0.5 / (double)filter->stride : filter->cutoff;
  const double lobe = filter->kind == moire_filter_gaussian ? 0 : floor(0.5 / cutoff);
  // From σ = 4 on the amplitude at ½ is below 1e-34: the answer is a Gaussian's, without a lobe.
  const int rises = filter->kind == moire_filter_gaussian && filter->sigma >= 4;
  double highest = 1;
  for (double n = 0; !rises && n <= 40; n += 1) {
    highest = fmax(highest, moire_step_answer(amplitude, n));
  }
  for (double n = fmax(41, lobe - 2); n <= lobe + 2; n += 1) {
    highest = fmax(highest, moire_step_answer(amplitude, n));
  }
  // What the integral cannot tell from 1.
  response->overshoot = highest - 1 > 1e-13 ? highest - 1 : 0;
  response->edge_gain = moire_step_answer(amplitude, 0);
}

static double both_axes(double alias) { return alias * (2 - alias); }

static double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

static void noise(
  moire_response *response, const moire_amplitude *amplitude, size_t stride, double edge) {
  const double pass = 2 * moire_integrate_power(amplitude, 0, edge);
  const double stop = stride == 1 ? 0 : 2 * moire_integrate_power(amplitude, edge, 0.5);
  response->noise_gain = pass + stop;
  response->alias = share(stop, pass + stop);
  response->alias_2d = both_axes(response->alias);
}

// Σ over a row of bins of A² / (k² + other²), k = 0 only beside another that is not.
static void pink_row(
  double *inside, double *outside, const double *amplitude, size_t stride, size_t size,
  double other) {
  double in = 0, out = 0;
  for (size_t k = 0; k < size; k += 1) {
    const double bin = (double)moire_distance(k, size), square = bin * bin + other * other;
    const double energy = square > 0 ? amplitude[k] * amplitude[k] / square : 0;
    *(moire_inside(k, size, stride) ? &in : &out) += energy;
  }
  *inside = in;
  *outside = out;
}

static moire_status on_grid(
  moire_response *response, const moire_filter *filter, size_t stride, size_t size) {
  int overflow = 0;
  const size_t bytes = moire_product(size, sizeof(double), &overflow);
  double *amplitude = overflow ? NULL : malloc(bytes);
  if (!amplitude) { return overflow ? moire_size_overflow : moire_no_memory; }
  const moire_status status = moire_filter_sample(amplitude, filter, size);
  double line = 0, line_alias = 0, plane = 0, plane_alias = 0;
  for (size_t k = 0; status == moire_ok && k < size; k += 1) {
    const double power = amplitude[k] * amplitude[k];
    const int is_inside = moire_inside(k, size, stride);
    double inside, outside;
    pink_row(&inside, &outside, amplitude, stride, size, (double)moire_distance(k, size));
    line += power;
    line_alias += is_inside ? 0 : power;
    plane += power * (inside + outside);
    plane_alias += power * (is_inside ? outside : inside + outside);
  }
  free(amplitude);
  if (status != moire_ok) { return status; }
  response->grid_alias = share(line_alias, line);
  response->grid_alias_2d = both_axes(response->grid_alias);
  response->pink_alias = share(plane_alias, plane);
  return moire_ok;
}

moire_status moire_filter_response(
  moire_response *response, const moire_filter *filter, size_t stride, size_t size) {
  if (!response || !filter) { return moire_null_argument; }
  if (stride == 0 || size == 0) { return moire_invalid_argument; }
  moire_amplitude amplitude;
  moire_status status = moire_amplitude_create(&amplitude, filter);
  if (status != moire_ok) { return status; }
  moire_response result = {.dc_gain = gain_at(&amplitude, 0)};
  const double edge = 0.5 / (double)stride, count = (double)amplitude.count;
  result.nyquist_gain = gain_at(&amplitude, edge);
  result.side_lobe_gain = side_lobe(&amplitude, edge);
  result.stop_band_gain = fmax(result.nyquist_gain, result.side_lobe_gain);
  noise(&result, &amplitude, stride, edge);
  result.group_delay = amplitude.count > 0 ? (count - 1) / 2 : 0;
  result.phase = result.group_delay - floor(result.group_delay);
  if (amplitude.count > 0) {
    status = step_of_taps(&result, &amplitude);
  } else {
    step_of_amplitude(&result, &amplitude);
  }
  result.corner_gain = result.edge_gain * result.edge_gain;
  result.noise_gain_2d = result.noise_gain * result.noise_gain;
  moire_amplitude_destroy(&amplitude);
  if (status == moire_ok) { status = on_grid(&result, filter, stride, size); }
  if (status == moire_ok) { *response = result; }
  return status;
}

moire_status moire_filter_spectrum_energies(
  moire_energies *energies, const moire_filter *filter_h, const moire_filter *filter_w,
  const moire_spectrum *spectrum) {
  if (!energies || !spectrum || !spectrum->power) { return moire_null_argument; }
  const moire_filter none = {.kind = moire_filter_none};
  const size_t height = spectrum->height, width = spectrum->width;
  if (height == 0 || width == 0) { return moire_invalid_argument; }
  int overflow = 0;
  size_t count;
  overflow |= __builtin_add_overflow(height, width, &count);
  const size_t bytes = moire_product(count, sizeof(double), &overflow);
  if (overflow) { return moire_size_overflow; }
  double *rows = malloc(bytes);
  if (!rows) { return moire_no_memory; }
  double *columns = rows + height;
  moire_status status = moire_filter_sample(rows, filter_h ? filter_h : &none, height);
  if (status == moire_ok) {
    status = moire_filter_sample(columns, filter_w ? filter_w : &none, width);
  }
  if (status == moire_ok) {
    status = moire_spectrum_filtered_energies(energies, spectrum, rows, columns);
  }
  free(rows);
  return status;
}
