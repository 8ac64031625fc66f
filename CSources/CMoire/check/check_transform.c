#include "operator.h"

// There and back through the half-spectrum, as one operation on planes: whatever a transform must
// answer to wrong planes or outputs it does on the way.

typedef struct pair {
  size_t height, width;
  moire_transform *single;
  moire_transform_double *twofold;
} pair;

static moire_status run(
  const void *handle, const moire_planes *planes, const moire_output *output, void *workspace,
  size_t bytes) {
  const pair *both = handle;
  const moire_transform *transform = both ? both->single : NULL;
  if (!output || !planes) {
    return moire_transform_inverse(transform, output, NULL, 1, workspace, bytes);
  }
  const size_t bins = both ? both->height * (both->width / 2 + 1) : 1;
  float *spectrum = check_memory(planes->count * 2 * bins * sizeof *spectrum);
  moire_status status = moire_transform_forward(transform, spectrum, planes, workspace, bytes);
  if (status == moire_ok) {
    status =
      moire_transform_inverse(transform, output, spectrum, planes->count, workspace, bytes);
  }
  free(spectrum);
  return status;
}

static moire_status run_double(
  const void *handle, const moire_planes_double *planes, const moire_output_double *output,
  void *workspace, size_t bytes) {
  const pair *both = handle;
  const moire_transform_double *transform = both ? both->twofold : NULL;
  if (!output || !planes) {
    return moire_transform_double_inverse(transform, output, NULL, 1, workspace, bytes);
  }
  const size_t bins = both ? both->height * (both->width / 2 + 1) : 1;
  double *spectrum = check_memory(planes->count * 2 * bins * sizeof *spectrum);
  moire_status status =
    moire_transform_double_forward(transform, spectrum, planes, workspace, bytes);
  if (status == moire_ok) {
    status = moire_transform_double_inverse(
      transform, output, spectrum, planes->count, workspace, bytes);
  }
  free(spectrum);
  return status;
}

static void ordinary(void) {
  static const size_t sizes[][2] = {{1, 1}, {1, 9}, {8, 1}, {13, 12}, {16, 20}};
  for (size_t i = 0; i < 10; i += 1) {
    pair both = {sizes[i / 2][0], sizes[i / 2][1], NULL, NULL};
    const moire_transform_options options = {both.height, both.width, (moire_planning)(i % 2)};
    EXPECT_STATUS(moire_transform_create(&both.single, &options), moire_ok);
    EXPECT_STATUS(moire_transform_double_create(&both.twofold, &options), moire_ok);
    check_operator_sizes all = {
      both.height, both.width, both.height, both.width,
      moire_transform_workspace_size(both.single), 1, 3e-6};
    check_operator(&(check_operation){&both, run, all});
    all.workspace = moire_transform_double_workspace_size(both.twofold);
    check_operator_double(&(check_operation_double){&both, run_double, all});
    moire_transform_destroy(both.single);
    moire_transform_double_destroy(both.twofold);
  }
}

// Spectra at every address of a float, off it, and in the way of the planes.
static void spectra(void) {
  const moire_transform_options options = {8, 6, moire_planning_estimate};
  moire_transform *transform = NULL;
  EXPECT_STATUS(moire_transform_create(&transform, &options), moire_ok);
  const size_t bytes = moire_transform_workspace_size(transform);
  float *map = check_noise(3 * 48, 1), *spectrum = check_memory((3 * 64 + 16) * sizeof(float));
  float *wanted = check_memory(3 * 64 * sizeof(float));
  void *workspace = check_memory(bytes);
  const moire_planes planes = check_planar(map, 3, 8, 6);
  const moire_output output = {map, 48, 6, 1};
  EXPECT_STATUS(moire_transform_forward(transform, wanted, &planes, workspace, bytes), moire_ok);
  for (size_t shift = 0; shift < 16; shift += 1) {
    EXPECT_STATUS(
      moire_transform_forward(transform, spectrum + shift, &planes, workspace, bytes), moire_ok);
    EXPECT(!memcmp(spectrum + shift, wanted, 3 * 64 * sizeof(float)));
  }
  const moire_status invalid = moire_invalid_argument;
  EXPECT_STATUS(
    moire_transform_forward(transform, check_off(spectrum), &planes, workspace, bytes), invalid);
  EXPECT_STATUS(
    moire_transform_inverse(transform, &output, check_off(spectrum), 3, workspace, bytes),
    invalid);
  EXPECT_STATUS(moire_transform_forward(transform, map, &planes, workspace, bytes), invalid);
  EXPECT_STATUS(moire_transform_forward(transform, map + 100, &planes, workspace, bytes), invalid);
  EXPECT_STATUS(moire_transform_inverse(transform, &output, map, 1, workspace, bytes), invalid);
  EXPECT_STATUS(
    moire_transform_forward(transform, NULL, &planes, workspace, bytes), moire_null_argument);
  EXPECT_STATUS(
    moire_transform_inverse(transform, &output, NULL, 1, workspace, bytes), moire_null_argument);
  const moire_output flat = {map, 48, 0, 1};
  EXPECT_STATUS(moire_transform_inverse(transform, &flat, spectrum, 1, workspace, bytes), invalid);
  // Counts and strides whose products do not fit.
  moire_planes huge = {map, SIZE_MAX / 4, 1, 6, 1};
  EXPECT_STATUS(
    moire_transform_forward(transform, spectrum, &huge, workspace, bytes), moire_size_overflow);
  huge = (moire_planes){map, 3, PTRDIFF_MAX / 2, 6, 1};
  EXPECT_STATUS(
    moire_transform_forward(transform, spectrum, &huge, workspace, bytes), moire_size_overflow);
  free(map);
  free(spectrum);
  free(wanted);
  free(workspace);
  moire_transform_destroy(transform);
}

static void wrong(void) {
  const moire_transform_options good = {8, 6, moire_planning_estimate};
  moire_transform *single = NULL;
  moire_transform_double *twofold = NULL;
  EXPECT_STATUS(moire_transform_create(NULL, &good), moire_null_argument);
  EXPECT_STATUS(moire_transform_create(&single, NULL), moire_null_argument);
  EXPECT_STATUS(moire_transform_double_create(NULL, &good), moire_null_argument);
  EXPECT_STATUS(moire_transform_double_create(&twofold, NULL), moire_null_argument);
  for (int j = 0; j <= CHECK_EDGES + 1; j += 1) {
    const size_t value = j == 0 ? 0 : j == 1 ? (size_t)1 << 31 : check_edges[j - 2];
    for (int i = 0; i < 2; i += 1) {
      moire_transform_options bad = good;
      *(size_t *[]){&bad.height, &bad.width}[i] = value;
      EXPECT_STATUS(moire_transform_create(&single, &bad), moire_invalid_argument);
      EXPECT_STATUS(moire_transform_double_create(&twofold, &bad), moire_invalid_argument);
    }
  }
  moire_transform_options bad = good;
  bad.planning = (moire_planning)5;
  EXPECT_STATUS(moire_transform_create(&single, &bad), moire_invalid_argument);
  EXPECT_STATUS(moire_transform_double_create(&twofold, &bad), moire_invalid_argument);
  EXPECT(!single && !twofold);
  moire_transform_destroy(NULL);
  moire_transform_double_destroy(NULL);
  EXPECT(moire_transform_workspace_size(NULL) == 0);
  EXPECT(moire_transform_double_workspace_size(NULL) == 0);
}

int main(void) {
  ordinary();
  spectra();
  wrong();
  return check_result();
}
