/* Which of oneDNN's convolutions trains, forth and back. */
#ifndef CL_TRAINING_CONVOLUTION_H
#define CL_TRAINING_CONVOLUTION_H

#include "training.h"

/* The layouts of an operation; what a primitive does not have is NULL. */
typedef struct cl_filter_layouts {
  dnnl_memory_desc_t src, weights, dst, bias;
  int has_bias, avoids_winograd;
  dnnl_alg_kind_t algorithm;
} cl_filter_layouts;

typedef enum cl_direction { cl_forward, cl_to_source, cl_to_weights } cl_direction;

/* The fastest forward convolution; NULL where there is none. */
dnnl_primitive_desc_t cl_choose_convolution(const cl_filter_layouts *given, const cl_window *window,
                                            cl_activation activation);
/* The fastest gradient of the input or the weights. */
dnnl_primitive_desc_t cl_choose_gradient(cl_direction which, const cl_filter_layouts *given,
                                         const cl_window *window);

#endif
