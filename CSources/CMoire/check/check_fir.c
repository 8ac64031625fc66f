#include "operator.h"

static moire_status run(
  const void *fir, const moire_planes *planes, const moire_output *output, void *workspace,
  size_t bytes) {
  return moire_fir_execute(fir, planes, output, workspace, bytes);
}

static moire_status run_double(
  const void *fir, const moire_planes_double *planes, const moire_output_double *output,
  void *workspace, size_t bytes) {
  return moire_fir_execute_double(fir, planes, output, workspace, bytes);
}

static moire_status back(
  const void *fir, const moire_planes *planes, const moire_output *output, void *workspace,
  size_t bytes) {
  return moire_fir_adjoint(fir, planes, output, workspace, bytes);
}

static moire_status back_double(
  const void *fir, const moire_planes_double *planes, const moire_output_double *output,
  void *workspace, size_t bytes) {
  return moire_fir_adjoint_double(fir, planes, output, workspace, bytes);
}

// One of the four functions, or with `kind` 4 all.
static void check_filter(const moire_fir *fir, size_t height, size_t width, size_t kind) {
  const check_operator_sizes there = {
    height, width, moire_fir_output_height(fir), moire_fir_output_width(fir),
    moire_fir_workspace_size(fir), 0, 1e-6};
  const check_operator_sizes again = {
    there.out_height, there.out_width, height, width, there.workspace, 0, 2e-6};
  const int all = kind == 4;
  if (all || kind == 0) { check_operator(&(check_operation){fir, run, there}); }
  if (all || kind == 1) {
    check_operator_double(&(check_operation_double){fir, run_double, there});
  }
  if (all || kind == 2) { check_operator(&(check_operation){fir, back, again}); }
  if (all || kind == 3) {
    check_operator_double(&(check_operation_double){fir, back_double, again});
  }
}

static void ordinary(void) {
  static const size_t sizes[][2] = {{1, 1}, {1, 9}, {7, 5}, {16, 31}, {21, 40}};
  static const double taps[] = {0.25, -0.5, 1, 0.125, 0.0625, 2, -1};
  for (size_t i = 0; i < 5 * 5; i += 1) {
    const moire_padding padding = (moire_padding)(i % 5);
    const size_t *size = sizes[i / 5];
    const moire_fir_options options = {
      .height = {taps, 1 + i % 7, 1 + i % 3, (ptrdiff_t)(i % 9) - 4, size[0], 0, padding},
      .width = {taps, 1 + i * 3 % 7, 1 + i / 5 % 3, (ptrdiff_t)(i % 4), size[1], i % 2 ? 11 : 0,
                (moire_padding)(i / 5)}};
    moire_fir *fir = NULL;
    EXPECT_STATUS(moire_fir_create(&fir, &options), moire_ok);
    if (fir) { check_filter(fir, size[0], size[1], i / 5 == 3 ? 4 : i % 4); }
    moire_fir_destroy(fir);
  }
}

static void blurs(void) {
  for (size_t i = 0; i < 5 * 5 * 3; i += 1) {
    const moire_blur_convention convention = (moire_blur_convention)(i % 5);
    const size_t taps = 1 + i / 5 % 5, stride = 1 + i / 25;
    const moire_blur_options options = {
      convention, moire_blur_padding(convention), taps, taps, stride, stride, 14, 9 + i % 3};
    moire_blur_axis rows, columns;
    moire_fir *fir = NULL;
    const moire_status status = moire_blur_create(&fir, &rows, &columns, &options);
    const int unknown = (convention == moire_blur_timm && taps == 1) ||
      (convention == moire_blur_composer && taps % 2 == 0);
    EXPECT_STATUS(status, unknown ? moire_invalid_argument : moire_ok);
    EXPECT((fir != NULL) == (status == moire_ok));
    if (!fir) { continue; }
    EXPECT(rows.output == moire_fir_output_height(fir));
    EXPECT(columns.output == moire_fir_output_width(fir));
    check_filter(fir, options.height, options.width, i % 4);
    moire_fir_destroy(fir);
  }
}

