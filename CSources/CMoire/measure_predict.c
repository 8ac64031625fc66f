#include "identity.h"

// The bin of the full grid that alias m of bin k (of the box, from 0 up) stands at.
static size_t alias_bin(size_t k, size_t m, size_t box, size_t size) {
  // The upper half of the box are the negative bins: k - box + m box, around the grid.
  const size_t base = k < (box + 1) / 2 ? k : k + size - box;
  return (base + m * box) % size;
}

typedef struct alias_sums {
  double own, incoherent, coherent;
} alias_sums;

// |X_0|², Σ_{m≠0} |X_m|² and |Σ_{m≠0} X_m|² of one bin of the box.
static alias_sums sum_aliases(
  const moire_identities *identities, const complex_value *map, size_t y, size_t x) {
  alias_sums sums = {0};
  complex_value sum = {0};
  for (size_t m = 0; m < identities->stride_h; m += 1) {
    const complex_value *row =
      map + alias_bin(y, m, identities->box_h, identities->height) * identities->width;
    for (size_t n = 0; n < identities->stride_w; n += 1) {
      const complex_value value = row[alias_bin(x, n, identities->box_w, identities->width)];
      if (m == 0 && n == 0) {
        sums.own = complex_power(value);
      } else {
        sums.incoherent += complex_power(value);
        sum.re += value.re;
        sum.im += value.im;
      }
    }
  }
  sums.coherent = complex_power(sum);
  return sums;
}

void moire_identity_predict(
  moire_identity_reading *reading, const moire_identities *identities,
  const identity_work *work) {
  const double samples = (double)identities->height * (double)identities->width;
  const double shifts = (double)identities->stride_h * (double)identities->stride_w;
  alias_sums all = {0};
  double leak = 0;
  for (size_t y = 0; y < identities->box_h; y += 1) {
    for (size_t x = 0; x < identities->box_w; x += 1) {
      const alias_sums sums = sum_aliases(identities, work->map, y, x);
      all.own += x == 0 && y == 0 ? 0 : sums.own;
      all.incoherent += sums.incoherent;
      all.coherent += sums.coherent;
      if (x == 0 && y == 0) { leak = sums.incoherent; }
    }
  }
  complex_value dc = moire_identity_gain(identities, 0, 0);
  dc.re = work->map[0].re + dc.re * samples * work->centre;
  dc.im = work->map[0].im + dc.im * samples * work->centre;
  reading->energy.predicted = (complex_power(dc) + all.own + all.incoherent) / shifts;
  reading->deviation.predicted = all.incoherent / shifts;
  reading->incoherent.predicted = all.incoherent / (shifts * shifts);
  reading->coherent.predicted = all.coherent / (shifts * shifts);
  reading->shift_error.predicted = reading->incoherent.predicted + reading->coherent.predicted;
  reading->pool_variance.predicted = leak / (samples * samples);
}
