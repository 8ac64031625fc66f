/* Steps that oneDNN executes; everything that differs between its versions 2 and 3 is in this file
 * and in program.c. */
#include <string.h>

#include "program.h"

static void append_activation(dnnl_post_ops_t ops, cl_activation a) {
  switch (a.function) {
    case cl_function_none: return;
    case cl_function_relu:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, a.alpha, 0);
      return;
    case cl_function_clip:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_clip, a.alpha, a.beta);
      return;
    case cl_function_elu:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_elu, a.alpha, 0);
      return;
    case cl_function_logistic:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_logistic, 0, 0);
      return;
    case cl_function_tanh:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_tanh, 0, 0);
      return;
    case cl_function_swish:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_swish, a.alpha, 0);
      return;
    case cl_function_hardswish:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_hardswish, 0, 0);
      return;
    case cl_function_hardsigmoid:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_linear, a.alpha, a.beta);
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_clip, 0, 1);
      return;
    case cl_function_gelu_erf:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_gelu_erf, 0, 0);
      return;
    case cl_function_gelu_tanh:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_gelu_tanh, 0, 0);
      return;
    case cl_function_soft_relu:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_soft_relu, 0, 0);
      return;
    case cl_function_mish:
      dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_mish, 0, 0);
      return;
  }
}

/* The attributes of a primitive that first adds to its destination, then applies a function. The
 * library's own scratchpad is shared by all primitives made on one thread, hence ours. */
static dnnl_primitive_attr_t attributes(int accumulate, cl_activation activation) {
  dnnl_primitive_attr_t attr = NULL;
  dnnl_post_ops_t ops = NULL;
  if (dnnl_primitive_attr_create(&attr) || dnnl_post_ops_create(&ops)) return attr;
  if (accumulate) dnnl_post_ops_append_sum(ops, 1);
  append_activation(ops, activation);
  dnnl_primitive_attr_set_post_ops(attr, ops);
  dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
  dnnl_post_ops_destroy(ops);
  return attr;
}

static dnnl_primitive_desc_t describe(const void *operation, dnnl_primitive_attr_t attr) {
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_desc_create(&description, operation, attr, cl_engine(), NULL);
  return description;
}

/* The same for an operation with nothing around it. */
static dnnl_primitive_desc_t describe_bare(const void *operation) {
  dnnl_primitive_attr_t attr = attributes(0, (cl_activation){0});
  dnnl_primitive_desc_t description = describe(operation, attr);
  dnnl_primitive_attr_destroy(attr);
  return description;
}

static int is_reference(dnnl_primitive_desc_t description) {
  const char *name = "";
  dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name);
  return strncmp(name, "ref", 3) == 0;
}

static dnnl_memory_desc_t any_layout(const dnnl_memory_desc_t *layout) {
  dnnl_memory_desc_t any;
  dnnl_memory_desc_init_by_tag(&any, layout->ndims, layout->dims, dnnl_f32, dnnl_format_tag_any);
  return any;
}

static dnnl_primitive_desc_t describe_convolution(const dnnl_memory_desc_t *src,
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
                                                 dnnl_convolution_direct, src, weights, bias, dst,
                                                 strides, dilates, before, after))
    return NULL;
  return describe(&operation, attr);
}

/* Where a primitive wants a source in another layout, a reorder before it; the value to read. */
static int adapted(cl_program *program, int value, const dnnl_memory_desc_t *wanted) {
  if (dnnl_memory_desc_equal(&program->values[value].layout, wanted)) return value;
  int other = cl_value_with_layout(program, wanted);
  if (other < 0 || cl_step_reorder(program, value, other)) return -1;
  return other;
}

static const dnnl_memory_desc_t *queried(dnnl_primitive_desc_t description, dnnl_query_t what) {
  return dnnl_primitive_desc_query_md(description, what, 0);
}

