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
  cl_convolution convolution = {&source, &any_weights, bias_layout, &result, window, groups, attr};
  dnnl_primitive_desc_t description = cl_choose_inference(&convolution);
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
