/* What surrounds a primitive: the function behind it, the sum before it, its scratch memory. */
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
dnnl_primitive_attr_t cl_attributes(int accumulate, cl_activation activation) {
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

dnnl_primitive_desc_t cl_describe(const void *operation, dnnl_primitive_attr_t attr) {
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_desc_create(&description, operation, attr, cl_engine(), NULL);
  return description;
}
