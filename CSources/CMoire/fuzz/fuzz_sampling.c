// Filters that subsample, resampling, shifts, filtered activations and phases.

#include "input.h"

typedef struct extent {
  size_t count, height, width;
} extent;

// Dense planes that hold nothing yet.
static moire_output make_output(const extent *size) {
  const size_t area = size->height * size->width;
  return (moire_output){
    make(size->count * area * sizeof(float)), (ptrdiff_t)area, (ptrdiff_t)size->width, 1};
}

static moire_planes as_planes(const moire_output *output, size_t count) {
  return (moire_planes){
    output->data, count, output->plane_stride, output->row_stride, output->column_stride};
}

static float at(const moire_planes *planes, const extent *size, size_t i) {
  const size_t p = i / size->width / size->height, y = i / size->width % size->height;
  return planes->data[(ptrdiff_t)p * planes->plane_stride + (ptrdiff_t)y * planes->row_stride +
                      (ptrdiff_t)(i % size->width) * planes->column_stride];
}

// The largest magnitude among all planes, INFINITY where one is not finite.
static double largest(const moire_planes *planes, const extent *size) {
  double most = 0;
  for (size_t i = 0; i < size->count * size->height * size->width; i += 1) {
    const double value = fabs((double)at(planes, size, i));
    if (!isfinite(value)) { return INFINITY; }
    most = fmax(most, value);
  }
  return most;
}

// Where sums of products neither overflow nor are lost.
static int is_moderate(double most) { return most < 0x1p50 && most > 0x1p-50; }

static moire_fir_axis take_axis(input *in, size_t size, double *taps) {
  const size_t count = take_size(in, 9);
  for (size_t t = 0; t < count; t += 1) { taps[t] = (double)take_float(in, values_small); }
  return (moire_fir_axis){
    taps, count, take_size(in, 5), (ptrdiff_t)take_below(in, 24) - 8, size,
    take_below(in, 3) == 0 ? take_size(in, 30) : 0, (moire_padding)take_below(in, 5)};
}

static moire_fir *take_fir(input *in, const extent *size) {
  static double rows[9], columns[9];
  moire_fir *fir = NULL;
  if (take_below(in, 2) == 0) {
    const moire_fir_options options = {
      take_axis(in, size->height, rows), take_axis(in, size->width, columns)};
    MUST(moire_fir_create(&fir, &options) == moire_ok);
    return fir;
  }
  const moire_blur_options options = {
    (moire_blur_convention)take_below(in, 5), (moire_padding)take_below(in, 5), take_size(in, 9),
    take_size(in, 9), take_size(in, 5), take_size(in, 5), size->height, size->width};
  moire_blur_axis axes[2];
  const moire_status status = moire_blur_create(&fir, &axes[0], &axes[1], &options);
  MUST((status == moire_ok) == (fir != NULL));
  MUST(status == moire_ok || status == moire_invalid_argument);
  return fir;
}

static double dot(const moire_planes *a, const moire_planes *b, const extent *size) {
  double sum = 0;
  for (size_t i = 0; i < size->count * size->height * size->width; i += 1) {
    sum += (double)at(a, size, i) * (double)at(b, size, i);
  }
  return sum;
}

// ⟨A x, A x⟩ = ⟨x, Aᵀ A x⟩.
static void filter(input *in, const moire_planes *planes, const extent *size) {
  moire_fir *fir = take_fir(in, size);
  if (!fir) { return; }
  const size_t bytes = moire_fir_workspace_size(fir), shift = take_below(in, 64);
  char *workspace = make(bytes + shift);
  const extent small = {size->count, moire_fir_output_height(fir), moire_fir_output_width(fir)};
  const moire_output result = make_output(&small), back = make_output(size);
  const moire_planes filtered = as_planes(&result, size->count);
  const moire_planes returned = as_planes(&back, size->count);
  MUST(moire_fir_execute(fir, planes, &result, workspace + shift, bytes) == moire_ok);
  MUST(moire_fir_adjoint(fir, &filtered, &back, workspace + shift, bytes) == moire_ok);
  if (is_moderate(largest(planes, size))) {
    const double a = dot(&filtered, &filtered, &small), b = dot(planes, &returned, size);
    const double scale = sqrt(
      dot(planes, planes, size) * fmax(a, dot(&returned, &returned, size)));
    MUST(fabs(a - b) <= 1e-4 * fmax(scale, a));
  }
  free(workspace);
  free(result.data);
  free(back.data);
  moire_fir_destroy(fir);
}

