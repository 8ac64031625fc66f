/* Convolutions and linear layers: the primitives with packed weights. */
#include <string.h>

#include "program.h"

int cl_is_reference(dnnl_primitive_desc_t description) {
  const char *name = "";
  dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name);
  return strstr(name, "ref") != NULL;
}

dnnl_memory_desc_t cl_any_layout(const dnnl_memory_desc_t *layout) {
  dnnl_memory_desc_t any;
  dnnl_memory_desc_init_by_tag(&any, layout->ndims, layout->dims, dnnl_f32, dnnl_format_tag_any);
  return any;
}

static dnnl_primitive_desc_t describe_convolution(dnnl_alg_kind_t algorithm,
                                                  const dnnl_memory_desc_t *src,
                                                  const dnnl_memory_desc_t *weights,
                                                  const dnnl_memory_desc_t *bias,
                                                  const dnnl_memory_desc_t *dst,
                                                  const cl_window *w, dnnl_primitive_attr_t attr) {
  dnnl_convolution_desc_t operation;
  dnnl_dims_t strides = {w->stride.height, w->stride.width};
  dnnl_dims_t dilates = {w->dilation.height - 1, w->dilation.width - 1};
  dnnl_dims_t before = {w->padding.top, w->padding.left};
  dnnl_dims_t after = {w->padding.bottom, w->padding.right};
  if (dnnl_dilated_convolution_forward_desc_init(&operation, dnnl_forward_inference,
                                                 algorithm, src, weights, bias, dst, strides,
                                                 dilates, before, after))
    return NULL;
  return cl_describe(&operation, attr);
}

int cl_adapted(cl_program *program, int value, const dnnl_memory_desc_t *wanted) {
  if (dnnl_memory_desc_equal(&program->values[value].layout, wanted)) return value;
  int other = cl_value_with_layout(program, wanted);
  if (other < 0 || cl_step_reorder(program, value, other)) return -1;
  return other;
}

static const dnnl_memory_desc_t *queried(dnnl_primitive_desc_t description, dnnl_query_t what) {
  return dnnl_primitive_desc_query_md(description, what, 0);
}

int cl_append_weighted(cl_program *program, int src, int dst, dnnl_primitive_desc_t description,
                       const dnnl_memory_desc_t *plain_weights, const float *weights,
                       const dnnl_memory_desc_t *plain_bias, const float *bias, int accumulate) {
  dnnl_memory_t packed_weights = NULL, packed_bias = NULL;
  dnnl_memory_desc_t layout = *queried(description, dnnl_query_weights_md);
  dnnl_memory_desc_t result = *queried(description, dnnl_query_dst_md);
  dnnl_memory_desc_t source = *queried(description, dnnl_query_src_md);
  int from = cl_adapted(program, src, &source);
  int to = dst;
  if (!dnnl_memory_desc_equal(&program->values[dst].layout, &result)) {
    to = accumulate ? cl_adapted(program, dst, &result) : cl_value_with_layout(program, &result);
  }
  if (from < 0 || to < 0 ||
      cl_pack(program, plain_weights, weights, &layout, &packed_weights) ||
      (bias && cl_pack(program, plain_bias, bias, plain_bias, &packed_bias))) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  cl_step *step = cl_append(program, &from, 1, to);
  if (!step) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  step->reads_destination = accumulate;
  if (cl_finish(program, step, description, "convolution") ||
      cl_argument(program, step, DNNL_ARG_SRC, from, NULL) ||
      cl_argument(program, step, DNNL_ARG_WEIGHTS, -1, packed_weights) ||
      (bias && cl_argument(program, step, DNNL_ARG_BIAS, -1, packed_bias)) ||
      cl_argument(program, step, DNNL_ARG_DST, to, NULL))
    return -1;
  return to == dst ? 0 : cl_step_reorder(program, to, dst);
}

