#include "check.h"

static void taps(void) {
  for (size_t count = 1; count <= 64; count += 1) {
    double *taps = check_memory(count * sizeof *taps), sum = 0;
    EXPECT_STATUS(moire_binomial_taps(taps, count), moire_ok);
    for (size_t i = 0; i < count; i += 1) {
      EXPECT(check_close(taps[i], taps[count - 1 - i], 1e-14));
      sum += taps[i];
    }
    EXPECT(check_close(sum, 1, 1e-14));
    free(taps);
  }
}

static void responses(void) {
  for (size_t size = 1; size <= 40; size += 1) {
    double *response = check_memory(size * sizeof *response);
    for (size_t n = 1; n <= 40; n += 1) {
      EXPECT_STATUS(moire_binomial_sample(response, size, n), moire_ok);
      EXPECT(response[0] == 1);
      EXPECT_STATUS(moire_ideal_sample(response, size, n, moire_nyquist_drop), moire_ok);
      EXPECT(response[0] == 1);
      EXPECT_STATUS(moire_ideal_sample(response, size, n, moire_nyquist_halve), moire_ok);
      for (size_t k = 0; k < size; k += 1) { EXPECT(response[k] >= 0 && response[k] <= 1); }
    }
    EXPECT_STATUS(moire_ideal_sample(response, size, SIZE_MAX, moire_nyquist_drop), moire_ok);
    EXPECT_STATUS(moire_binomial_sample(response, size, SIZE_MAX), moire_ok);
    free(response);
  }
  EXPECT(moire_binomial_response(0, 0.3) == 1 && moire_binomial_response(1, 0.3) == 1);
  EXPECT(isnan(moire_binomial_response(3, NAN)));
}

static void wrong(void) {
  double one[1] = {7};
  EXPECT_STATUS(moire_binomial_taps(NULL, 3), moire_null_argument);
  EXPECT_STATUS(moire_binomial_taps(one, 0), moire_invalid_argument);
  EXPECT_STATUS(moire_binomial_sample(NULL, 8, 3), moire_null_argument);
  EXPECT_STATUS(moire_binomial_sample(one, 0, 3), moire_invalid_argument);
  EXPECT_STATUS(moire_binomial_sample(one, 1, 0), moire_invalid_argument);
  EXPECT_STATUS(moire_ideal_sample(NULL, 8, 2, moire_nyquist_drop), moire_null_argument);
  EXPECT_STATUS(moire_ideal_sample(one, 0, 2, moire_nyquist_drop), moire_invalid_argument);
  EXPECT_STATUS(moire_ideal_sample(one, 1, 0, moire_nyquist_drop), moire_invalid_argument);
  EXPECT_STATUS(moire_ideal_sample(one, 1, 2, (moire_nyquist)9), moire_invalid_argument);
  EXPECT_STATUS(moire_ideal_sample(one, 1, 2, (moire_nyquist)-1), moire_invalid_argument);
  EXPECT(one[0] == 7);
}

int main(void) {
  taps();
  responses();
  wrong();
  return check_result();
}
