/* Convolutions for training: forward, and the two gradients. */
#include "training.h"

#include <string.h>

typedef struct geometry {
  dnnl_dims_t strides, dilates, before, after;
} geometry;

static geometry geometry_of(const cl_window *w) {
  return (geometry){{w->stride.height, w->stride.width},
                    {w->dilation.height - 1, w->dilation.width - 1},
                    {w->padding.top, w->padding.left},
                    {w->padding.bottom, w->padding.right}};
}

/* The layouts of an operation; what a primitive does not have is NULL. */
typedef struct layouts {
  dnnl_memory_desc_t src, weights, dst, bias;
  int has_bias;
  dnnl_alg_kind_t algorithm;
} layouts;

static dnnl_memory_desc_t vector_layout(int64_t count) {
  dnnl_dims_t flat = {count};
  dnnl_memory_desc_t layout;
  dnnl_memory_desc_init_by_tag(&layout, 1, flat, dnnl_f32, dnnl_a);
  return layout;
}

static dnnl_primitive_desc_t describe(const void *operation, dnnl_primitive_attr_t attr,
                                      const_dnnl_primitive_desc_t hint) {
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_desc_create(&description, operation, attr, cl_engine(), hint);
  return description;
}

static dnnl_primitive_desc_t describe_forward(const layouts *l, const cl_window *window,
                                              dnnl_primitive_attr_t attr) {
  dnnl_convolution_desc_t operation;
  geometry g = geometry_of(window);
  if (dnnl_dilated_convolution_forward_desc_init(
          &operation, dnnl_forward_training, l->algorithm, &l->src, &l->weights,
          l->has_bias ? &l->bias : NULL, &l->dst, g.strides, g.dilates, g.before, g.after))
    return NULL;
  return describe(&operation, attr, NULL);
}

static dnnl_primitive_desc_t describe_source(const layouts *l, const cl_window *window,
                                             dnnl_primitive_attr_t attr,
                                             const_dnnl_primitive_desc_t hint) {
  dnnl_convolution_desc_t operation;
  geometry g = geometry_of(window);
  if (dnnl_dilated_convolution_backward_data_desc_init(&operation, l->algorithm, &l->src,
                                                       &l->weights, &l->dst, g.strides, g.dilates,
                                                       g.before, g.after))
    return NULL;
  return describe(&operation, attr, hint);
}

static dnnl_primitive_desc_t describe_weights(const layouts *l, const cl_window *window,
                                              dnnl_primitive_attr_t attr,
                                              const_dnnl_primitive_desc_t hint) {
  dnnl_convolution_desc_t operation;
  geometry g = geometry_of(window);
  if (dnnl_dilated_convolution_backward_weights_desc_init(
          &operation, l->algorithm, &l->src, &l->weights, l->has_bias ? &l->bias : NULL,
          &l->dst, g.strides, g.dilates, g.before, g.after))
    return NULL;
  return describe(&operation, attr, hint);
}

typedef enum direction { forward, to_source, to_weights } direction;

static dnnl_primitive_desc_t describe_any(direction which, const layouts *l,
                                          const cl_window *window, dnnl_primitive_attr_t attr,
                                          const_dnnl_primitive_desc_t hint) {
  switch (which) {
    case forward: return describe_forward(l, window, attr);
    case to_source: return describe_source(l, window, attr, hint);
    case to_weights: return describe_weights(l, window, attr, hint);
  }
  return NULL;
}

/* Winograd's minimal filtering where it pays, from 64 channels on each side, and where its weights keep
 * a layout of rows and columns, so that they can be read. On a ResNet of 64 to 512 channels at 32x32 to
 * 4x4 it takes about half the time in all three directions; with fewer channels it loses. */
static dnnl_primitive_desc_t choose_winograd(direction which, const layouts *given,
                                             const cl_window *w, dnnl_primitive_attr_t attr,
                                             const_dnnl_primitive_desc_t hint) {
  const int64_t least = 64;
  layouts l = *given;
  if (l.weights.ndims != 4 || w->kernel.height != 3 || w->kernel.width != 3 ||
      w->stride.height != 1 || w->stride.width != 1 || w->dilation.height != 1 ||
      w->dilation.width != 1 || l.src.dims[1] < least || l.dst.dims[1] < least)
    return NULL;
  l.algorithm = dnnl_convolution_winograd;
  dnnl_primitive_desc_t choice = describe_any(which, &l, w, attr, hint);
  if (!choice) return NULL;
  dnnl_query_t query = which == to_weights ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
  if (cl_is_reference(choice) ||
      dnnl_primitive_desc_query_md(choice, query, 0)->format_kind != dnnl_blocked) {
    dnnl_primitive_desc_destroy(choice);
    return NULL;
  }
  return choice;
}