// The float filter beside the double one, of planes without gaps and of sixteen side by side.
static void beside_double(const moire_fir *fir, size_t planes, size_t height, size_t width) {
  const size_t in = height * width, bytes = moire_fir_workspace_size(fir);
  const size_t out_width = moire_fir_output_width(fir);
  const size_t out = moire_fir_output_height(fir) * out_width;
  const ptrdiff_t a = (ptrdiff_t)in, b = (ptrdiff_t)out, w = (ptrdiff_t)width;
  const ptrdiff_t x = (ptrdiff_t)out_width, c = (ptrdiff_t)planes;
  float *map = check_noise(planes * in, in), *got = check_memory(planes * out * sizeof *got);
  double *wide = check_memory(planes * in * sizeof *wide);
  double *wanted = check_memory(planes * out * sizeof *wanted);
  void *workspace = check_memory(bytes);
  for (size_t i = 0; i < planes * in; i += 1) { wide[i] = (double)map[i]; }
  const ptrdiff_t from[2][3] = {{a, w, 1}, {1, w * c, c}}, to[2][3] = {{b, x, 1}, {1, x * c, c}};
  for (int i = 0; i < 2; i += 1) {
    const ptrdiff_t *f = from[i], *t = to[i];
    const moire_planes single = {map, planes, f[0], f[1], f[2]};
    const moire_planes_double twofold = {wide, planes, f[0], f[1], f[2]};
    const moire_output output = {got, t[0], t[1], t[2]};
    const moire_output_double reference = {wanted, t[0], t[1], t[2]};
    EXPECT_STATUS(moire_fir_execute(fir, &single, &output, workspace, bytes), moire_ok);
    EXPECT_STATUS(
      moire_fir_execute_double(fir, &twofold, &reference, workspace, bytes), moire_ok);
    // Taps sum to 1 in each axis: ten roundings of samples below 1.
    for (size_t j = 0; j < planes * out; j += 1) { EXPECT(fabs((double)got[j] - wanted[j]) < 1e-6); }
    // What is not finite reaches the same outputs.
    const size_t at = (planes * in - 1) * (size_t)(i + 1) / 2;
    const float before = map[at];
    for (int kind = 0; kind < 3; kind += 1) {
      wide[at] = map[at] = kind == 0 ? NAN : kind == 1 ? INFINITY : -INFINITY;
      EXPECT_STATUS(moire_fir_execute(fir, &single, &output, workspace, bytes), moire_ok);
      EXPECT_STATUS(
        moire_fir_execute_double(fir, &twofold, &reference, workspace, bytes), moire_ok);
      for (size_t j = 0; j < planes * out; j += 1) {
        EXPECT(!isnan(got[j]) == !isnan(wanted[j]));
        EXPECT(!isinf(got[j]) || (double)got[j] == wanted[j]);
      }
    }
    wide[at] = map[at] = before;
  }
  free(map);
  free(got);
  free(wide);
  free(wanted);
  free(workspace);
}

static void small(void) {
  for (size_t i = 0; i < 10 * 10 * 4; i += 1) {
    const moire_blur_convention convention =
      i % 3 ? moire_blur_zhang : moire_blur_kornia;
    const size_t height = 1 + i % 10, width = 1 + i / 10 % 10, taps = 2 + i / 100;
    const moire_blur_options options = {
      convention, i % 2 ? moire_blur_padding(convention) : moire_padding_replicate, taps, taps,
      1 + i % 4, 2 + i % 2, height, width};
    moire_fir *fir = NULL;
    EXPECT_STATUS(moire_blur_create(&fir, NULL, NULL, &options), moire_ok);
    if (!fir) { continue; }
    static const size_t counts[] = {1, 3, 16, 33};
    for (size_t j = 0; j < 4; j += 1) { beside_double(fir, counts[j], height, width); }
    check_filter(fir, height, width, 0);
    moire_fir_destroy(fir);
  }
}

static void refuse(moire_fir_options options, moire_status wanted) {
  moire_fir *fir = NULL;
  EXPECT_STATUS(moire_fir_create(&fir, &options), wanted);
  EXPECT(!fir);
}

