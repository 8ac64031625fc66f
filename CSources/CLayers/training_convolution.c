/* Convolutions for training: forward, and the two gradients. */
#include "training_convolution.h"

static dnnl_memory_desc_t vector_layout(int64_t count) {
  dnnl_dims_t flat = {count};
  dnnl_memory_desc_t layout;
  dnnl_memory_desc_init_by_tag(&layout, 1, flat, dnnl_f32, dnnl_a);
  return layout;
}

static dnnl_memory_desc_t queried(dnnl_primitive_desc_t description, dnnl_query_t what) {
  return *dnnl_primitive_desc_query_md(description, what, 0);
}

void cl_train_avoid_winograd(cl_program *program) { program->avoids_winograd = 1; }

int cl_train_convolution(cl_program *program, int src, int dst, int64_t groups,
                         const cl_window *window, int has_bias, cl_activation activation,
                         cl_weights *parameters) {
  cl_filter_layouts l = {.src = program->values[src].layout,
               .dst = program->values[dst].layout,
               .avoids_winograd = program->avoids_winograd};
  int64_t out = l.dst.dims[1], in = l.src.dims[1];
  int64_t kh = window->kernel.height, kw = window->kernel.width;
  dnnl_dims_t grouped = {groups, out / groups, in / groups, kh, kw}, dense = {out, in, kh, kw};
  dnnl_memory_desc_init_by_tag(&l.weights, groups > 1 ? 5 : 4, groups > 1 ? grouped : dense,
                               dnnl_f32, groups > 1 ? dnnl_abcde : dnnl_abcd);
  l.bias = vector_layout(out);
  l.has_bias = has_bias;
  dnnl_primitive_desc_t description = cl_choose_convolution(&l, window, activation);
  if (!description)
    return cl_fail(program, "convolution %lldx%lld of %lld channels: no implementation",
                   (long long)kh, (long long)kw, (long long)in);
  dnnl_memory_desc_t weights = queried(description, dnnl_query_weights_md);
  dnnl_memory_desc_t from = queried(description, dnnl_query_src_md);
  dnnl_memory_desc_t to = queried(description, dnnl_query_dst_md);
  int is_given = parameters->weights >= 0;
  int filters = is_given ? cl_adapted(program, parameters->weights, &weights)
                         : cl_value_with_layout(program, &weights);
  if (!is_given) parameters->weights = filters;
  parameters->bias = has_bias ? cl_value_with_layout(program, &l.bias) : -1;
  int source = cl_adapted(program, src, &from);
  int target = dnnl_memory_desc_equal(&l.dst, &to) ? dst : cl_value_with_layout(program, &to);
  int sources[] = {source, filters, parameters->bias};
  if (source < 0 || filters < 0 || target < 0) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  cl_step *step = cl_append(program, sources, has_bias ? 3 : 2, target);
  if (!step) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  if (cl_finish(program, step, description, "convolution") ||
      cl_argument(program, step, DNNL_ARG_SRC, source, NULL) ||
      cl_argument(program, step, DNNL_ARG_WEIGHTS, filters, NULL) ||
      (has_bias && cl_argument(program, step, DNNL_ARG_BIAS, parameters->bias, NULL)) ||
      cl_argument(program, step, DNNL_ARG_DST, target, NULL))
    return -1;
  return target == dst ? 0 : cl_step_reorder(program, target, dst);
}

int cl_train_convolution_source(cl_program *program, int dst, int src, const cl_window *window,
                                int weights) {
  cl_filter_layouts l = {.src = program->values[src].layout,
               .weights = program->values[weights].layout,
               .dst = program->values[dst].layout,
               .avoids_winograd = program->avoids_winograd};
  dnnl_primitive_desc_t description = cl_choose_gradient(cl_to_source, &l, window);
  if (!description) return cl_fail(program, "gradient of a convolution's input: no implementation");
  dnnl_memory_desc_t packed = queried(description, dnnl_query_weights_md);
  dnnl_memory_desc_t from = queried(description, dnnl_query_diff_dst_md);
  dnnl_memory_desc_t to = queried(description, dnnl_query_diff_src_md);
  int filters = cl_adapted(program, weights, &packed), source = cl_adapted(program, dst, &from);
  int target = dnnl_memory_desc_equal(&l.src, &to) ? src : cl_value_with_layout(program, &to);
  int sources[] = {source, filters};
  if (source < 0 || filters < 0 || target < 0) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  cl_step *step = cl_append(program, sources, 2, target);
  if (!step) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  if (cl_finish(program, step, description, "gradient of a convolution's input") ||
      cl_argument(program, step, DNNL_ARG_DIFF_DST, source, NULL) ||
      cl_argument(program, step, DNNL_ARG_WEIGHTS, filters, NULL) ||
      cl_argument(program, step, DNNL_ARG_DIFF_SRC, target, NULL))
    return -1;
  return target == src ? 0 : cl_step_reorder(program, target, src);
}

int cl_train_convolution_weights(cl_program *program, int src, int dst, const cl_window *window,
                                 cl_weights gradients) {
  cl_filter_layouts l = {.src = program->values[src].layout,
               .weights = program->values[gradients.weights].layout,
               .dst = program->values[dst].layout,
               .has_bias = gradients.bias >= 0,
               .avoids_winograd = program->avoids_winograd};
  l.bias = vector_layout(l.dst.dims[1]);
  dnnl_primitive_desc_t description = cl_choose_gradient(cl_to_weights, &l, window);
  if (!description) return cl_fail(program, "gradient of a convolution's weights: no implementation");
  dnnl_memory_desc_t from = queried(description, dnnl_query_src_md);
  dnnl_memory_desc_t back = queried(description, dnnl_query_diff_dst_md);
  dnnl_memory_desc_t packed = queried(description, dnnl_query_diff_weights_md);
  int source = cl_adapted(program, src, &from), gradient = cl_adapted(program, dst, &back);
  int target = dnnl_memory_desc_equal(&l.weights, &packed) ? gradients.weights
                                                           : cl_value_with_layout(program, &packed);
  int sources[] = {source, gradient, gradients.bias};
  if (source < 0 || gradient < 0 || target < 0) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  cl_step *step = cl_append(program, sources, l.has_bias ? 3 : 2, target);
  if (!step) {
    dnnl_primitive_desc_destroy(description);
    return -1;
  }
  if (cl_finish(program, step, description, "gradient of a convolution's weights") ||
      cl_argument(program, step, DNNL_ARG_SRC, source, NULL) ||
      cl_argument(program, step, DNNL_ARG_DIFF_DST, gradient, NULL) ||
      (l.has_bias && cl_argument(program, step, DNNL_ARG_DIFF_BIAS, gradients.bias, NULL)) ||
      cl_argument(program, step, DNNL_ARG_DIFF_WEIGHTS, target, NULL))
    return -1;
  return target == gradients.weights ? 0 : cl_step_reorder(program, target, gradients.weights);
}

int cl_train_filters(cl_program *program, int64_t groups, int64_t first, int64_t second,
                     cl_pair kernel) {
  dnnl_dims_t grouped = {groups, first / groups, second / groups, kernel.height, kernel.width};
  dnnl_dims_t dense = {first, second, kernel.height, kernel.width};
  dnnl_memory_desc_t layout;
  if (cl_check(program,
               dnnl_memory_desc_init_by_tag(&layout, groups > 1 ? 5 : 4,
                                            groups > 1 ? grouped : dense, dnnl_f32,
                                            groups > 1 ? dnnl_abcde : dnnl_abcd),
               "layout of weights"))
    return -1;
  return cl_value_with_layout(program, &layout);
}
