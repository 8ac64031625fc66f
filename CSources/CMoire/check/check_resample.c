#include "operator.h"

static moire_status run(
  const void *resampler, const moire_planes *planes, const moire_output *output, void *workspace,
  size_t bytes) {
  return moire_resampler_execute(resampler, planes, output, workspace, bytes);
}

static moire_status run_double(
  const void *resampler, const moire_planes_double *planes, const moire_output_double *output,
  void *workspace, size_t bytes) {
  return moire_resampler_execute_double(resampler, planes, output, workspace, bytes);
}

// Takes over the resampler.
static void check_resampler(
  moire_resampler *resampler, size_t height, size_t width, moire_precision precision) {
  const size_t to_height = moire_resampler_output_height(resampler);
  const size_t to_width = moire_resampler_output_width(resampler);
  const int same = to_height == height && to_width == width;
  const check_operator_sizes sizes = {
    height, width, to_height, to_width, moire_resampler_workspace_size(resampler), same, 3e-6};
  const moire_planes planes = {.count = 0};
  const moire_planes_double planes_double = {.count = 0};
  const moire_output output = {0};
  const moire_output_double output_double = {0};
  if (precision == moire_precision_single) {
    check_operator(&(check_operation){resampler, run, sizes});
    EXPECT_STATUS(
      moire_resampler_execute_double(resampler, &planes_double, &output_double, NULL, 0),
      moire_invalid_argument);
  } else {
    check_operator_double(&(check_operation_double){resampler, run_double, sizes});
    EXPECT_STATUS(
      moire_resampler_execute(resampler, &planes, &output, NULL, 0), moire_invalid_argument);
  }
  moire_resampler_destroy(resampler);
}

static const size_t sizes[][2] = {{1, 1}, {1, 8}, {9, 7}, {16, 20}, {13, 33}};

static void ordinary(void) {
  for (size_t i = 0; i < 5 * 6; i += 1) {
    const size_t height = sizes[i / 6][0], width = sizes[i / 6][1], kind = i % 6;
    const moire_precision precision = (moire_precision)(i % 2);
    const moire_ideal_options ideal = {
      height, width, kind == 0 ? height : 1 + height / 2, kind == 1 ? width : width * 3 / 2,
      kind == 2 ? 0.3 : 0, kind, (moire_band_edge)(i % 3), precision, moire_planning_estimate};
    const moire_ideal_pool_options pool = {
      height, width, 1 + kind / 2, 1 + kind % 4, (moire_band_edge)(i % 3), precision,
      moire_planning_estimate};
    const moire_kaiser_options kaiser = {
      height, width, 1 + kind, 2, 3, 1 + kind / 2, 1 + kind, 0.75, 5,
      (moire_filter_gain)(i % 2), (moire_padding)(i % 5), precision};
    const moire_shift_options shift = {
      height, width, 0.5 * (double)kind, -2.25, (moire_interpolation)(i % 2), 1 + kind,
      (moire_padding)(i % 5), precision, moire_planning_estimate};
    moire_resampler *made[4] = {0};
    EXPECT_STATUS(moire_ideal_resampler_create(&made[0], &ideal), moire_ok);
    EXPECT_STATUS(moire_ideal_pool_create(&made[1], &pool), moire_ok);
    EXPECT_STATUS(moire_kaiser_resampler_create(&made[2], &kaiser), moire_ok);
    EXPECT_STATUS(moire_shift_create(&made[3], &shift), moire_ok);
    for (int j = 0; j < 4; j += 1) {
      if (made[j]) { check_resampler(made[j], height, width, precision); }
    }
  }
}

static const moire_ideal_options ideal = {.height = 8, .width = 6, 4, 9};
static const moire_ideal_pool_options pool = {.height = 8, .width = 6, 2, 3};
static const moire_kaiser_options kaiser = {
  .height = 8, .width = 6, 1, 2, 3, 2, .zeros = 4, .cutoff = 1, .beta = 5};
static const moire_shift_options shift = {
  .height = 8, .width = 6, 0.5, 0.25, moire_interpolation_lanczos, 3};

static void refuse(moire_status got, const moire_resampler *made) {
  EXPECT(got == moire_invalid_argument || got == moire_size_overflow || got == moire_no_memory);
  EXPECT(!made);
}

static void refuse_ideal(moire_ideal_options options) {
  moire_resampler *made = NULL;
  refuse(moire_ideal_resampler_create(&made, &options), made);
}

static void refuse_pool(moire_ideal_pool_options options) {
  moire_resampler *made = NULL;
  refuse(moire_ideal_pool_create(&made, &options), made);
}

