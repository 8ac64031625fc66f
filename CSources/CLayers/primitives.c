/* Steps that oneDNN executes besides convolutions and linear layers. What differs between its
 * versions 2 and 3 is in this file, in convolution.c and in program.c. */
#include "program.h"

/* The same for an operation with nothing around it. */
static dnnl_primitive_desc_t describe_bare(const void *operation) {
  dnnl_primitive_attr_t attr = cl_attributes(0, (cl_activation){0});
  dnnl_primitive_desc_t description = cl_describe(operation, attr);
  dnnl_primitive_attr_destroy(attr);
  return description;
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

static dnnl_primitive_desc_t describe_elementwise(cl_program *program, int src,
                                                  cl_elementwise function) {
  dnnl_eltwise_desc_t operation;
  if (cl_check(program,
               dnnl_eltwise_forward_desc_init(&operation, dnnl_forward_inference, function.kind,
                                              &program->values[src].layout, function.alpha,
                                              function.beta),
               "activation"))
    return NULL;
  return describe_bare(&operation);
}

/* One function; src and dst may be the same. Where the last block is not full and a function need not
 * keep zeros, oneDNN has its reference only: then whole blocks are computed and the lanes behind the
 * last channel cleared. */
static int append_elementwise(cl_program *program, int src, int dst, cl_elementwise function) {
  dnnl_primitive_desc_t description = describe_elementwise(program, src, function);
  const cl_value *value = &program->values[dst];
  if (!description || !cl_is_reference(description) || !value->blocked ||
      value->dims[1] % cl_block_size() == 0)
    return append_simple(program, &src, source_kind, 1, dst, description, "activation");
  dnnl_primitive_desc_destroy(description);
  int from = cl_value_of_whole_blocks(program, src);
  int to = src == dst ? from : cl_value_of_whole_blocks(program, dst);
  if (from < 0 || to < 0) return -1;
  description = describe_elementwise(program, from, function);
  if (append_simple(program, &from, source_kind, 1, to, description, "activation")) return -1;
  return cl_step_clear_lanes(program, dst);
}

int cl_step_activation(cl_program *program, int src, int dst, cl_activation activation) {
  cl_elementwise chain[CL_MAX_CHAIN] = {{dnnl_eltwise_linear, 1, 0}};
  int count = cl_elementwise_chain(activation, chain);
  if (!count && activation.function) return cl_step_pointwise(program, src, dst, activation);
  if (append_elementwise(program, src, dst, chain[0])) return -1;
  for (int i = 1; i < count; i++)
    if (append_elementwise(program, dst, dst, chain[i])) return -1;
  return 0;
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
  dnnl_primitive_attr_t attr = cl_attributes(0, activation);
  dnnl_primitive_desc_t description = cl_describe(&operation, attr);
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
  dnnl_memory_desc_t layouts[CL_MAX_SOURCES];
  int kinds[CL_MAX_SOURCES];
  if (count > CL_MAX_SOURCES) return cl_fail(program, "concatenation of %d values, at most %d", count, CL_MAX_SOURCES);
  for (int i = 0; i < count; i++) {
    layouts[i] = program->values[sources[i]].layout;
    kinds[i] = DNNL_ARG_MULTIPLE_SRC + i;
  }
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_attr_t attr = cl_attributes(0, (cl_activation){0});
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
  dnnl_primitive_attr_t attr = cl_attributes(0, (cl_activation){0});
  dnnl_reorder_primitive_desc_create(&description, &program->values[src].layout, cl_engine(),
                                     &program->values[dst].layout, cl_engine(), attr);
  dnnl_primitive_attr_destroy(attr);
  return append_simple(program, &src, source_kind, 1, dst, description, "change of layout");
}
