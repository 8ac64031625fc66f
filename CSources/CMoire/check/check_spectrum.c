#include "check.h"

static double *noise_power(size_t height, size_t width) {
  const size_t count = height * (width / 2 + 1);
  float *values = check_noise(count, height * 131 + width);
  double *power = check_memory(count * sizeof *power);
  for (size_t i = 0; i < count; i += 1) { power[i] = (double)values[i] * (double)values[i]; }
  free(values);
  return power;
}

static void ordinary(const moire_spectrum *spectrum) {
  const size_t height = spectrum->height, width = spectrum->width;
  moire_energies energies, filtered;
  EXPECT_STATUS(moire_spectrum_energies(&energies, spectrum), moire_ok);
  EXPECT(energies.alias <= energies.total && energies.dc <= energies.total);

  double *row = check_memory(height * sizeof *row), *column = check_memory(width * sizeof *column);
  EXPECT_STATUS(moire_binomial_sample(row, height, 1), moire_ok);
  EXPECT_STATUS(moire_binomial_sample(column, width, 1), moire_ok);
  EXPECT_STATUS(moire_spectrum_filtered_energies(&filtered, spectrum, row, column), moire_ok);
  EXPECT(check_close(filtered.alias, energies.alias, 1e-12));
  free(row);
  free(column);

  const size_t rings = moire_radial_rings(height, width);
  double *profile = check_memory(rings * sizeof *profile), sum = 0;
  size_t *bins = check_memory(rings * sizeof *bins), all = 0;
  EXPECT_STATUS(moire_spectrum_radial(profile, bins, spectrum), moire_ok);
  for (size_t r = 0; r < rings; r += 1) { sum += profile[r], all += bins[r]; }
  EXPECT(all == height * width && check_close(sum, energies.total, 1e-12));
  free(profile);
  free(bins);
}

static void folding(const moire_spectrum *spectrum) {
  const int divides = spectrum->height % spectrum->stride_height == 0 &&
    spectrum->width % spectrum->stride_width == 0;
  const moire_status wanted = divides ? moire_ok : moire_not_exact;
  const size_t count = divides ? spectrum->height / spectrum->stride_height *
      (spectrum->width / spectrum->stride_width) : 1;
  double *in_band = check_memory(count * sizeof *in_band);
  double *folded = check_memory(count * sizeof *folded), leak = 0, sum = 0;
  EXPECT_STATUS(moire_spectrum_fold(in_band, folded, spectrum), wanted);
  EXPECT_STATUS(moire_spectrum_pool_leak(&leak, spectrum), wanted);
  if (divides) {
    moire_energies energies;
    EXPECT_STATUS(moire_spectrum_energies(&energies, spectrum), moire_ok);
    for (size_t i = 0; i < count; i += 1) { sum += folded[i]; }
    EXPECT(check_close(sum, energies.alias, 1e-12) && leak <= energies.alias * (1 + 1e-12));
  }
  free(in_band);
  free(folded);
}

static void sizes(void) {
  static const size_t lengths[] = {1, 2, 3, 4, 7, 12, 13};
  static const size_t strides[] = {1, 2, 3, 4, 20};
  for (size_t i = 0; i < 49; i += 1) {
    const size_t height = lengths[i / 7], width = lengths[i % 7];
    double *power = noise_power(height, width);
    for (size_t j = 0; j < 25; j += 1) {
      const moire_spectrum spectrum = {power, height, width, strides[j / 5], strides[j % 5]};
      ordinary(&spectrum);
      folding(&spectrum);
    }
    free(power);
  }
  EXPECT(moire_radial_rings(0, 5) == 0 && moire_radial_rings(5, 0) == 0);
}

// Every function with the same spectrum and good outputs.
static void all_refuse(const moire_spectrum *spectrum, moire_status wanted) {
  moire_energies energies = {7, 7, 7};
  double a[16] = {7}, b[16] = {7};
  size_t bins[16] = {7};
  EXPECT_STATUS(moire_spectrum_energies(&energies, spectrum), wanted);
  EXPECT_STATUS(moire_spectrum_filtered_energies(&energies, spectrum, a, b), wanted);
  EXPECT_STATUS(moire_spectrum_fold(a, b, spectrum), wanted);
  EXPECT_STATUS(moire_spectrum_pool_leak(a, spectrum), wanted);
  EXPECT_STATUS(moire_spectrum_radial(a, bins, spectrum), wanted);
  EXPECT(energies.total == 7 && a[0] == 7 && b[0] == 7 && bins[0] == 7);
}

static void wrong(void) {
  double power[12] = {1, 2, 3}, out[16];
  size_t bins[16];
  moire_energies energies;
  const moire_spectrum good = {power, 4, 4, 2, 2};
  all_refuse(NULL, moire_null_argument);
  moire_spectrum bad = good;
  bad.power = NULL;
  all_refuse(&bad, moire_null_argument);
  for (int i = 0; i < 4; i += 1) {
    bad = good;
    *(i == 0 ? &bad.height : i == 1 ? &bad.width : i == 2 ? &bad.stride_height
                                                          : &bad.stride_width) = 0;
    all_refuse(&bad, moire_invalid_argument);
  }
  bad = (moire_spectrum){power, SIZE_MAX / 2, 4, 1, 1};
  all_refuse(&bad, moire_size_overflow);
  bad = (moire_spectrum){power, (size_t)1 << 32, (size_t)1 << 32, 1, 1};
  all_refuse(&bad, moire_size_overflow);
  EXPECT_STATUS(moire_spectrum_energies(NULL, &good), moire_null_argument);
  EXPECT_STATUS(
    moire_spectrum_filtered_energies(&energies, &good, NULL, out), moire_null_argument);
  EXPECT_STATUS(
    moire_spectrum_filtered_energies(&energies, &good, out, NULL), moire_null_argument);
  EXPECT_STATUS(moire_spectrum_filtered_energies(NULL, &good, out, out), moire_null_argument);
  EXPECT_STATUS(moire_spectrum_fold(NULL, out, &good), moire_null_argument);
  EXPECT_STATUS(moire_spectrum_fold(out, NULL, &good), moire_null_argument);
  EXPECT_STATUS(moire_spectrum_pool_leak(NULL, &good), moire_null_argument);
  EXPECT_STATUS(moire_spectrum_radial(NULL, bins, &good), moire_null_argument);
  EXPECT_STATUS(moire_spectrum_radial(out, NULL, &good), moire_null_argument);
}

// Powers that are no energies, and outputs over the input: any numbers, but no harm.
static void strange(void) {
  double power[12], out[16];
  moire_energies energies;
  for (int i = 0; i < 12; i += 1) { power[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? -INFINITY : 1e308; }
  const moire_spectrum spectrum = {power, 4, 4, 2, 2};
  EXPECT_STATUS(moire_spectrum_energies(&energies, &spectrum), moire_ok);
  EXPECT_STATUS(moire_spectrum_fold(out, out, &spectrum), moire_ok);
  EXPECT_STATUS(moire_spectrum_fold(power, power + 4, &spectrum), moire_ok);
  EXPECT_STATUS(moire_spectrum_pool_leak(power, &spectrum), moire_ok);
  EXPECT(moire_decibel(0, 1) == -INFINITY && isnan(moire_decibel(1, 0)));
  EXPECT(isnan(moire_decibel(1, NAN)) && moire_decibel(100, 1) == 20);
}

int main(void) {
  sizes();
  wrong();
  strange();
  return check_result();
}