/* In the layouts of the maps if there is a fast way, else in those that oneDNN picks; the weights'
 * layout is always its own. */
static dnnl_primitive_desc_t choose(direction which, const layouts *given, const cl_window *window,
                                    dnnl_primitive_attr_t attr, const_dnnl_primitive_desc_t hint) {
  layouts l = *given;
  l.weights = cl_any_layout(&given->weights);
  dnnl_primitive_desc_t fast = choose_winograd(which, &l, window, attr, hint);
  if (fast) return fast;
  l.algorithm = dnnl_convolution_direct;
  dnnl_primitive_desc_t choice = describe_any(which, &l, window, attr, hint);
  if (choice && !cl_is_reference(choice)) return choice;
  l.src = cl_any_layout(&given->src);
  l.dst = cl_any_layout(&given->dst);
  dnnl_primitive_desc_t other = describe_any(which, &l, window, attr, hint);
  if (!other) return choice;
  if (choice) dnnl_primitive_desc_destroy(choice);
  return other;
}

static dnnl_memory_desc_t queried(dnnl_primitive_desc_t description, dnnl_query_t what) {
  return *dnnl_primitive_desc_query_md(description, what, 0);
}

int cl_train_convolution(cl_program *program, int src, int dst, int64_t groups,
                         const cl_window *window, int has_bias, cl_activation activation,
                         cl_weights *parameters) {
  layouts l = {.src = program->values[src].layout, .dst = program->values[dst].layout};
  int64_t out = l.dst.dims[1], in = l.src.dims[1];
  int64_t kh = window->kernel.height, kw = window->kernel.width;
  dnnl_dims_t grouped = {groups, out / groups, in / groups, kh, kw}, dense = {out, in, kh, kw};
  dnnl_memory_desc_init_by_tag(&l.weights, groups > 1 ? 5 : 4, groups > 1 ? grouped : dense,
                               dnnl_f32, groups > 1 ? dnnl_abcde : dnnl_abcd);
  l.bias = vector_layout(out);
  l.has_bias = has_bias;
  dnnl_primitive_attr_t attr = cl_attributes(0, activation);
  dnnl_primitive_desc_t description = choose(forward, &l, window, attr, NULL);
  dnnl_primitive_attr_destroy(attr);
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

/* A forward description for the gradients to refer to. */
static dnnl_primitive_desc_t hint_for(const layouts *l, const cl_window *window,
                                      dnnl_primitive_attr_t attr) {
  layouts any = *l;
  any.algorithm = dnnl_convolution_direct;
  any.src = cl_any_layout(&l->src);
  any.dst = cl_any_layout(&l->dst);
  any.weights = cl_any_layout(&l->weights);
  return describe_forward(&any, window, attr);
}

static dnnl_primitive_desc_t describe_gradient(direction which, const layouts *l,
                                               const cl_window *window) {
  dnnl_primitive_attr_t attr = cl_attributes(0, (cl_activation){0});
  dnnl_primitive_desc_t hint = hint_for(l, window, attr), description = NULL;
  if (hint) {
    description = choose(which, l, window, attr, hint);
    dnnl_primitive_desc_destroy(hint);
  }
  dnnl_primitive_attr_destroy(attr);
  return description;
}

int cl_train_convolution_source(cl_program *program, int dst, int src, const cl_window *window,
                                int weights) {
  layouts l = {.src = program->values[src].layout,
               .weights = program->values[weights].layout,
               .dst = program->values[dst].layout};
  dnnl_primitive_desc_t description = describe_gradient(to_source, &l, window);
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
  layouts l = {.src = program->values[src].layout,
               .weights = program->values[gradients.weights].layout,
               .dst = program->values[dst].layout,
               .has_bias = gradients.bias >= 0};
  l.bias = vector_layout(l.dst.dims[1]);
  dnnl_primitive_desc_t description = describe_gradient(to_weights, &l, window);
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
