// Transforms of strided planes there and back, and filters in the frequency domain.

#include "input.h"

// Planes laid out anew to be written, in memory of exactly the size they reach.
static fuzz_map copy_layout(const fuzz_map *map, size_t samples, float **memory) {
  fuzz_map copy = *map;
  *memory = make(samples * sizeof(float));
  copy.planes.data = *memory + (map->planes.data - map->memory);
  return copy;
}

static moire_output output_of(const moire_planes *planes) {
  return (moire_output){
    (float *)(uintptr_t)planes->data, planes->plane_stride, planes->row_stride,
    planes->column_stride};
}

typedef struct extent {
  size_t count, height, width;
} extent;

static double sample(const moire_planes *planes, const extent *size, size_t i) {
  const size_t p = i / size->width / size->height, y = i / size->width % size->height;
  return (double)planes->data[(ptrdiff_t)p * planes->plane_stride +
                              (ptrdiff_t)y * planes->row_stride +
                              (ptrdiff_t)(i % size->width) * planes->column_stride];
}

// The largest magnitude of plane p, not finite where a sample is not.
static double largest(const moire_planes *planes, const extent *size, size_t p) {
  const size_t area = size->height * size->width;
  double most = 0;
  for (size_t i = p * area; i < (p + 1) * area; i += 1) {
    const double value = fabs(sample(planes, size, i));
    if (!isfinite(value)) { return INFINITY; }
    most = fmax(most, value);
  }
  return most;
}

// Alike, relative to a third, where its samples are in the middle of a float's range.
static void check_same(
  const moire_planes *a, const moire_planes *b, const moire_planes *scale, const extent *size) {
  const size_t area = size->height * size->width;
  for (size_t p = 0; p < size->count; p += 1) {
    const double most = largest(scale, size, p);
    if (!(most < 0x1p100 && most > 0x1p-100)) { continue; }
    for (size_t i = p * area; i < (p + 1) * area; i += 1) {
      MUST(fabs(sample(a, size, i) - sample(b, size, i)) <= 1e-4 * most);
    }
  }
}

// What a fuzzed map takes in memory.
static size_t reach(const fuzz_map *map, const extent *size) {
  const size_t lengths[3] = {size->count, size->height, size->width};
  const ptrdiff_t strides[3] = {
    map->planes.plane_stride, map->planes.row_stride, map->planes.column_stride};
  ptrdiff_t last = map->planes.data - map->memory, most = last;
  for (int axis = 0; axis < 3; axis += 1) {
    if (strides[axis] > 0 && lengths[axis] > 0) {
      most += strides[axis] * (ptrdiff_t)(lengths[axis] - 1);
    }
  }
  return (size_t)(most > last ? most : last) + 1;
}

static void there_and_back(input *in, const fuzz_map *map, const extent *size) {
  const moire_transform_options options = {
    size->height, size->width, moire_planning_estimate};
  moire_transform *transform = NULL;
  MUST(moire_transform_create(&transform, &options) == moire_ok);
  const size_t bytes = moire_transform_workspace_size(transform), shift = take_below(in, 64);
  const size_t reals = 2 * size->height * (size->width / 2 + 1) * size->count;
  const size_t start = take_below(in, 16);
  char *workspace = make(bytes + shift);
  float *spectrum = make((reals + start) * sizeof *spectrum), *memory;
  const fuzz_map back = copy_layout(map, reach(map, size), &memory);
  const moire_output output = output_of(&back.planes);
  MUST(
    moire_transform_forward(
      transform, spectrum + start, &map->planes, workspace + shift, bytes) == moire_ok);
  MUST(
    moire_transform_inverse(
      transform, &output, spectrum + start, size->count, workspace + shift, bytes) == moire_ok);
  check_same(&map->planes, &back.planes, &map->planes, size);
  free(workspace);
  free(spectrum);
  free(memory);
  moire_transform_destroy(transform);
}

// The same response as one of each axis and as one of the plane gives the same planes.
static void filter_planes(input *in, const fuzz_map *map, const extent *size) {
  const size_t height = size->height, width = size->width;
  double *h = make(height * sizeof *h), *w = make(width * sizeof *w);
  double *whole = make(height * width * sizeof *whole);
  for (size_t k = 0; k < height; k += 1) { h[k] = (double)take_float(in, values_small); }
  for (size_t k = 0; k < width; k += 1) { w[k] = (double)take_float(in, values_small); }
  h[0] = w[0] = 16;
  for (size_t i = 0; i < height * width; i += 1) { whole[i] = h[i / width] * w[i % width] / 256; }
  for (size_t k = 0; k < height; k += 1) { h[k] /= 16; }
  for (size_t k = 0; k < width; k += 1) { w[k] /= 16; }
  moire_spectral_filter_options options = {
    .height = height, .width = width, .response_h = h, .response_w = w};
  float *memory[2];
  fuzz_map results[2];
  for (int i = 0; i < 2; i += 1) {
    moire_spectral_filter *filter = NULL;
    MUST(moire_spectral_filter_create(&filter, &options) == moire_ok);
    const size_t bytes = moire_spectral_filter_workspace_size(filter);
    void *workspace = make(bytes);
    results[i] = copy_layout(map, reach(map, size), &memory[i]);
    const moire_output output = output_of(&results[i].planes);
    MUST(
      moire_spectral_filter_execute(filter, &map->planes, &output, workspace, bytes) == moire_ok);
    free(workspace);
    moire_spectral_filter_destroy(filter);
    options = (moire_spectral_filter_options){
      .height = height, .width = width, .response = whole};
  }
  check_same(&results[0].planes, &results[1].planes, &map->planes, size);
  for (int i = 0; i < 2; i += 1) { free(memory[i]); }
  free(h);
  free(w);
  free(whole);
}

static void refuse(input *in) {
  moire_transform_options options = {take_size(in, 40), take_size(in, 40),
                                     (moire_planning)take_below(in, 4)};
  size_t *fields[] = {&options.height, &options.width};
  *fields[take_below(in, 2)] = take_wild(in);
  moire_transform *transform = NULL;
  MUST(moire_transform_create(&transform, &options) != moire_ok && !transform);
  const moire_spectral_filter_options other = {
    .height = options.height, .width = options.width, .planning = options.planning};
  moire_spectral_filter *filter = NULL;
  MUST(moire_spectral_filter_create(&filter, &other) != moire_ok && !filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
  input in = {data, bytes};
  if (take_below(&in, 32) == 0) {
    refuse(&in);
    return 0;
  }
  extent size = {1 + take_below(&in, 40), take_size(&in, 48), take_size(&in, 48)};
  const int filtered = take_below(&in, 2) == 0;
  // Responses and addresses come before the samples, which use up the rest.
  input options = {in.data, in.size < 110 ? in.size : 110};
  in.data += options.size, in.size -= options.size;
  const fuzz_map map = take_map(&in, size.count, size.height, size.width);
  if (filtered) {
    filter_planes(&options, &map, &size);
  } else {
    there_and_back(&options, &map, &size);
  }
  free(map.memory);
  return 0;
}