static double take_offset(input *in) {
  return take_below(in, 3) == 0 ? (double)take_below(in, 200) - 100
                                : (double)(int16_t)take(in, 2) / 1000;
}

static moire_status take_resampler(moire_resampler **made, input *in, const extent *size) {
  const moire_band_edge edge = (moire_band_edge)take_below(in, 3);
  const moire_padding padding = (moire_padding)take_below(in, 5);
  const size_t height = size->height, width = size->width, kind = take_below(in, 4);
  if (kind == 0) {
    const moire_ideal_options options = {
      height, width, take_size(in, 60), take_size(in, 60), take_offset(in), take_offset(in), edge,
      moire_precision_single, moire_planning_estimate};
    return moire_ideal_resampler_create(made, &options);
  }
  if (kind == 1) {
    const moire_ideal_pool_options options = {
      height, width, take_size(in, 8), take_size(in, 8), edge,
      moire_precision_single, moire_planning_estimate};
    return moire_ideal_pool_create(made, &options);
  }
  if (kind == 2) {
    const moire_kaiser_options options = {
      height, width, take_size(in, 5), take_size(in, 5), take_size(in, 5), take_size(in, 5),
      take_size(in, 12), (double)(1 + take_below(in, 16)) / 16, (double)take_below(in, 20),
      (moire_filter_gain)take_below(in, 2), padding, moire_precision_single};
    return moire_kaiser_resampler_create(made, &options);
  }
  const moire_shift_options options = {
    height, width, take_offset(in), take_offset(in), (moire_interpolation)take_below(in, 2),
    take_size(in, 64), padding, moire_precision_single, moire_planning_estimate};
  return moire_shift_create(made, &options);
}

// Negated planes come out negated to the bit, and moderate ones moderate.
static void resample(input *in, const moire_planes *planes, const extent *size) {
  moire_resampler *resampler = NULL;
  const moire_status status = take_resampler(&resampler, in, size);
  MUST((status == moire_ok) == (resampler != NULL));
  MUST(status == moire_ok || status == moire_invalid_argument);
  if (!resampler) { return; }
  const extent to = {
    size->count, moire_resampler_output_height(resampler),
    moire_resampler_output_width(resampler)};
  const size_t bytes = moire_resampler_workspace_size(resampler), shift = take_below(in, 64);
  char *workspace = make(bytes + shift);
  const moire_output result = make_output(&to), other = make_output(&to);
  const moire_output turned = make_output(size);
  for (size_t i = 0; i < size->count * size->height * size->width; i += 1) {
    turned.data[i] = -at(planes, size, i);
  }
  const moire_planes negative = as_planes(&turned, size->count);
  MUST(
    moire_resampler_execute(resampler, planes, &result, workspace + shift, bytes) == moire_ok);
  MUST(moire_resampler_execute(resampler, &negative, &other, workspace, bytes) == moire_ok);
  const double most = largest(planes, size);
  for (size_t i = 0; is_moderate(most) && i < to.count * to.height * to.width; i += 1) {
    MUST(result.data[i] == -other.data[i]);
    MUST(fabs((double)result.data[i]) <= 1e7 * most);
  }
  free(workspace);
  free(result.data);
  free(other.data);
  free(turned.data);
  moire_resampler_destroy(resampler);
}

