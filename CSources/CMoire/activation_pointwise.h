// moire_activation_apply for the precision that these name: REAL, NAME(x), CALL(values, count) of
// the caller's function, and EXP … FABS. No include guard: it is a template.

static inline REAL NAME(clamp)(REAL x, REAL high) {
  const REAL positive = x < 0 ? 0 : x;
  return positive > high ? high : positive;
}

static inline REAL NAME(sigmoid)(REAL x) { return 1 / (1 + EXP(-x)); }

static inline REAL NAME(gelu)(REAL x) {
  return x / 2 * ERFC(-x * (REAL)0.70710678118654752440);
}

static inline REAL NAME(gelu_tanh)(REAL x) {
  const REAL inner =
    (REAL)0.79788456080286535588 * (x + (REAL)0.044715 * x * x * x);
  return x / 2 * (1 + TANH(inner));
}

static inline REAL NAME(softplus)(REAL x) {
  return (x < 0 ? 0 : x) + LOG1P(EXP(-FABS(x)));
}

// By Horner's rule from the highest coefficient on.
static void NAME(polynomial)(const moire_activation *activation, REAL *values, size_t count) {
  const double *c = activation->coefficients;
  const size_t last = activation->options.coefficient_count - 1;
  for (size_t i = 0; i < count; i += 1) {
    const REAL x = values[i];
    REAL sum = (REAL)c[last];
    for (size_t j = last; j > 0; j -= 1) { sum = sum * x + (REAL)c[j - 1]; }
    values[i] = sum;
  }
}

// Comparisons are written so that a NaN stays one.
#define EACH(expression)                                                                          \
  for (size_t i = 0; i < count; i += 1) {                                                         \
    const REAL x = v[i];                                                                          \
    v[i] = (expression);                                                                          \
  }                                                                                               \
  break

MOIRE_DISPATCH void NAME(moire_activation_apply)(
  const moire_activation *activation, REAL *v, size_t count) {
  const REAL alpha = (REAL)activation->options.alpha;
  switch (activation->options.pointwise) {
    case moire_pointwise_relu: EACH(x < 0 ? 0 : x);
    case moire_pointwise_relu6: EACH(NAME(clamp)(x, 6));
    case moire_pointwise_leaky_relu: EACH(x < 0 ? alpha * x : x);
    case moire_pointwise_elu: EACH(x < 0 ? alpha * EXPM1(x) : x);
    case moire_pointwise_silu: EACH(x * NAME(sigmoid)(x));
    case moire_pointwise_gelu: EACH(NAME(gelu)(x));
    case moire_pointwise_gelu_tanh: EACH(NAME(gelu_tanh)(x));
    case moire_pointwise_tanh: EACH(TANH(x));
    case moire_pointwise_sigmoid: EACH(NAME(sigmoid)(x));
    case moire_pointwise_hard_swish: EACH(x * NAME(clamp)(x + 3, 6) / 6);
    case moire_pointwise_hard_sigmoid: EACH(NAME(clamp)(x + 3, 6) / 6);
    case moire_pointwise_softplus: EACH(NAME(softplus)(x));
    case moire_pointwise_polynomial: NAME(polynomial)(activation, v, count); break;
    case moire_pointwise_custom: CALL(v, count); break;
  }
}
