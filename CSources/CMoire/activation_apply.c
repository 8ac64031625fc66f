#include <math.h>
#include <stdint.h>

#include "activation_engine.h"

// Single-precision functions without branches, so that loops over them are vectorised. The
// polynomials are fits to the smallest relative error on their intervals.

// exp within 2 ulp; below -87 and above 88 as at those ends.
static inline float fast_exp(float x) {
  const float held = x < -87 ? -87 : x > 88 ? 88 : x;
  // Adding 1.5 · 2²³ rounds to the nearest whole number and leaves it in the low bits.
  const float shifted = held * 1.44269504f + 12582912.0f, whole = shifted - 12582912.0f;
  // log 2 in two parts, the first with trailing zeros.
  const float r = held - whole * 0.693359375f + whole * 2.12194440e-4f;
  float p = 0.00138131424f;
  p = p * r + 0.00836941879f;
  p = p * r + 0.0416684560f;
  p = p * r + 0.166665152f;
  p = p * r + 0.499999940f;
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return (p * r * r + r + 1) * power;
}

static inline float fast_tanh(float x) {
  const float size = fabsf(x), square = x * x;
  float p = -0.00551515957f;
  p = p * square + 0.0204694159f;
  p = p * square - 0.0536880232f;
  p = p * square + 0.133308306f;
  p = p * square - 0.333332598f;
  const float small = x + x * square * p;
  const float e = fast_exp(-2 * size);
  const float large = copysignf((1 - e) / (1 + e), x);
  return size < 0.625f ? small : large;
}

// erfc z = exp(-z²) Q(1 / (1 + 0.4 z)) for z ≥ 0, to 1e-7 of its value where z² is exact.
static inline float fast_erfc(float x) {
  const float z = fabsf(x), t = 1 / (1 + 0.4f * z);
  float q = 0.0412533320f;
  q = q * t - 0.140320629f;
  q = q * t + 0.0839901045f;
  q = q * t + 0.0879611969f;
  q = q * t + 0.0797585994f;
  q = q * t + 0.193392336f;
  q = q * t + 0.201887801f;
  q = q * t + 0.226443082f;
  q = q * t + 0.225634232f;
  const float tail = q * t * fast_exp(-z * z);
  return x < 0 ? 2 - tail : tail;
}

#define REAL float
#define NAME(x) x
#define EXP fast_exp
#define TANH fast_tanh
#define ERFC fast_erfc
#define EXPM1 expm1f
#define LOG1P log1pf
#define FABS fabsf
#define CALL(v, n) activation->options.function(v, n, activation->options.context)
#include "activation_pointwise.h"
