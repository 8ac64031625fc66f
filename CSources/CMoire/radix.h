#ifndef MOIRE_RADIX_H
#define MOIRE_RADIX_H

#include "lanes.h"

// Forward DFTs of 2, 3, 4, 5, 7, 8, 14 and 16 points in place, one complex lane vector a point.

MOIRE_INLINE void moire_radix2(lanes *a) {
  const lanes t = a[1];
  a[1] = a[0] - t;
  a[0] = a[0] + t;
}

MOIRE_INLINE void moire_radix4(lanes *a) {
  const lanes s0 = a[0] + a[2], d0 = a[0] - a[2];
  const lanes s1 = a[1] + a[3], d1 = a[1] - a[3];
  const lanes turned = MOIRE_SWAP(d1);
  a[0] = s0 + s1;
  a[2] = s0 - s1;
  a[1] = d0 + turned * MOIRE_MINUS_I;
  a[3] = d0 - turned * MOIRE_MINUS_I;
}

MOIRE_INLINE void moire_radix8(lanes *a) {
  const lanes half = MOIRE_SPLAT(0.70710678118654752f);
  lanes even[4] = {a[0], a[2], a[4], a[6]}, odd[4] = {a[1], a[3], a[5], a[7]};
  moire_radix4(even);
  moire_radix4(odd);
  // exp(-i π/4) z = (z - i z) / √2 and exp(-3i π/4) z = (-z - i z) / √2.
  const lanes first = (odd[1] + MOIRE_SWAP(odd[1]) * MOIRE_MINUS_I) * half;
  const lanes second = MOIRE_SWAP(odd[2]) * MOIRE_MINUS_I;
  const lanes third = (MOIRE_SWAP(odd[3]) * MOIRE_MINUS_I - odd[3]) * half;
  a[0] = even[0] + odd[0];
  a[4] = even[0] - odd[0];
  a[1] = even[1] + first;
  a[5] = even[1] - first;
  a[2] = even[2] + second;
  a[6] = even[2] - second;
  a[3] = even[3] + third;
  a[7] = even[3] - third;
}

// An odd prime r: with s_j = a_j + a_{r-j}, d_j = a_j - a_{r-j}, c = cos(2π/r ·), s = sin(2π/r ·),
// X_k = a_0 + Σ_j c(jk) s_j - i Σ_j s(jk) d_j and X_{r-k} the same with + i.
MOIRE_INLINE void moire_radix_odd(lanes *a, int r, const float *cosine, const float *sine) {
  const int h = (r - 1) / 2;
  lanes sum[3], difference[3];
  const lanes origin = a[0];
  lanes all = origin;
#pragma GCC unroll 3
  for (int j = 0; j < h; j += 1) {
    sum[j] = a[j + 1] + a[r - 1 - j];
    difference[j] = MOIRE_SWAP(a[j + 1] - a[r - 1 - j]) * MOIRE_MINUS_I;
    all += sum[j];
  }
  a[0] = all;
#pragma GCC unroll 3
  for (int k = 1; k <= h; k += 1) {
    lanes real = origin, turned = difference[0] * MOIRE_SPLAT(sine[k % r]);
#pragma GCC unroll 3
    for (int j = 0; j < h; j += 1) {
      real += sum[j] * MOIRE_SPLAT(cosine[(j + 1) * k % r]);
      if (j > 0) { turned += difference[j] * MOIRE_SPLAT(sine[(j + 1) * k % r]); }
    }
    a[k] = real + turned;
    a[r - k] = real - turned;
  }
}

MOIRE_INLINE void moire_radix3(lanes *a) {
  static const float cosine[3] = {1, -0.5f, -0.5f};
  static const float sine[3] = {0, 0.86602540378443865f, -0.86602540378443865f};
  moire_radix_odd(a, 3, cosine, sine);
}

MOIRE_INLINE void moire_radix5(lanes *a) {
  static const float cosine[5] = {
    1, 0.30901699437494742f, -0.80901699437494742f, -0.80901699437494742f, 0.30901699437494742f};
  static const float sine[5] = {
    0, 0.95105651629515357f, 0.58778525229247313f, -0.58778525229247313f, -0.95105651629515357f};
  moire_radix_odd(a, 5, cosine, sine);
}

MOIRE_INLINE void moire_radix7(lanes *a) {
  static const float cosine[7] = {
    1, 0.62348980185873353f, -0.22252093395631440f, -0.90096886790241913f,
    -0.90096886790241913f, -0.22252093395631440f, 0.62348980185873353f};
  static const float sine[7] = {
    0, 0.78183148246802981f, 0.97492791218182361f, 0.43388373911755812f,
    -0.43388373911755812f, -0.97492791218182361f, -0.78183148246802981f};
  moire_radix_odd(a, 7, cosine, sine);
}

// 14 = 2 · 7 without factors between: with n = 7 n_1 + 2 n_2 mod 14 the transform is one of two
// points over n_1 and one of seven over n_2, and bin k is theirs at k mod 2 and k mod 7.
MOIRE_INLINE void moire_radix14(lanes *a) {
  lanes even[7], odd[7];
#pragma GCC unroll 7
  for (int n = 0; n < 7; n += 1) {
    even[n] = a[2 * n] + a[(2 * n + 7) % 14];
    odd[n] = a[2 * n] - a[(2 * n + 7) % 14];
  }
  moire_radix7(even);
  moire_radix7(odd);
#pragma GCC unroll 7
  for (int k = 0; k < 7; k += 1) {
    a[k % 2 == 0 ? k : k + 7] = even[k];
    a[k % 2 == 1 ? k : k + 7] = odd[k];
  }
}

// 16 = 4 · 4: X[k + 4 l] is the transform over n of exp(-2πi n k / 16) times the one of every fourth
// point from n on.
MOIRE_INLINE void moire_radix16(lanes *a) {
  static const float cosine[10] = {
    1, 0.92387953251128676f, 0.70710678118654752f, 0.38268343236508977f, 0,
    0, -0.70710678118654752f, 0, 0, -0.92387953251128676f};
  static const float sine[10] = {
    0, 0.38268343236508977f, 0.70710678118654752f, 0.92387953251128676f, 1,
    0, 0.70710678118654752f, 0, 0, -0.38268343236508977f};
  lanes part[4][4];
#pragma GCC unroll 4
  for (int n = 0; n < 4; n += 1) {
    lanes b[4] = {a[n], a[n + 4], a[n + 8], a[n + 12]};
    moire_radix4(b);
    part[0][n] = b[0];
#pragma GCC unroll 4
    for (int k = 1; k < 4; k += 1) {
      part[k][n] = n == 0 ? b[k]
                          : b[k] * MOIRE_SPLAT(cosine[n * k]) +
          MOIRE_SWAP(b[k]) * MOIRE_MINUS_I * MOIRE_SPLAT(sine[n * k]);
    }
  }
#pragma GCC unroll 4
  for (int k = 0; k < 4; k += 1) {
    moire_radix4(part[k]);
#pragma GCC unroll 4
    for (int l = 0; l < 4; l += 1) { a[k + 4 * l] = part[k][l]; }
  }
}

#endif
