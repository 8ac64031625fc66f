#include "operator.h"

static moire_status run(
  const void *activation, const moire_planes *planes, const moire_output *output,
  void *workspace, size_t bytes) {
  // Without an output there is nothing to do; what every operation must do is asked with one.
  if (!output) { return moire_null_argument; }
  return moire_activation_execute(activation, planes, output, NULL, workspace, bytes);
}

static moire_status run_double(
  const void *activation, const moire_planes_double *planes, const moire_output_double *output,
  void *workspace, size_t bytes) {
  if (!output) { return moire_null_argument; }
  return moire_activation_execute_double(activation, planes, output, NULL, workspace, bytes);
}

static void square(float *values, size_t count, void *context) {
  for (size_t i = 0; i < count; i += 1) { values[i] *= values[i] * *(float *)context; }
}

static void square_double(double *values, size_t count, void *context) {
  for (size_t i = 0; i < count; i += 1) { values[i] *= values[i] * (double)*(float *)context; }
}

static float half = 0.5f;
static const double coefficients[] = {0.5, 1, -0.25, 0.125};

static moire_activation_options options_of(size_t height, size_t width, size_t kind) {
  return (moire_activation_options){
    .height = height, .width = width, .factor = 1 + kind % 4,
    .pointwise = (moire_pointwise)(kind % 14), .alpha = 0.1, .coefficients = coefficients,
    .coefficient_count = 4, .function = square, .function_double = square_double,
    .context = &half, .doubled = (int)(kind % 2),
    .precision = (moire_precision)(kind / 14 % 2)};
}

// Readings, exactly as many as planes; of a NaN they are refused.
static void readings(const moire_activation *activation, size_t height, size_t width) {
  const size_t count = 18, area = height * width;
  const size_t bytes = moire_activation_workspace_size(activation);
  void *workspace = check_memory(bytes);
  float *map = check_noise(count * area, 9);
  moire_activation_reading *result = check_memory(count * sizeof *result);
  const moire_planes planes = check_planar(map, count, height, width);
  EXPECT_STATUS(
    moire_activation_execute(activation, &planes, NULL, result, workspace, bytes), moire_ok);
  for (size_t p = 0; p < count; p += 1) {
    EXPECT(result[p].total >= 0 && result[p].alias >= 0 && isfinite(result[p].alias_doubled));
    result[p].total = -7;
  }
  EXPECT_STATUS(
    moire_activation_execute(activation, &planes, NULL, NULL, workspace, bytes), moire_ok);
  map[17 * area] = NAN;
  EXPECT_STATUS(
    moire_activation_execute(activation, &planes, NULL, result, workspace, bytes),
    moire_not_finite);
  for (size_t p = 0; p < count; p += 1) { EXPECT(result[p].total == -7); }
  free(map);
  free(result);
  free(workspace);
}

static void ordinary(void) {
  static const size_t sizes[][2] = {{1, 1}, {5, 8}, {1, 13}, {12, 6}};
  for (size_t kind = 0; kind < 28; kind += 1) {
    const size_t height = sizes[kind % 4][0], width = sizes[kind % 4][1];
    const moire_activation_options options = options_of(height, width, kind);
    moire_activation *activation = NULL;
    EXPECT_STATUS(moire_activation_create(&activation, &options), moire_ok);
    if (!activation) { continue; }
    const check_operator_sizes all = {
      height, width, height, width, moire_activation_workspace_size(activation), 1, 5e-6};
    if (options.precision == moire_precision_single) {
      check_operator(&(check_operation){activation, run, all});
      readings(activation, height, width);
    } else {
      check_operator_double(&(check_operation_double){activation, run_double, all});
    }
    moire_activation_destroy(activation);
  }
}

static void refuse(moire_activation_options options) {
  moire_activation *made = NULL;
  const moire_status status = moire_activation_create(&made, &options);
  EXPECT(status != moire_ok && !made);
}

static void wrong(void) {
  const moire_activation_options good = options_of(6, 8, 1);
  moire_activation *made = NULL;
  EXPECT_STATUS(moire_activation_create(NULL, &good), moire_null_argument);
  EXPECT_STATUS(moire_activation_create(&made, NULL), moire_null_argument);
  for (int j = 0; j <= CHECK_EDGES; j += 1) {
    for (int i = 0; i < 3; i += 1) {
      moire_activation_options bad = good;
      *(size_t *[]){&bad.height, &bad.width, &bad.factor}[i] = j == 0 ? 0 : check_edges[j - 1];
      refuse(bad);
    }
  }
  for (int value = -1; value < 16; value += 15) {
    moire_activation_options bad[3] = {good, good, good};
    bad[0].pointwise = (moire_pointwise)value;
    bad[1].precision = (moire_precision)(value + 2 * (value == 14));
    bad[2].planning = (moire_planning)(value + 2 * (value == 14));
    for (int i = 0; i < 3; i += 1) { refuse(bad[i]); }
  }
  moire_activation_options bad = good;
  bad.alpha = NAN, refuse(bad), bad = good;
  bad.pointwise = moire_pointwise_custom, bad.function = NULL, refuse(bad);
  bad.precision = moire_precision_double, bad.function_double = NULL, refuse(bad), bad = good;
  bad.pointwise = moire_pointwise_polynomial, bad.coefficients = NULL, refuse(bad);
  bad.coefficients = coefficients, bad.coefficient_count = 0, refuse(bad);
  bad.coefficient_count = SIZE_MAX / 4, refuse(bad);
  moire_activation_destroy(NULL);
  EXPECT(moire_activation_workspace_size(NULL) == 0);
}

int main(void) {
  ordinary();
  wrong();
  return check_result();
}
