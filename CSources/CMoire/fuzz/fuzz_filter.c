// Taps and responses of filters, and spectra weighed by them.

#include "input.h"

static void check_taps(input *in) {
  const size_t count = take_size(in, 200);
  double *taps = make(count * sizeof *taps), sum = 0;
  MUST(moire_binomial_taps(taps, count) == moire_ok);
  for (size_t i = 0; i < count; i += 1) {
    MUST(taps[i] >= 0 && taps[i] <= 1);
    sum += taps[i];
  }
  MUST(fabs(sum - 1) < 1e-12);
  free(taps);
}

// A response of some filter at `size` bins.
static double *take_response(input *in, size_t size, size_t stride) {
  double *response = make(size * sizeof *response);
  const size_t kind = take_below(in, 3);
  const size_t taps = take_below(in, 8) == 0 ? take_wild(in) : take_size(in, 60);
  if (kind == 0) {
    MUST((moire_binomial_sample(response, size, taps) == moire_ok) == (taps > 0));
    if (taps == 0) { response[0] = 1; }
  } else {
    MUST(moire_ideal_sample(response, size, stride, (moire_nyquist)(kind - 1)) == moire_ok);
  }
  MUST(response[0] == 1);
  for (size_t k = 0; k < size; k += 1) { MUST(response[k] >= 0 && response[k] <= 1); }
  return response;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input in = {data, size};
  check_taps(&in);
  const size_t height = take_size(&in, 48), width = take_size(&in, 48);
  const size_t stride_h = take_size(&in, 9), stride_w = take_size(&in, 9);
  double *row = take_response(&in, height, stride_h);
  double *column = take_response(&in, width, stride_w);
  const size_t bins = height * (width / 2 + 1);
  float *values = take_floats(&in, bins, values_small);
  double *power = make(bins * sizeof *power);
  for (size_t i = 0; i < bins; i += 1) { power[i] = (double)values[i] * (double)values[i]; }

  const moire_spectrum spectrum = {power, height, width, stride_h, stride_w};
  moire_energies before, after;
  MUST(moire_spectrum_energies(&before, &spectrum) == moire_ok);
  MUST(moire_spectrum_filtered_energies(&after, &spectrum, row, column) == moire_ok);
  MUST(after.dc == before.dc);
  MUST(after.total <= before.total * (1 + 1e-12) && after.alias <= before.alias * (1 + 1e-12));
  MUST(after.alias >= 0 && after.alias <= after.total);
  free(values);
  free(power);
  free(row);
  free(column);
  return 0;
}
