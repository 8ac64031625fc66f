/* What surrounds a primitive: the function behind it, the sum before it, its scratch memory. */
#include "program.h"

/* A function as one to three of oneDNN's; the answer is their number, 0 for what it does not have. */
int cl_elementwise_chain(cl_activation a, cl_elementwise *chain) {
  switch (a.function) {
    case cl_function_none:
    case cl_function_softsign:
    case cl_function_threshold: return 0;
    case cl_function_relu: *chain = (cl_elementwise){dnnl_eltwise_relu, a.alpha, 0}; return 1;
    case cl_function_clip: *chain = (cl_elementwise){dnnl_eltwise_clip, a.alpha, a.beta}; return 1;
    case cl_function_elu: *chain = (cl_elementwise){dnnl_eltwise_elu, a.alpha, 0}; return 1;
    case cl_function_logistic: *chain = (cl_elementwise){dnnl_eltwise_logistic, 0, 0}; return 1;
    case cl_function_tanh: *chain = (cl_elementwise){dnnl_eltwise_tanh, 0, 0}; return 1;
    case cl_function_swish: *chain = (cl_elementwise){dnnl_eltwise_swish, a.alpha, 0}; return 1;
    case cl_function_hardswish: *chain = (cl_elementwise){dnnl_eltwise_hardswish, 0, 0}; return 1;
    case cl_function_hardsigmoid:
      chain[0] = (cl_elementwise){dnnl_eltwise_linear, a.alpha, a.beta};
      chain[1] = (cl_elementwise){dnnl_eltwise_clip, 0, 1};
      return 2;
    case cl_function_gelu_erf: *chain = (cl_elementwise){dnnl_eltwise_gelu_erf, 0, 0}; return 1;
    case cl_function_gelu_tanh: *chain = (cl_elementwise){dnnl_eltwise_gelu_tanh, 0, 0}; return 1;
    case cl_function_soft_relu: *chain = (cl_elementwise){dnnl_eltwise_soft_relu, 0, 0}; return 1;
    case cl_function_mish: *chain = (cl_elementwise){dnnl_eltwise_mish, 0, 0}; return 1;
    case cl_function_selu:
      chain[0] = (cl_elementwise){dnnl_eltwise_elu, 1.6732632423543772f, 0};
      chain[1] = (cl_elementwise){dnnl_eltwise_linear, 1.0507009873554805f, 0};
      return 2;
    case cl_function_celu:
      chain[0] = (cl_elementwise){dnnl_eltwise_linear, 1 / a.alpha, 0};
      chain[1] = (cl_elementwise){dnnl_eltwise_elu, 1, 0};
      chain[2] = (cl_elementwise){dnnl_eltwise_linear, a.alpha, 0};
      return 3;
    case cl_function_abs: *chain = (cl_elementwise){dnnl_eltwise_abs, 0, 0}; return 1;
    case cl_function_exp: *chain = (cl_elementwise){dnnl_eltwise_exp, 0, 0}; return 1;
    case cl_function_log: *chain = (cl_elementwise){dnnl_eltwise_log, 0, 0}; return 1;
    case cl_function_sqrt: *chain = (cl_elementwise){dnnl_eltwise_sqrt, 0, 0}; return 1;
    case cl_function_power: *chain = (cl_elementwise){dnnl_eltwise_pow, 1, a.alpha}; return 1;
  }
  return 0;
}

/* The attributes of a primitive that first adds to its destination, then applies a function. The
 * library's own scratchpad is shared by all primitives made on one thread, hence ours. */
dnnl_primitive_attr_t cl_attributes(int accumulate, cl_activation activation) {
  dnnl_primitive_attr_t attr = NULL;
  dnnl_post_ops_t ops = NULL;
  if (dnnl_primitive_attr_create(&attr) || dnnl_post_ops_create(&ops)) return attr;
  if (accumulate) dnnl_post_ops_append_sum(ops, 1);
  cl_elementwise chain[CL_MAX_CHAIN];
  int count = cl_elementwise_chain(activation, chain);
  for (int i = 0; i < count; i++)
    dnnl_post_ops_append_eltwise(ops, 1, chain[i].kind, chain[i].alpha, chain[i].beta);
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
