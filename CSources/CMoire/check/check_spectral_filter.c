#include "operator.h"

static moire_status run(
  const void *filter, const moire_planes *planes, const moire_output *output, void *workspace,
  size_t bytes) {
  return moire_spectral_filter_execute(filter, planes, output, workspace, bytes);
}

static moire_status run_double(
  const void *filter, const moire_planes_double *planes, const moire_output_double *output,
  void *workspace, size_t bytes) {
  return moire_spectral_filter_execute_double(filter, planes, output, workspace, bytes);
}

static void check_filter(const moire_spectral_filter_options *options) {
  moire_spectral_filter *filter = NULL;
  EXPECT_STATUS(moire_spectral_filter_create(&filter, options), moire_ok);
  if (!filter) { return; }
  const size_t height = options->height, width = options->width;
  const check_operator_sizes sizes = {
    height, width, height, width, moire_spectral_filter_workspace_size(filter), 1, 3e-6};
  const moire_planes planes = {.count = 0};
  const moire_planes_double planes_double = {.count = 0};
  const moire_output output = {0};
  const moire_output_double output_double = {0};
  if (options->precision == moire_precision_single) {
    check_operator(&(check_operation){filter, run, sizes});
    EXPECT_STATUS(
      moire_spectral_filter_execute_double(filter, &planes_double, &output_double, NULL, 0),
      moire_invalid_argument);
  } else {
    check_operator_double(&(check_operation_double){filter, run_double, sizes});
    EXPECT_STATUS(
      moire_spectral_filter_execute(filter, &planes, &output, NULL, 0), moire_invalid_argument);
  }
  moire_spectral_filter_destroy(filter);
}

static void ordinary(void) {
  static const size_t sizes[][2] = {{1, 1}, {1, 6}, {7, 11}, {16, 12}};
  for (size_t i = 0; i < 4 * 12; i += 1) {
    const size_t height = sizes[i / 12][0], width = sizes[i / 12][1];
    const int is_complex = (int)(i % 2);
    const size_t parts = is_complex ? 2 : 1;
    double *h = check_noise_double(height * parts, i), *w = check_noise_double(width * parts, 7);
    double *whole = check_noise_double(height * width * parts, 11);
    // A gain far from 0 somewhere, so that comparisons have something to stand on.
    h[0] = w[0] = whole[0] = 1;
    moire_spectral_filter_options options = {
      .height = height, .width = width, .is_complex = is_complex,
      .precision = (moire_precision)(i / 2 % 2),
      .planning = i % 12 == 0 ? moire_planning_measure : moire_planning_estimate};
    const size_t kind = i / 4 % 3;
    if (kind == 0) { options.response = whole; }
    if (kind > 0) { options.response_h = h; }
    if (kind > 1) { options.response_w = w; }
    check_filter(&options);
    free(h);
    free(w);
    free(whole);
  }
}

static void refuse(moire_spectral_filter_options options) {
  moire_spectral_filter *made = NULL;
  const moire_status status = moire_spectral_filter_create(&made, &options);
  EXPECT(status != moire_ok && !made);
}

static void wrong(void) {
  const double fine[48] = {1}, broken[8] = {1, 0, NAN}, endless[6] = {1, INFINITY};
  const moire_spectral_filter_options good = {.height = 8, .width = 6, .response = fine};
  moire_spectral_filter *made = NULL;
  EXPECT_STATUS(moire_spectral_filter_create(NULL, &good), moire_null_argument);
  EXPECT_STATUS(moire_spectral_filter_create(&made, NULL), moire_null_argument);
  for (int j = 0; j <= CHECK_EDGES; j += 1) {
    moire_spectral_filter_options bad[2] = {good, good};
    bad[0].height = bad[1].width = j == 0 ? 0 : check_edges[j - 1];
    bad[0].response = bad[1].response = NULL;
    refuse(bad[0]), refuse(bad[1]);
  }
  moire_spectral_filter_options bad = good;
  bad.response_h = fine, refuse(bad), bad = good;
  bad.response_w = fine, refuse(bad), bad = good;
  bad.precision = (moire_precision)7, refuse(bad), bad = good;
  bad.planning = (moire_planning)-1, refuse(bad), bad = good;
  bad.response = NULL, bad.response_h = broken;
  EXPECT_STATUS(moire_spectral_filter_create(&made, &bad), moire_not_finite);
  bad.response_h = NULL, bad.response_w = endless;
  EXPECT_STATUS(moire_spectral_filter_create(&made, &bad), moire_not_finite);
  EXPECT(!made);
  moire_spectral_filter_destroy(NULL);
  EXPECT(moire_spectral_filter_workspace_size(NULL) == 0);
}

int main(void) {
  ordinary();
  wrong();
  return check_result();
}
