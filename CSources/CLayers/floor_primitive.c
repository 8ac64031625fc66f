/* The primitives behind a program's steps, in other layouts than theirs. */
#include <string.h>

#include "floor.h"

/* A description of any of the three kinds, and where its two maps stand in it. */
typedef union operation {
  dnnl_primitive_kind_t kind;
  dnnl_convolution_desc_t convolution;
  dnnl_inner_product_desc_t product;
  dnnl_pooling_v2_desc_t pooling;
} operation;

static int read_operation(const_dnnl_primitive_desc_t from, operation *o) {
  const void *found = NULL;
  dnnl_primitive_kind_t kind = dnnl_undefined_primitive;
  dnnl_primitive_desc_query(from, dnnl_query_primitive_kind, 0, &kind);
  dnnl_query_t what = kind == dnnl_convolution     ? dnnl_query_convolution_d
                      : kind == dnnl_inner_product ? dnnl_query_inner_product_d
                                                   : dnnl_query_pooling_v2_d;
  if (kind != dnnl_convolution && kind != dnnl_inner_product && kind != dnnl_pooling_v2) return 0;
  /* oneDNN writes a pointer to the description it keeps. */
  if (dnnl_primitive_desc_query(from, what, 0, (void *)&found) || !found) return 0;
  size_t size = kind == dnnl_convolution     ? sizeof o->convolution
                : kind == dnnl_inner_product ? sizeof o->product
                                             : sizeof o->pooling;
  memcpy(o, found, size);
  return 1;
}

static dnnl_memory_desc_t *source_of(operation *o) {
  return o->kind == dnnl_convolution     ? &o->convolution.src_desc
         : o->kind == dnnl_inner_product ? &o->product.src_desc
                                         : &o->pooling.src_desc;
}

static dnnl_memory_desc_t *result_of(operation *o) {
  return o->kind == dnnl_convolution     ? &o->convolution.dst_desc
         : o->kind == dnnl_inner_product ? &o->product.dst_desc
                                         : &o->pooling.dst_desc;
}

static void set_layout(dnnl_memory_desc_t *map, dnnl_format_tag_t tag) {
  dnnl_memory_desc_t other;
  if (!dnnl_memory_desc_init_by_tag(&other, map->ndims, map->dims, dnnl_f32, tag)) *map = other;
}

/* The operation as one of the choices; direct where it is a convolution, but for the last. NULL when
 * there is none. */
static dnnl_primitive_t make(operation o, const_dnnl_primitive_attr_t attr, cl_floor_choice which) {
  dnnl_format_tag_t blocks = cl_block_size() == 16 ? dnnl_aBcd16b : dnnl_aBcd8b;
  int in_blocks = which == cl_floor_blocks || which == cl_floor_winograd;
  dnnl_format_tag_t tag = which == cl_floor_any ? dnnl_format_tag_any : in_blocks ? blocks : dnnl_acdb;
  if (o.kind == dnnl_pooling_v2 ? which == cl_floor_any || which == cl_floor_winograd
                                : o.kind == dnnl_inner_product && which != cl_floor_any)
    return NULL;
  int few = in_blocks && source_of(&o)->dims[1] < 16;
  set_layout(source_of(&o), few ? dnnl_format_tag_any : tag);
  set_layout(result_of(&o), tag);
  if (o.kind == dnnl_convolution)
    o.convolution.alg_kind =
        which == cl_floor_winograd ? dnnl_convolution_winograd : dnnl_convolution_direct;
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t primitive = NULL;
  if (dnnl_primitive_desc_create(&description, &o, attr, cl_engine(), NULL)) return NULL;
  if (!cl_is_reference(description)) dnnl_primitive_create(&primitive, description);
  dnnl_primitive_desc_destroy(description);
  return primitive;
}

/* A linear layer of ours as oneDNN would have it. */
static dnnl_primitive_t make_product(const cl_program *program, const cl_step *step) {
  const cl_value *src = &program->values[step->sources[0]];
  const cl_value *dst = &program->values[step->destination];
  dnnl_dims_t dims = {dst->dims[1], src->dims[1]};
  dnnl_memory_desc_t any[3];
  operation o;
  if (src->rank != 2 || dst->rank != 2) return NULL;
  dnnl_memory_desc_init_by_tag(&any[0], 2, src->dims, dnnl_f32, dnnl_format_tag_any);
  dnnl_memory_desc_init_by_tag(&any[1], 2, dims, dnnl_f32, dnnl_format_tag_any);
  dnnl_memory_desc_init_by_tag(&any[2], 2, dst->dims, dnnl_f32, dnnl_format_tag_any);
  if (dnnl_inner_product_forward_desc_init(&o.product, dnnl_forward_inference, &any[0], &any[1],
                                           NULL, &any[2]))
    return NULL;
  dnnl_primitive_attr_t attr = cl_attributes(0, (cl_activation){0});
  dnnl_primitive_t primitive = make(o, attr, cl_floor_any);
  dnnl_primitive_attr_destroy(attr);
  return primitive;
}

dnnl_primitive_t cl_floor_primitive(const cl_program *program, const cl_step *step,
                                    cl_floor_choice which) {
  const_dnnl_primitive_desc_t description;
  const_dnnl_primitive_attr_t attr;
  dnnl_primitive_t primitive = NULL;
  operation o;
  if (!step->primitive)
    return strcmp(step->implementation, "kernel:rows") == 0 ? make_product(program, step) : NULL;
  if (dnnl_primitive_get_primitive_desc(step->primitive, &description) ||
      !read_operation(description, &o) || dnnl_primitive_desc_get_attr(description, &attr))
    return NULL;
  if (which != cl_floor_own) primitive = make(o, attr, which);
  if (!primitive && dnnl_primitive_create(&primitive, description)) return NULL;
  return primitive;
}
