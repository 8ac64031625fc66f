/* The implementation of a convolution for inference: the fastest as measured, by its shape. */
#include <string.h>

#include "program.h"

static dnnl_primitive_desc_t describe(const cl_convolution *c, dnnl_alg_kind_t algorithm,
                                      const dnnl_memory_desc_t *src,
                                      const dnnl_memory_desc_t *dst) {
  const cl_window *w = c->window;
  dnnl_convolution_desc_t operation;
  dnnl_dims_t strides = {w->stride.height, w->stride.width};
  dnnl_dims_t dilates = {w->dilation.height - 1, w->dilation.width - 1};
  dnnl_dims_t before = {w->padding.top, w->padding.left};
  dnnl_dims_t after = {w->padding.bottom, w->padding.right};
  if (dnnl_dilated_convolution_forward_desc_init(&operation, dnnl_forward_inference, algorithm, src,
                                                 c->weights, c->bias, dst, strides, dilates, before,
                                                 after))
    return NULL;
  return cl_describe(&operation, c->attr);
}

static int is_winograd_possible(const cl_convolution *c) {
  const cl_window *w = c->window;
  return c->groups == 1 && w->kernel.height == 3 && w->kernel.width == 3 &&
         w->stride.height == 1 && w->stride.width == 1 && w->dilation.height == 1 &&
         w->dilation.width == 1;
}

/* Winograd's minimal filtering of 2x2 results takes 2.25 times fewer multiplications for a 3x3 window
 * and 1.8 times the memory for its weights, that of 4x4 results 4 times fewer and 4 times the memory,
 * which small maps cannot make up for. Where each pays was measured with weights that are not in the
 * cache, on 1 to 8 maps of 4 to 112 a side and 16 to 1024 channels: the smaller took 0.53 to 0.94 of the
 * time of direct products from 14 x 14 positions on and 0.57 to 0.88 on one smaller map of many channels,
 * the larger 0.35 to 0.95 from 28 x 28 positions in all. Its transforms cost a few units in the last
 * place more than direct sums: 2e-6 of the largest value. */
static int suits_winograd(const cl_convolution *c, const char *implementation) {
  const int64_t least_area = 14 * 14, enough_area = 28 * 28;
  const int64_t *in = c->src->dims, *out = c->dst->dims;
  int64_t area = out[2] * out[3], channels = in[1] < out[1] ? in[1] : out[1];
  if (strstr(implementation, "2x3"))
    return area >= least_area ? channels >= 32
                              : out[0] == 1 && ((area >= 8 * 8 && channels >= 256) ||
                                                (area >= 6 * 6 && channels >= 512));
  if (area < least_area || area * out[0] < enough_area) return 0;
  return channels >= (area < enough_area ? 64 : 32);
}

static const char *name_of(dnnl_primitive_desc_t description) {
  const char *name = "";
  dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &name);
  return name;
}

/* By Winograd's filtering, NULL where there is none and where it does not pay. */
static dnnl_primitive_desc_t choose_winograd(const cl_convolution *c) {
  if (!is_winograd_possible(c)) return NULL;
  dnnl_primitive_desc_t choice = describe(c, dnnl_convolution_winograd, c->src, c->dst);
  if (!choice || (!cl_is_reference(choice) && suits_winograd(c, name_of(choice)))) return choice;
  dnnl_primitive_desc_destroy(choice);
  return NULL;
}

/* With the channels innermost oneDNN has its matrix kernels for windows: 5 to 25 % faster than those on
 * blocks. It pays for the changes of layout around them where there is enough to compute for each value
 * that changes its place, as measured on maps of 7 to 56 a side. */
static int suits_innermost(const cl_convolution *c) {
  const double least_products = 220;
  const int64_t least_channels = 64;
  const int64_t *src = c->src->dims, *dst = c->dst->dims;
  double taps = (double)(c->window->kernel.height * c->window->kernel.width);
  double in_area = (double)(src[2] * src[3]), out_area = (double)(dst[2] * dst[3]);
  double in = (double)src[1], out = (double)dst[1];
  return c->groups == 1 && taps > 1 && src[1] >= least_channels && dst[1] >= least_channels &&
         out_area * in * out * taps >= least_products * (in_area * in + out_area * out);
}

/* Direct by a matrix kernel, NULL where there is none and where it does not pay. */
static dnnl_primitive_desc_t choose_innermost(const cl_convolution *c) {
  dnnl_memory_desc_t src, dst;
  if (!suits_innermost(c) ||
      dnnl_memory_desc_init_by_tag(&src, 4, c->src->dims, dnnl_f32, dnnl_acdb) ||
      dnnl_memory_desc_init_by_tag(&dst, 4, c->dst->dims, dnnl_f32, dnnl_acdb))
    return NULL;
  dnnl_primitive_desc_t choice = describe(c, dnnl_convolution_direct, &src, &dst);
  if (!choice || strncmp(name_of(choice), "brgconv", 7) == 0) return choice;
  dnnl_primitive_desc_destroy(choice);
  return NULL;
}

dnnl_primitive_desc_t cl_choose_inference(const cl_convolution *c) {
  dnnl_primitive_desc_t choice = choose_winograd(c);
  if (!choice) choice = choose_innermost(c);
  if (choice) return choice;
  choice = describe(c, dnnl_convolution_direct, c->src, c->dst);
  if (choice && !cl_is_reference(choice)) return choice;
  dnnl_memory_desc_t src = cl_any_layout(c->src), dst = cl_any_layout(c->dst);
  dnnl_primitive_desc_t other = describe(c, dnnl_convolution_direct, &src, &dst);
  if (!other) return choice;
  if (choice) dnnl_primitive_desc_destroy(choice);
  return other;
}