/* Winograd's minimal filtering takes 2.25 to 4 times fewer multiplications for a 3x3 window, and as
 * much more memory for its weights, which small maps cannot make up for; where it pays was measured on
 * maps of 7 to 224 a side. Its transforms cost a few units in the last place more than direct sums:
 * 2e-6 of the largest value. */
static int suits_winograd(const dnnl_memory_desc_t *src, const dnnl_memory_desc_t *dst,
                          const cl_window *w, int64_t groups) {
  const int64_t least_channels = 64, least_area = 14 * 14, enough_area = 28 * 28;
  const int64_t many_channels = 512;
  int64_t area = dst->dims[2] * dst->dims[3];
  int64_t channels = src->dims[1] < dst->dims[1] ? src->dims[1] : dst->dims[1];
  return groups == 1 && channels >= least_channels && area >= least_area &&
         (area * dst->dims[0] >= enough_area || channels >= many_channels) &&
         w->kernel.height == 3 && w->kernel.width == 3 && w->stride.height == 1 &&
         w->stride.width == 1 && w->dilation.height == 1 && w->dilation.width == 1;
}

/* With the channels innermost oneDNN has its matrix kernels for windows: 5 to 25 % faster than those on
 * blocks. It pays for the changes of layout around them where there is enough to compute for each value
 * that changes its place, as measured on maps of 7 to 56 a side. */
static int suits_innermost(const dnnl_memory_desc_t *src, const dnnl_memory_desc_t *dst,
                           const cl_window *w, int64_t groups) {
  const double least_products = 220;
  const int64_t least_channels = 64;
  double taps = (double)(w->kernel.height * w->kernel.width);
  double in_area = (double)(src->dims[2] * src->dims[3]);
  double out_area = (double)(dst->dims[2] * dst->dims[3]);
  double in = (double)src->dims[1], out = (double)dst->dims[1];
  return groups == 1 && taps > 1 && in >= least_channels && out >= least_channels &&
         out_area * in * out * taps >= least_products * (in_area * in + out_area * out);
}

/* A direct convolution by a matrix kernel, NULL where there is none. */
static dnnl_primitive_desc_t choose_innermost(
    const dnnl_memory_desc_t *src, const dnnl_memory_desc_t *weights,
    const dnnl_memory_desc_t *bias, const dnnl_memory_desc_t *dst, const cl_window *window,
    dnnl_primitive_attr_t attr) {
  dnnl_memory_desc_t source, result;
  const char *name = "";
  if (dnnl_memory_desc_init_by_tag(&source, 4, src->dims, dnnl_f32, dnnl_acdb) ||
      dnnl_memory_desc_init_by_tag(&result, 4, dst->dims, dnnl_f32, dnnl_acdb))
    return NULL;
  dnnl_primitive_desc_t choice = describe_convolution(dnnl_convolution_direct, &source, weights,
                                                      bias, &result, window, attr);
  if (!choice) return NULL;
  dnnl_primitive_desc_query(choice, dnnl_query_impl_info_str, 0, &name);
  if (strncmp(name, "brgconv", 7) == 0) return choice;
  dnnl_primitive_desc_destroy(choice);
  return NULL;
}

/* The fastest implementation in the layouts given, else one that picks its own. */
static dnnl_primitive_desc_t choose_convolution(
    const dnnl_memory_desc_t *src, const dnnl_memory_desc_t *weights,
    const dnnl_memory_desc_t *bias, const dnnl_memory_desc_t *dst, const cl_window *window,
    int64_t groups, dnnl_primitive_attr_t attr) {
  dnnl_primitive_desc_t choice = NULL;
  if (suits_winograd(src, dst, window, groups)) {
    choice = describe_convolution(dnnl_convolution_winograd, src, weights, bias, dst, window, attr);
    if (choice && cl_is_reference(choice)) {
      dnnl_primitive_desc_destroy(choice);
      choice = NULL;
    }
  }
  if (!choice && suits_innermost(src, dst, window, groups))
    choice = choose_innermost(src, weights, bias, dst, window, attr);
  if (choice) return choice;
  choice = describe_convolution(dnnl_convolution_direct, src, weights, bias, dst, window, attr);
  if (choice && !cl_is_reference(choice)) return choice;
  dnnl_memory_desc_t any_source = cl_any_layout(src), any_result = cl_any_layout(dst);
  dnnl_primitive_desc_t free_choice = describe_convolution(
      dnnl_convolution_direct, &any_source, weights, bias, &any_result, window, attr);
  if (!free_choice) return choice;
  if (choice) dnnl_primitive_desc_destroy(choice);
  return free_choice;
}

