/* Linear layers for training. */
#include "training.h"

static dnnl_memory_desc_t matrix(int64_t rows, int64_t columns, dnnl_format_tag_t tag) {
  dnnl_dims_t dims = {rows, columns};
  dnnl_memory_desc_t layout;
  dnnl_memory_desc_init_by_tag(&layout, 2, dims, dnnl_f32, tag);
  return layout;
}

static dnnl_memory_desc_t vector_layout(int64_t count) {
  dnnl_dims_t dims = {count};
  dnnl_memory_desc_t layout;
  dnnl_memory_desc_init_by_tag(&layout, 1, dims, dnnl_f32, dnnl_a);
  return layout;
}

/* A forward description with weights in the layout given. */
static dnnl_primitive_desc_t describe_forward(const dnnl_memory_desc_t *src,
                                              const dnnl_memory_desc_t *weights,
                                              const dnnl_memory_desc_t *dst, int has_bias,
                                              cl_activation activation) {
  dnnl_memory_desc_t bias = vector_layout(dst->dims[1]);
  dnnl_inner_product_desc_t operation;
  if (dnnl_inner_product_forward_desc_init(&operation, dnnl_forward_training, src, weights,
                                           has_bias ? &bias : NULL, dst))
    return NULL;
  dnnl_primitive_attr_t attr = cl_attributes(0, activation);
  dnnl_primitive_desc_t description = cl_describe(&operation, attr);
  dnnl_primitive_attr_destroy(attr);
  return description;
}

int cl_train_linear(cl_program *program, int src, int dst, int has_bias, cl_activation activation,
                    cl_weights *parameters) {
  const dnnl_memory_desc_t from = program->values[src].layout, to = program->values[dst].layout;
  dnnl_memory_desc_t any = matrix(to.dims[1], from.dims[1], dnnl_format_tag_any);
  dnnl_primitive_desc_t description = describe_forward(&from, &any, &to, has_bias, activation);
  if (!description) return cl_fail(program, "linear layer: no implementation");
  dnnl_memory_desc_t bias = vector_layout(to.dims[1]);
  dnnl_memory_desc_t weights = *dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
  parameters->weights = cl_value_with_layout(program, &weights);
  parameters->bias = has_bias ? cl_value_with_layout(program, &bias) : -1;
  int sources[] = {src, parameters->weights, parameters->bias};
  cl_step *step = cl_append(program, sources, has_bias ? 3 : 2, dst);
  if (!step) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  if (cl_finish(program, step, description, "linear layer") ||
      cl_argument(program, step, DNNL_ARG_SRC, src, NULL) ||
      cl_argument(program, step, DNNL_ARG_WEIGHTS, parameters->weights, NULL) ||
      (has_bias && cl_argument(program, step, DNNL_ARG_BIAS, parameters->bias, NULL)))
    return -1;
  return cl_argument(program, step, DNNL_ARG_DST, dst, NULL);
}

/* The description of a gradient; takes its own forward description as the hint. */
static dnnl_primitive_desc_t describe_gradient(const void *operation, const dnnl_memory_desc_t *src,
                                               const dnnl_memory_desc_t *weights,
                                               const dnnl_memory_desc_t *dst) {
  dnnl_memory_desc_t any = cl_any_layout(weights);
  dnnl_primitive_desc_t hint = describe_forward(src, &any, dst, 0, (cl_activation){0});
  if (!hint) return NULL;
  dnnl_primitive_attr_t attr = cl_attributes(0, (cl_activation){0});
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_desc_create(&description, operation, attr, cl_engine(), hint);
  dnnl_primitive_attr_destroy(attr);
  dnnl_primitive_desc_destroy(hint);
  return description;
}

int cl_train_linear_source(cl_program *program, int dst, int src, int weights) {
  const dnnl_memory_desc_t to = program->values[src].layout, from = program->values[dst].layout;
  const dnnl_memory_desc_t own = program->values[weights].layout;
  dnnl_memory_desc_t any = cl_any_layout(&own);
  dnnl_inner_product_desc_t operation;
  if (cl_check(program,
               dnnl_inner_product_backward_data_desc_init(&operation, &to, &any, &from),
               "gradient of a linear layer's input"))
    return -1;
  dnnl_primitive_desc_t description = describe_gradient(&operation, &to, &own, &from);
  if (!description) return cl_fail(program, "gradient of a linear layer: no implementation");
  dnnl_memory_desc_t wanted = *dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
  int filters = cl_adapted(program, weights, &wanted);
  int sources[] = {dst, filters};
  cl_step *step = cl_append(program, sources, 2, src);
  if (!step) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  if (cl_finish(program, step, description, "gradient of a linear layer's input") ||
      cl_argument(program, step, DNNL_ARG_DIFF_DST, dst, NULL) ||
      cl_argument(program, step, DNNL_ARG_WEIGHTS, filters, NULL))
    return -1;
  return cl_argument(program, step, DNNL_ARG_DIFF_SRC, src, NULL);
}

int cl_train_linear_weights(cl_program *program, int src, int dst, cl_weights gradients) {
  const dnnl_memory_desc_t from = program->values[src].layout, back = program->values[dst].layout;
  const dnnl_memory_desc_t own = program->values[gradients.weights].layout;
  int has_bias = gradients.bias >= 0;
  dnnl_memory_desc_t any = cl_any_layout(&own), bias = vector_layout(back.dims[1]);
  dnnl_inner_product_desc_t operation;
  if (cl_check(program,
               dnnl_inner_product_backward_weights_desc_init(&operation, &from, &any,
                                                             has_bias ? &bias : NULL, &back),
               "gradient of a linear layer's weights"))
    return -1;
  dnnl_primitive_desc_t description = describe_gradient(&operation, &from, &own, &back);
  if (!description) return cl_fail(program, "gradient of a linear layer: no implementation");
  dnnl_memory_desc_t packed =
      *dnnl_primitive_desc_query_md(description, dnnl_query_diff_weights_md, 0);
  int target = dnnl_memory_desc_equal(&own, &packed) ? gradients.weights
                                                     : cl_value_with_layout(program, &packed);
  int sources[] = {src, dst, gradients.bias};
  cl_step *step = cl_append(program, sources, has_bias ? 3 : 2, target);
  if (!step) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  if (cl_finish(program, step, description, "gradient of a linear layer's weights") ||
      cl_argument(program, step, DNNL_ARG_SRC, src, NULL) ||
      cl_argument(program, step, DNNL_ARG_DIFF_DST, dst, NULL) ||
      (has_bias && cl_argument(program, step, DNNL_ARG_DIFF_BIAS, gradients.bias, NULL)) ||
      cl_argument(program, step, DNNL_ARG_DIFF_WEIGHTS, target, NULL))
    return -1;
  return target == gradients.weights ? 0 : cl_step_reorder(program, target, gradients.weights);
}
