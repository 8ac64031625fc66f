/* Which of oneDNN's convolutions trains, forth and back. */
#include "training_convolution.h"

typedef struct geometry {
  dnnl_dims_t strides, dilates, before, after;
} geometry;

static geometry geometry_of(const cl_window *w) {
  return (geometry){{w->stride.height, w->stride.width},
                    {w->dilation.height - 1, w->dilation.width - 1},
                    {w->padding.top, w->padding.left},
                    {w->padding.bottom, w->padding.right}};
}

static dnnl_primitive_desc_t describe(const void *operation, dnnl_primitive_attr_t attr,
                                      const_dnnl_primitive_desc_t hint) {
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_desc_create(&description, operation, attr, cl_engine(), hint);
  return description;
}

static dnnl_primitive_desc_t describe_forward(const cl_filter_layouts *l, const cl_window *window,
                                              dnnl_primitive_attr_t attr) {
  dnnl_convolution_desc_t operation;
  geometry g = geometry_of(window);
  if (dnnl_dilated_convolution_forward_desc_init(
          &operation, dnnl_forward_training, l->algorithm, &l->src, &l->weights,
          l->has_bias ? &l->bias : NULL, &l->dst, g.strides, g.dilates, g.before, g.after))
    return NULL;
  return describe(&operation, attr, NULL);
}

static dnnl_primitive_desc_t describe_source(const cl_filter_layouts *l, const cl_window *window,
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

static dnnl_primitive_desc_t describe_weights(const cl_filter_layouts *l, const cl_window *window,
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

static dnnl_primitive_desc_t describe_any(cl_direction which, const cl_filter_layouts *l,
                                          const cl_window *window, dnnl_primitive_attr_t attr,
                                          const_dnnl_primitive_desc_t hint) {
  switch (which) {
    case cl_forward: return describe_forward(l, window, attr);
    case cl_to_source: return describe_source(l, window, attr, hint);
    case cl_to_weights: return describe_weights(l, window, attr, hint);
  }
  return NULL;
}

/* Winograd's minimal filtering where it pays, from 64 channels on each side, and where its weights keep
 * a layout of rows and columns, so that they can be read. On a ResNet of 64 to 512 channels at 32x32 to
 * 4x4 it takes about half the time in all three directions; with fewer channels it loses. */
static dnnl_primitive_desc_t choose_winograd(cl_direction which, const cl_filter_layouts *given,
                                             const cl_window *w, dnnl_primitive_attr_t attr,
                                             const_dnnl_primitive_desc_t hint) {
  const int64_t least = 64;
  cl_filter_layouts l = *given;
  if (l.avoids_winograd || l.weights.ndims != 4 || w->kernel.height != 3 || w->kernel.width != 3 ||
      w->stride.height != 1 || w->stride.width != 1 || w->dilation.height != 1 ||
      w->dilation.width != 1 || l.src.dims[1] < least || l.dst.dims[1] < least)
    return NULL;
  l.algorithm = dnnl_convolution_winograd;
  dnnl_primitive_desc_t choice = describe_any(which, &l, w, attr, hint);
  if (!choice) return NULL;
  dnnl_query_t query = which == cl_to_weights ? dnnl_query_diff_weights_md : dnnl_query_weights_md;
  if (cl_is_reference(choice) ||
      dnnl_primitive_desc_query_md(choice, query, 0)->format_kind != dnnl_blocked) {
    dnnl_primitive_desc_destroy(choice);
    return NULL;
  }
  return choice;
}

/* In the layouts of the maps if there is a fast way, else in those that oneDNN picks; the weights'
 * layout is always its own. */
static dnnl_primitive_desc_t choose(cl_direction which, const cl_filter_layouts *given,
                                    const cl_window *window,
                                    dnnl_primitive_attr_t attr, const_dnnl_primitive_desc_t hint) {
  cl_filter_layouts l = *given;
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

/* A forward description for the gradients to refer to. */
static dnnl_primitive_desc_t hint_for(const cl_filter_layouts *l, const cl_window *window,
                                      dnnl_primitive_attr_t attr) {
  cl_filter_layouts any = *l;
  any.algorithm = dnnl_convolution_direct;
  any.src = cl_any_layout(&l->src);
  any.dst = cl_any_layout(&l->dst);
  any.weights = cl_any_layout(&l->weights);
  return describe_forward(&any, window, attr);
}

dnnl_primitive_desc_t cl_choose_convolution(const cl_filter_layouts *given,
                                            const cl_window *window, cl_activation activation) {
  dnnl_primitive_attr_t attr = cl_attributes(0, activation);
  dnnl_primitive_desc_t description = choose(cl_forward, given, window, attr, NULL);
  dnnl_primitive_attr_destroy(attr);
  return description;
}

dnnl_primitive_desc_t cl_choose_gradient(cl_direction which, const cl_filter_layouts *given,
                                         const cl_window *window) {
  dnnl_primitive_attr_t attr = cl_attributes(0, (cl_activation){0});
  dnnl_primitive_desc_t hint = hint_for(given, window, attr), description = NULL;
  if (hint) {
    description = choose(which, given, window, attr, hint);
    dnnl_primitive_desc_destroy(hint);
  }
  dnnl_primitive_attr_destroy(attr);
  return description;
}