static void activate(input *in, const moire_planes *planes, const extent *size, int finite) {
  static const double coefficients[] = {0.5, -1, 0.25, 2};
  const moire_activation_options options = {
    .height = size->height, .width = size->width, .factor = 1 + take_below(in, 4),
    .pointwise = (moire_pointwise)take_below(in, 13), .alpha = take_offset(in),
    .coefficients = coefficients, .coefficient_count = 1 + take_below(in, 4),
    .doubled = (int)take_below(in, 2)};
  moire_activation *activation = NULL;
  MUST(moire_activation_create(&activation, &options) == moire_ok);
  const size_t bytes = moire_activation_workspace_size(activation), shift = take_below(in, 64);
  char *workspace = make(bytes + shift);
  const moire_output result = make_output(size);
  moire_activation_reading *readings = make(size->count * sizeof *readings);
  const moire_status status = moire_activation_execute(
    activation, planes, &result, readings, workspace + shift, bytes);
  MUST(status == moire_ok || (status == moire_not_finite && !finite));
  for (size_t p = 0; status == moire_ok && p < size->count; p += 1) {
    // A polynomial may overflow; then what it is of is NaN.
    MUST(!(readings[p].total < 0) && !(readings[p].alias < 0));
    MUST(options.doubled || readings[p].alias_doubled == readings[p].alias ||
         isnan(readings[p].alias));
  }
  if (status == moire_not_finite) {
    MUST(
      moire_activation_execute(activation, planes, &result, NULL, workspace, bytes) == moire_ok);
  }
  free(workspace);
  free(result.data);
  free(readings);
  moire_activation_destroy(activation);
}

// Split and joined the planes are whole again, and the best phase is one of those measured.
static void split(input *in, const moire_planes *planes, const extent *size) {
  const moire_phases phases = {
    size->height, size->width, take_size(in, 6), take_size(in, 6), (int)take_below(in, 2)};
  const size_t all = phases.stride_height * phases.stride_width;
  const moire_output whole = make_output(size);
  moire_phase_measure *measures = make(all * sizeof *measures);
  const moire_status measured = moire_phase_measures(measures, planes, &phases);
  MUST(measured == moire_ok || measured == moire_not_finite);
  size_t samples = 0, best = all;
  for (size_t phase = 0; phase < all; phase += 1) {
    extent part = {size->count, 0, 0};
    MUST(moire_phase_size(&part.height, &part.width, &phases, phase) == moire_ok);
    samples += part.height * part.width;
    const moire_output taken = make_output(&part);
    const moire_planes given = as_planes(&taken, size->count);
    MUST(moire_phase_take(&taken, planes, &phases, phase) == moire_ok);
    MUST(moire_phase_put(&whole, &given, &phases, phase) == moire_ok);
    free(taken.data);
  }
  MUST(samples == size->height * size->width || phases.wrapped);
  const moire_planes joined = as_planes(&whole, size->count);
  for (size_t i = 0; i < size->count * size->height * size->width; i += 1) {
    const float a = at(planes, size, i), b = at(&joined, size, i);
    MUST(!memcmp(&a, &b, sizeof a));
  }
  const moire_phase_criterion criterion = (moire_phase_criterion)take_below(in, 6);
  if (measured == moire_ok) {
    MUST(moire_phase_choose(&best, measures, all, criterion) == moire_ok && best < all);
  }
  free(whole.data);
  free(measures);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
  input in = {data, bytes};
  const extent size = {1 + take_below(&in, 36), take_size(&in, 32), take_size(&in, 32)};
  const size_t kind = take_below(&in, 4);
  // What an operation is made with comes before the samples, which use up the rest.
  input options = {in.data, in.size < 64 ? in.size : 64};
  in.data += options.size, in.size -= options.size;
  const fuzz_map map = take_map(&in, size.count, size.height, size.width);
  switch (kind) {
    case 0: filter(&options, &map.planes, &size); break;
    case 1: resample(&options, &map.planes, &size); break;
    case 2: activate(&options, &map.planes, &size, map.finite); break;
    default: split(&options, &map.planes, &size);
  }
  free(map.memory);
  return 0;
}