static void refuse_kaiser(moire_kaiser_options options) {
  moire_resampler *made = NULL;
  refuse(moire_kaiser_resampler_create(&made, &options), made);
}

static void refuse_shift(moire_shift_options options) {
  moire_resampler *made = NULL;
  refuse(moire_shift_create(&made, &options), made);
}

// No size, sizes that nothing holds.
static void wrong_sizes(void) {
  for (int j = 0; j <= CHECK_EDGES; j += 1) {
    const size_t value = j == 0 ? 0 : check_edges[j - 1];
    for (int i = 0; i < 4; i += 1) {
      moire_ideal_options a = ideal;
      *(size_t *[]){&a.height, &a.width, &a.output_height, &a.output_width}[i] = value;
      refuse_ideal(a);
      moire_kaiser_options b = kaiser;
      *(size_t *[]){&b.height, &b.width, &b.up_height, &b.zeros}[i] = value;
      refuse_kaiser(b);
    }
    for (int i = 0; i < 2; i += 1) {
      moire_ideal_pool_options a = pool;
      *(size_t *[]){&a.height, &a.width}[i] = value;
      refuse_pool(a);
      moire_shift_options b = shift;
      *(size_t *[]){&b.height, &b.width}[i] = value;
      refuse_shift(b);
    }
    moire_shift_options lobes = shift;
    lobes.lobes = value;
    refuse_shift(lobes);
  }
  moire_ideal_pool_options stride = pool;
  stride.stride_width = 0;
  refuse_pool(stride);
  moire_kaiser_options down = kaiser;
  down.down_width = 0;
  refuse_kaiser(down);
}

static void wrong_values(void) {
  const double values[] = {NAN, INFINITY, -INFINITY, 1e12, -1e300};
  for (int i = 0; i < 5; i += 1) {
    moire_ideal_options a = ideal;
    a.offset_height = values[i];
    refuse_ideal(a);
    moire_shift_options b = shift;
    b.shift_width = values[i];
    refuse_shift(b);
    b.interpolation = moire_interpolation_fourier;
    refuse_shift(b);
    moire_kaiser_options c = kaiser, d = kaiser;
    c.cutoff = values[i], d.beta = values[i];
    refuse_kaiser(c);
    refuse_kaiser(d);
  }
  for (int value = -1; value < 10; value += 10) {
    moire_ideal_options a[3] = {ideal, ideal, ideal};
    a[0].band_edge = (moire_band_edge)value;
    a[1].precision = (moire_precision)value;
    a[2].planning = (moire_planning)value;
    moire_ideal_pool_options b[3] = {pool, pool, pool};
    b[0].band_edge = (moire_band_edge)value;
    b[1].precision = (moire_precision)value;
    b[2].planning = (moire_planning)value;
    moire_kaiser_options c[3] = {kaiser, kaiser, kaiser};
    c[0].gain = (moire_filter_gain)value;
    c[1].precision = (moire_precision)value;
    c[2].padding = (moire_padding)value;
    moire_shift_options d[3] = {shift, shift, shift};
    d[0].interpolation = (moire_interpolation)value;
    d[1].precision = (moire_precision)value;
    d[2].padding = (moire_padding)value;
    for (int i = 0; i < 3; i += 1) {
      refuse_ideal(a[i]), refuse_pool(b[i]), refuse_kaiser(c[i]), refuse_shift(d[i]);
    }
  }
}

static void nothing(void) {
  moire_resampler *made = NULL;
  EXPECT_STATUS(moire_ideal_resampler_create(NULL, &ideal), moire_null_argument);
  EXPECT_STATUS(moire_ideal_resampler_create(&made, NULL), moire_null_argument);
  EXPECT_STATUS(moire_ideal_pool_create(NULL, &pool), moire_null_argument);
  EXPECT_STATUS(moire_ideal_pool_create(&made, NULL), moire_null_argument);
  EXPECT_STATUS(moire_kaiser_resampler_create(NULL, &kaiser), moire_null_argument);
  EXPECT_STATUS(moire_kaiser_resampler_create(&made, NULL), moire_null_argument);
  EXPECT_STATUS(moire_shift_create(NULL, &shift), moire_null_argument);
  EXPECT_STATUS(moire_shift_create(&made, NULL), moire_null_argument);
  EXPECT(!made);
  moire_resampler_destroy(NULL);
  EXPECT(moire_resampler_output_height(NULL) == 0 && moire_resampler_output_width(NULL) == 0);
  EXPECT(moire_resampler_workspace_size(NULL) == 0);
}

int main(void) {
  ordinary();
  wrong_sizes();
  wrong_values();
  nothing();
  return check_result();
}