int cl_step_convolution(cl_program *program, int src, int dst, int64_t out_channels, int64_t groups,
                        const cl_window *window, const float *weights, const float *bias,
                        int accumulate, cl_activation activation) {
  const dnnl_memory_desc_t source = program->values[src].layout;
  const dnnl_memory_desc_t result = program->values[dst].layout;
  int64_t in_group = source.dims[1] / groups, out_group = out_channels / groups;
  int64_t kh = window->kernel.height, kw = window->kernel.width;
  dnnl_dims_t grouped = {groups, out_group, in_group, kh, kw};
  dnnl_dims_t dense = {out_channels, in_group, kh, kw};
  dnnl_dims_t bias_dims = {out_channels};
  dnnl_memory_desc_t plain_weights, plain_bias;
  dnnl_status_t status =
      groups > 1
          ? dnnl_memory_desc_init_by_tag(&plain_weights, 5, grouped, dnnl_f32, dnnl_abcde)
          : dnnl_memory_desc_init_by_tag(&plain_weights, 4, dense, dnnl_f32, dnnl_abcd);
  if (!status) status = dnnl_memory_desc_init_by_tag(&plain_bias, 1, bias_dims, dnnl_f32, dnnl_a);
  if (cl_check(program, status, "layout of weights")) return -1;

  dnnl_memory_desc_t any_weights = cl_any_layout(&plain_weights);
  const dnnl_memory_desc_t *bias_layout = bias ? &plain_bias : NULL;
  dnnl_primitive_attr_t attr = cl_attributes(accumulate, activation);
  dnnl_primitive_desc_t description = choose_convolution(
      &source, &any_weights, bias_layout, &result, window, groups, attr);
  dnnl_primitive_attr_destroy(attr);
  if (!description)
    return cl_fail(program, "convolution %lldx%lld of %lld channels: no implementation",
                   (long long)kh, (long long)kw, (long long)source.dims[1]);
  return cl_append_weighted(program, src, dst, description, &plain_weights, weights, &plain_bias,
                            bias, accumulate);
}

int cl_step_linear(cl_program *program, int src, int dst, const float *weights, const float *bias,
                   cl_activation activation) {
  const dnnl_memory_desc_t source = program->values[src].layout;
  const dnnl_memory_desc_t result = program->values[dst].layout;
  dnnl_dims_t dims = {result.dims[1], source.dims[1]}, bias_dims = {result.dims[1]};
  dnnl_memory_desc_t plain_weights, plain_bias;
  dnnl_memory_desc_init_by_tag(&plain_weights, 2, dims, dnnl_f32, dnnl_ab);
  dnnl_memory_desc_init_by_tag(&plain_bias, 1, bias_dims, dnnl_f32, dnnl_a);
  dnnl_memory_desc_t any_weights = cl_any_layout(&plain_weights);
  dnnl_inner_product_desc_t operation;
  if (cl_check(program,
               dnnl_inner_product_forward_desc_init(&operation, dnnl_forward_inference, &source,
                                                    &any_weights, bias ? &plain_bias : NULL,
                                                    &result),
               "linear layer"))
    return -1;
  dnnl_primitive_attr_t attr = cl_attributes(0, activation);
  dnnl_primitive_desc_t description = cl_describe(&operation, attr);
  dnnl_primitive_attr_destroy(attr);
  if (!description) return cl_fail(program, "linear layer: no implementation");
  return cl_append_weighted(program, src, dst, description, &plain_weights, weights, &plain_bias,
                            bias, 0);
}