static void wrong(void) {
  const double taps[] = {1, 1}, broken[] = {1, NAN}, large[] = {1e300, 1};
  const moire_fir_axis axis = {taps, 2, 2, 0, 8, 0, moire_padding_zero};
  const moire_fir_options good = {axis, axis};
  moire_fir *fir = NULL;
  EXPECT_STATUS(moire_fir_create(NULL, &good), moire_null_argument);
  EXPECT_STATUS(moire_fir_create(&fir, NULL), moire_null_argument);
  for (int i = 0; i < 2; i += 1) {
    moire_fir_options bad = good;
    moire_fir_axis *changed = i == 0 ? &bad.height : &bad.width;
    size_t *sizes[] = {&changed->count, &changed->stride, &changed->input};
    for (int j = 0; j < 3; j += 1) {
      *sizes[j] = 0;
      refuse(bad, moire_invalid_argument);
      *changed = axis;
    }
    changed->taps = NULL, refuse(bad, moire_null_argument), *changed = axis;
    changed->taps = broken, refuse(bad, moire_invalid_argument), *changed = axis;
    changed->taps = large, refuse(bad, moire_invalid_argument), *changed = axis;
    changed->padding = (moire_padding)9, refuse(bad, moire_invalid_argument), *changed = axis;
    for (int j = 0; j < CHECK_EDGES; j += 1) {
      // The last of the edges can be counted, and no memory holds it.
      const moire_status wanted = j + 1 < CHECK_EDGES ? moire_size_overflow : moire_no_memory;
      changed->output = check_edges[j], refuse(bad, wanted), *changed = axis;
      changed->input = check_edges[j], refuse(bad, wanted), *changed = axis;
    }
    changed->lead = PTRDIFF_MIN, refuse(bad, moire_size_overflow), *changed = axis;
    changed->lead = PTRDIFF_MAX, refuse(bad, moire_size_overflow), *changed = axis;
  }
  moire_fir_destroy(NULL);
  EXPECT(moire_fir_output_height(NULL) == 0 && moire_fir_output_width(NULL) == 0);
  EXPECT(moire_fir_workspace_size(NULL) == 0);
}

static void wrong_blurs(void) {
  const moire_blur_options good = {moire_blur_zhang, moire_padding_reflect, 3, 3, 2, 2, 8, 8};
  moire_fir *fir = NULL;
  moire_blur_axis axis = {.input = 7};
  EXPECT_STATUS(moire_blur_create(NULL, NULL, NULL, &good), moire_null_argument);
  EXPECT_STATUS(moire_blur_create(&fir, NULL, NULL, NULL), moire_null_argument);
  EXPECT_STATUS(
    moire_blur_geometry(NULL, moire_blur_zhang, moire_padding_zero, 3, 2, 8), moire_null_argument);
  for (int i = 0; i < 6; i += 1) {
    moire_blur_options bad = good;
    size_t *sizes[] = {&bad.filter_height, &bad.filter_width, &bad.stride_height,
                       &bad.stride_width,  &bad.height,       &bad.width};
    *sizes[i] = 0;
    EXPECT_STATUS(moire_blur_create(&fir, &axis, &axis, &bad), moire_invalid_argument);
    for (int j = 0; j < CHECK_EDGES; j += 1) {
      *sizes[i] = check_edges[j];
      const moire_status status = moire_blur_create(&fir, &axis, &axis, &bad);
      EXPECT(status != moire_ok || fir != NULL);
      moire_fir_destroy(fir);
      fir = NULL;
    }
  }
  moire_blur_options bad = good;
  bad.convention = (moire_blur_convention)9;
  EXPECT_STATUS(moire_blur_create(&fir, &axis, &axis, &bad), moire_invalid_argument);
  (void)moire_blur_padding(bad.convention);
  bad = good;
  bad.padding = (moire_padding)-1;
  EXPECT_STATUS(moire_blur_create(&fir, &axis, &axis, &bad), moire_invalid_argument);
  EXPECT(!fir);
  for (size_t i = 0; i < CHECK_EDGES * 5; i += 1) {
    (void)moire_blur_geometry(
      &axis, (moire_blur_convention)(i % 5), moire_padding_reflect, 3, 2, check_edges[i / 5]);
    (void)moire_blur_geometry(
      &axis, (moire_blur_convention)(i % 5), moire_padding_reflect, check_edges[i / 5], 2, 8);
    (void)moire_blur_geometry(
      &axis, (moire_blur_convention)(i % 5), moire_padding_reflect, 3, check_edges[i / 5], 8);
  }
}

static void paddings(void) {
  for (int padding = -1; padding < 7; padding += 1) {
    for (size_t size = 0; size < 6; size += 1) {
      for (ptrdiff_t at = -20; at < 20; at += 1) {
        const ptrdiff_t source = moire_padding_source(at, size, (moire_padding)padding);
        EXPECT(source >= -1 && source < (ptrdiff_t)size);
      }
      (void)moire_padding_source(PTRDIFF_MIN, size, (moire_padding)padding);
      (void)moire_padding_source(PTRDIFF_MAX, size, (moire_padding)padding);
    }
    for (int j = 0; j < CHECK_EDGES; j += 1) {
      (void)moire_padding_source(PTRDIFF_MIN, check_edges[j], (moire_padding)padding);
      (void)moire_padding_source(PTRDIFF_MAX, check_edges[j], (moire_padding)padding);
      (void)moire_padding_source(-1, check_edges[j], (moire_padding)padding);
    }
  }
}

int main(void) {
  ordinary();
  blurs();
  small();
  wrong();
  wrong_blurs();
  paddings();
  return check_result();
}
