/* Transposed convolutions: oneDNN's where it has a fast one, else a convolution of the map with zeros
 * between its points. */
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

/* dst has the points of src `stride` apart, the first at (top, left), and zeros elsewhere. */
typedef struct job {
  cl_view src, dst;
  const cl_step *step;
} job;

static void spread_plane(const void *context, int64_t plane) {
  const job *j = context;
  const cl_view *src = &j->src, *dst = &j->dst;
  const cl_step *step = j->step;
  float *y = dst->data + plane * cl_plane_size(dst);
  const float *x = src->data + plane * cl_plane_size(src);
  size_t point = (size_t)src->inner * sizeof(float);
  memset(y, 0, (size_t)cl_plane_size(dst) * sizeof *y);
  for (int64_t r = 0; r < src->height; r++) {
    int64_t row = step->sides.top + r * step->stride.height;
    if (row < 0 || row >= dst->height) continue;
    for (int64_t c = 0; c < src->width; c++) {
      int64_t column = step->sides.left + c * step->stride.width;
      if (column < 0 || column >= dst->width) continue;
      memcpy(y + (row * dst->width + column) * dst->inner, x + (r * src->width + c) * src->inner,
             point);
    }
  }
}

static void spread(const cl_program *program, const cl_step *step) {
  job j = {cl_view_of(program, step->sources[0]), cl_view_of(program, step->destination), step};
  cl_parallel(j.dst.planes, spread_plane, &j);
}

static int64_t extent(int64_t kernel, int64_t dilation) { return dilation * (kernel - 1) + 1; }

/* The same filters as those of a convolution: [out, in/groups, kh, kw], turned by half a turn. */
static float *turned(const float *weights, int64_t groups, int64_t in, int64_t out, cl_pair kernel) {
  int64_t taps = kernel.height * kernel.width;
  float *result = malloc((size_t)(groups * in * out * taps) * sizeof *result);
  if (!result) return NULL;
  for (int64_t g = 0; g < groups; g++)
    for (int64_t i = 0; i < in; i++)
      for (int64_t o = 0; o < out; o++)
        for (int64_t t = 0; t < taps; t++)
          result[((g * out + o) * in + i) * taps + taps - 1 - t] =
              weights[((g * in + i) * out + o) * taps + t];
  return result;
}

static int append_by_convolution(cl_program *program, int src, int dst, int64_t groups,
                                 const cl_window *w, const float *weights, const float *bias,
                                 cl_activation activation) {
  const int64_t *from = program->values[src].dims, *to = program->values[dst].dims;
  int64_t in = from[1], out = to[1];
  int64_t high = extent(w->kernel.height, w->dilation.height) - 1;
  int64_t wide = extent(w->kernel.width, w->dilation.width) - 1;
  int64_t dims[4] = {from[0], in, to[2] + high, to[3] + wide};
  cl_sides sides = {high - w->padding.top, wide - w->padding.left, 0, 0};
  int between = cl_value_blocked(program, dims);
  if (between < 0) return -1;
  cl_step *step = cl_append_kernel(program, &src, 1, between, spread, "kernel:spread");
  if (!step) return -1;
  step->stride = w->stride;
  step->sides = sides;
  float *filters = turned(weights, groups, in / groups, out / groups, w->kernel);
  if (!filters) return cl_fail(program, "out of memory for the filters");
  cl_window plain = {w->kernel, {1, 1}, w->dilation, {0, 0, 0, 0}};
  int status = cl_step_convolution(program, between, dst, out, groups, &plain, filters, bias, 0,
                                   activation);
  free(filters);
  return status;
}

/* The weights [in, out/groups, kh, kw] under the dimensions that oneDNN sees: (groups,) out, in. */
static dnnl_status_t weights_layout(dnnl_memory_desc_t *layout, int64_t groups, int64_t in,
                                    int64_t out, cl_pair kernel) {
  int64_t row = kernel.width, taps = kernel.height * kernel.width;
  dnnl_dims_t grouped = {groups, out, in, kernel.height, kernel.width};
  dnnl_dims_t strides = {in * out * taps, taps, out * taps, row, 1};
  return groups > 1 ? dnnl_memory_desc_init_by_strides(layout, 5, grouped, dnnl_f32, strides)
                    : dnnl_memory_desc_init_by_strides(layout, 4, grouped + 1, dnnl_f32,
                                                       strides + 1);
}

static dnnl_primitive_desc_t describe(const dnnl_memory_desc_t *src,
                                      const dnnl_memory_desc_t *weights,
                                      const dnnl_memory_desc_t *bias,
                                      const dnnl_memory_desc_t *dst, const cl_window *w,
                                      cl_activation activation) {
  dnnl_deconvolution_desc_t operation;
  dnnl_dims_t strides = {w->stride.height, w->stride.width};
  dnnl_dims_t dilates = {w->dilation.height - 1, w->dilation.width - 1};
  dnnl_dims_t before = {w->padding.top, w->padding.left};
  dnnl_dims_t after = {w->padding.bottom, w->padding.right};
  if (w->padding.bottom < 0 || w->padding.right < 0) return NULL;
  if (dnnl_dilated_deconvolution_forward_desc_init(
          &operation, dnnl_forward_inference, dnnl_deconvolution_direct, src, weights, bias, dst,
          strides, dilates, before, after))
    return NULL;
  dnnl_primitive_attr_t attr = cl_attributes(0, activation);
  dnnl_primitive_desc_t description = cl_describe(&operation, attr);
  dnnl_primitive_attr_destroy(attr);
  if (description && cl_is_reference(description)) {
    dnnl_primitive_desc_destroy(description);
    description = NULL;
  }
  return description;
}

int cl_step_transposed_convolution(cl_program *program, int src, int dst, int64_t groups,
                                   const cl_window *window, const float *weights,
                                   const float *bias, cl_activation activation) {
  const dnnl_memory_desc_t source = program->values[src].layout;
  const dnnl_memory_desc_t result = program->values[dst].layout;
  const int64_t *from = program->values[src].dims, *to = program->values[dst].dims;
  dnnl_dims_t bias_dims = {to[1]};
  dnnl_memory_desc_t plain_weights, plain_bias;
  dnnl_status_t status =
      weights_layout(&plain_weights, groups, from[1] / groups, to[1] / groups, window->kernel);
  if (!status) status = dnnl_memory_desc_init_by_tag(&plain_bias, 1, bias_dims, dnnl_f32, dnnl_a);
  if (cl_check(program, status, "layout of weights")) return -1;
  cl_window w = *window;
  w.padding.bottom = (from[2] - 1) * w.stride.height - to[2] - w.padding.top +
                     extent(w.kernel.height, w.dilation.height);
  w.padding.right = (from[3] - 1) * w.stride.width - to[3] - w.padding.left +
                    extent(w.kernel.width, w.dilation.width);
  dnnl_memory_desc_t any_weights = cl_any_layout(&plain_weights);
  const dnnl_memory_desc_t *bias_layout = bias ? &plain_bias : NULL;
  dnnl_primitive_desc_t description =
      describe(&source, &any_weights, bias_layout, &result, &w, activation);
  if (!description)
    return append_by_convolution(program, src, dst, groups, window, weights, bias, activation);
  return cl_append_weighted(program, src, dst, description, &plain_weights, weights, &plain_bias,
                            bias, 0);
}