/* A chosen convolution: appends the reorders around it that its layouts need. */
static int append_convolution(cl_program *program, int src, int dst,
                              dnnl_primitive_desc_t description,
                              const dnnl_memory_desc_t *plain_weights, const float *weights,
                              const dnnl_memory_desc_t *plain_bias, const float *bias,
                              int accumulate) {
  dnnl_memory_t packed_weights = NULL, packed_bias = NULL;
  dnnl_memory_desc_t layout = *queried(description, dnnl_query_weights_md);
  dnnl_memory_desc_t result = *queried(description, dnnl_query_dst_md);
  dnnl_memory_desc_t source = *queried(description, dnnl_query_src_md);
  int from = adapted(program, src, &source);
  int to = dst;
  if (!dnnl_memory_desc_equal(&program->values[dst].layout, &result)) {
    to = accumulate ? adapted(program, dst, &result) : cl_value_with_layout(program, &result);
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

  dnnl_memory_desc_t any_weights = any_layout(&plain_weights);
  const dnnl_memory_desc_t *bias_layout = bias ? &plain_bias : NULL;
  dnnl_primitive_attr_t attr = attributes(accumulate, activation);
  dnnl_primitive_desc_t description =
      describe_convolution(&source, &any_weights, bias_layout, &result, window, attr);
  if (!description || is_reference(description)) {
    dnnl_memory_desc_t any_source = any_layout(&source), any_result = any_layout(&result);
    dnnl_primitive_desc_t free_choice =
        describe_convolution(&any_source, &any_weights, bias_layout, &any_result, window, attr);
    if (free_choice && description) dnnl_primitive_desc_destroy(description);
    if (free_choice) description = free_choice;
  }
  dnnl_primitive_attr_destroy(attr);
  if (!description)
    return cl_fail(program, "convolution %lldx%lld of %lld channels: no implementation",
                   (long long)kh, (long long)kw, (long long)source.dims[1]);
  return append_convolution(program, src, dst, description, &plain_weights, weights, &plain_bias,
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
  dnnl_memory_desc_t any_weights = any_layout(&plain_weights);
  dnnl_inner_product_desc_t operation;
  if (cl_check(program,
               dnnl_inner_product_forward_desc_init(&operation, dnnl_forward_inference, &source,
                                                    &any_weights, bias ? &plain_bias : NULL,
                                                    &result),
               "linear layer"))
    return -1;
  dnnl_primitive_attr_t attr = attributes(0, activation);
  dnnl_primitive_desc_t description = describe(&operation, attr);
  dnnl_primitive_attr_destroy(attr);
  if (!description) return cl_fail(program, "linear layer: no implementation");
  return append_convolution(program, src, dst, description, &plain_weights, weights, &plain_bias,
                            bias, 0);
}

/* A step with one description: sources as given, then the destination. */
static int append_simple(cl_program *program, const int *sources, const int *kinds, int count,
                         int dst, dnnl_primitive_desc_t description, const char *what) {
  if (!description) return cl_fail(program, "%s: no implementation", what);
  cl_step *step = cl_append(program, sources, count, dst);
  if (!step) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  if (cl_finish(program, step, description, what)) return -1;
  for (int i = 0; i < count; i++)
    if (cl_argument(program, step, kinds[i], sources[i], NULL)) return -1;
  return cl_argument(program, step, DNNL_ARG_DST, dst, NULL);
}

static const int source_kind[] = {DNNL_ARG_SRC};

int cl_step_pooling(cl_program *program, int src, int dst, cl_pooling kind,
                    const cl_window *w) {
  static const dnnl_alg_kind_t kinds[] = {dnnl_pooling_max, dnnl_pooling_avg_include_padding,
                                          dnnl_pooling_avg_exclude_padding};
  dnnl_dims_t strides = {w->stride.height, w->stride.width};
  dnnl_dims_t kernel = {w->kernel.height, w->kernel.width};
  dnnl_dims_t dilation = {w->dilation.height - 1, w->dilation.width - 1};
  dnnl_dims_t before = {w->padding.top, w->padding.left};
  dnnl_dims_t after = {w->padding.bottom, w->padding.right};
  dnnl_pooling_v2_desc_t operation;
  if (cl_check(program,
               dnnl_pooling_v2_forward_desc_init(
                   &operation, dnnl_forward_inference, kinds[kind], &program->values[src].layout,
                   &program->values[dst].layout, strides, kernel, dilation, before, after),
               "pooling"))
    return -1;
  return append_simple(program, &src, source_kind, 1, dst, describe_bare(&operation), "pooling");
}

int cl_step_activation(cl_program *program, int src, int dst, cl_activation activation) {
  dnnl_eltwise_desc_t operation;
  dnnl_alg_kind_t kind = dnnl_eltwise_linear;
  float alpha = 1, beta = 0;
  cl_activation rest = activation;
  switch (activation.function) {
    case cl_function_relu: kind = dnnl_eltwise_relu, alpha = activation.alpha; break;
    case cl_function_clip:
      kind = dnnl_eltwise_clip, alpha = activation.alpha, beta = activation.beta;
      break;
    case cl_function_hardsigmoid:
      alpha = activation.alpha, beta = activation.beta;
      rest = (cl_activation){cl_function_clip, 0, 1};
      break;
    case cl_function_elu: kind = dnnl_eltwise_elu, alpha = activation.alpha; break;
    case cl_function_logistic: kind = dnnl_eltwise_logistic; break;
    case cl_function_tanh: kind = dnnl_eltwise_tanh; break;
    case cl_function_swish: kind = dnnl_eltwise_swish, alpha = activation.alpha; break;
    case cl_function_hardswish: kind = dnnl_eltwise_hardswish; break;
    case cl_function_gelu_erf: kind = dnnl_eltwise_gelu_erf; break;
    case cl_function_gelu_tanh: kind = dnnl_eltwise_gelu_tanh; break;
    case cl_function_soft_relu: kind = dnnl_eltwise_soft_relu; break;
    case cl_function_mish: kind = dnnl_eltwise_mish; break;
    case cl_function_none: break;
  }
  if (kind != dnnl_eltwise_linear) rest.function = cl_function_none;
  if (cl_check(program,
               dnnl_eltwise_forward_desc_init(&operation, dnnl_forward_inference, kind,
                                              &program->values[src].layout, alpha, beta),
               "activation"))
    return -1;
  if (append_simple(program, &src, source_kind, 1, dst, describe_bare(&operation), "activation"))
    return -1;
  return rest.function == cl_function_none ? 0 : cl_step_activation(program, dst, dst, rest);
}

int cl_step_batch_normalization(cl_program *program, int src, int dst, const float *scale,
                                const float *shift, const float *mean, const float *variance,
                                float epsilon) {
  const dnnl_memory_desc_t source = program->values[src].layout;
  dnnl_batch_normalization_desc_t operation;
  unsigned flags = dnnl_use_global_stats | dnnl_use_scale | dnnl_use_shift;
  if (cl_check(program,
               dnnl_batch_normalization_forward_desc_init(&operation, dnnl_forward_inference,
                                                          &source, epsilon, flags),
               "batch normalisation"))
    return -1;
  dnnl_dims_t channels = {source.dims[1]};
  dnnl_memory_desc_t vector;
  dnnl_memory_desc_init_by_tag(&vector, 1, channels, dnnl_f32, dnnl_a);
  if (append_simple(program, &src, source_kind, 1, dst, describe_bare(&operation),
                    "batch normalisation"))
    return -1;
  const float *data[] = {scale, shift, mean, variance};
  static const int kinds[] = {DNNL_ARG_SCALE, DNNL_ARG_SHIFT, DNNL_ARG_MEAN, DNNL_ARG_VARIANCE};
  for (int i = 0; i < 4; i++) {
    dnnl_memory_t memory;
    if (cl_pack(program, &vector, data[i], &vector, &memory) ||
        cl_argument(program, &program->steps[program->step_count - 1], kinds[i], -1, memory))
      return -1;
  }
  return 0;
}

static int append_binary(cl_program *program, int a, int b, int dst, dnnl_alg_kind_t kind,
                         cl_activation activation, const char *what) {
  dnnl_binary_desc_t operation;
  if (cl_check(program,
               dnnl_binary_desc_init(&operation, kind, &program->values[a].layout,
                                     &program->values[b].layout, &program->values[dst].layout),
               what))
    return -1;
  static const int kinds[] = {DNNL_ARG_SRC_0, DNNL_ARG_SRC_1};
  int sources[] = {a, b};
  dnnl_primitive_attr_t attr = attributes(0, activation);
  dnnl_primitive_desc_t description = describe(&operation, attr);
  dnnl_primitive_attr_destroy(attr);
  return append_simple(program, sources, kinds, 2, dst, description, what);
}

int cl_step_add(cl_program *program, int a, int b, int dst, cl_activation activation) {
  const cl_value *result = &program->values[dst];
  /* oneDNN 2.6.3 applies the function to the wrong values where the last block is not full. */
  if (activation.function && result->blocked && result->dims[1] % cl_block_size()) {
    if (append_binary(program, a, b, dst, dnnl_binary_add, (cl_activation){0}, "addition"))
      return -1;
    return cl_step_activation(program, dst, dst, activation);
  }
  return append_binary(program, a, b, dst, dnnl_binary_add, activation, "addition");
}

int cl_step_multiply(cl_program *program, int a, int b, int dst) {
  return append_binary(program, a, b, dst, dnnl_binary_mul, (cl_activation){0}, "multiplication");
}

int cl_step_concatenate(cl_program *program, const int *sources, int count, int dst) {
  enum { most = 1024 };
  dnnl_memory_desc_t layouts[most];
  int kinds[most];
  if (count > most) return cl_fail(program, "concatenation of %d values, at most %d", count, most);
  for (int i = 0; i < count; i++) {
    layouts[i] = program->values[sources[i]].layout;
    kinds[i] = DNNL_ARG_MULTIPLE_SRC + i;
  }
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_attr_t attr = attributes(0, (cl_activation){0});
  dnnl_concat_primitive_desc_create(&description, &program->values[dst].layout, count, 1, layouts,
                                    attr, cl_engine());
  dnnl_primitive_attr_destroy(attr);
  return append_simple(program, sources, kinds, count, dst, description, "concatenation");
}

int cl_step_softmax(cl_program *program, int src, int dst) {
  dnnl_softmax_v2_desc_t operation;
  if (cl_check(program,
               dnnl_softmax_v2_forward_desc_init(&operation, dnnl_forward_inference,
                                                 dnnl_softmax_accurate,
                                                 &program->values[src].layout,
                                                 &program->values[dst].layout, 1),
               "softmax"))
    return -1;
  return append_simple(program, &src, source_kind, 1, dst, describe_bare(&operation), "softmax");
}

int cl_step_reorder(cl_program *program, int src, int dst) {
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_attr_t attr = attributes(0, (cl_activation){0});
  dnnl_reorder_primitive_desc_create(&description, &program->values[src].layout, cl_engine(),
                                     &program->values[dst].layout, cl_engine(), attr);
  dnnl_primitive_attr_destroy(attr);
  return append_simple(program, &src, source_kind, 1, dst, description, "change of layout");
}
