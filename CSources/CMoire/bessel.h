#ifndef MOIRE_BESSEL_H
#define MOIRE_BESSEL_H

// I_0(x) by its power series, all terms positive; overflows beyond x = 700.
static inline double moire_bessel_i0(double x) {
  double term = 1, sum = 1;
  for (int k = 1; term > sum * 1e-17; k += 1) {
    term *= x / (2 * k) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

#endif
