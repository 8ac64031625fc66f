/* Steps for training: the same programs, with values for parameters and steps that go back.
 *
 * A parameter is a value in the layout that its primitive wants; its gradient is a value like it. The
 * caller binds both, so that all parameters can stand in one block of memory. A gradient of a map has
 * the layout of the map. What a step needs besides its sources it declares as values of its own. */
#ifndef CLAYERS_TRAINING_H
#define CLAYERS_TRAINING_H

#include "clayers.h"

#ifdef __clang__
#pragma clang assume_nonnull begin
#endif

/* The size of the calling thread's team. oneDNN divides work when a primitive is made: the same bits
 * need the same number here, before a program is made, and in its runs. */
void cl_team_size(int threads);
/* Another value of the same layout. */
int cl_value_like(cl_program *program, int value);
/* The values of a bound value in row-major order, and back. */
int cl_value_read(cl_program *program, int value, float *result);
int cl_value_write(cl_program *program, int value, const float *data);

/* A layer with weights; weights [groups, out/groups, in/groups, kh, kw] or [out, in/groups, kh, kw], or
 * [out, in] for a linear one. bias is -1 where there is none. */
typedef struct cl_weights { int weights, bias; } cl_weights;

/* Declares the parameters and appends the forward step, the activation after it. parameters->weights is
 * -1 before, or filters that are there already. */
int cl_train_convolution(cl_program *program, int src, int dst, int64_t groups,
                         const cl_window *window, int has_bias, cl_activation activation,
                         cl_weights *parameters);
/* gradients are values like the parameters'; dst is the gradient of the result. */
int cl_train_convolution_weights(cl_program *program, int src, int dst, const cl_window *window,
                                 cl_weights gradients);
/* src: the gradient of the source. */
int cl_train_convolution_source(cl_program *program, int dst, int src, const cl_window *window,
                                int weights);
/* Filters by themselves, row-major: what a transposed convolution has, whose way forth is
 * cl_train_convolution_source and whose way back is cl_train_convolution. */
int cl_train_filters(cl_program *program, int64_t groups, int64_t first, int64_t second,
                     cl_pair kernel);
/* Adds a number of each channel to a value; and the sums over all images and positions. bias and
 * bias_gradient are values [1, C]. */
int cl_train_bias(cl_program *program, int value, int bias);
int cl_train_bias_back(cl_program *program, int gradient, int bias_gradient);
int cl_train_linear(cl_program *program, int src, int dst, int has_bias, cl_activation activation,
                    cl_weights *parameters);
int cl_train_linear_weights(cl_program *program, int src, int dst, cl_weights gradients);
int cl_train_linear_source(cl_program *program, int dst, int src, int weights);

/* From here on 3x3 convolutions that train, and their gradients, multiply as they are defined. */
void cl_train_avoid_winograd(cl_program *program);

/* Batch normalisation, and where relu is set max(., 0) of it. scale, shift, mean and variance are
 * values [1, C]; saved and partial those of cl_train_normalization_saved and _partial. mode is a value
 * [1, 1]: 1 takes the statistics of the batch and moves mean and variance towards them, 0 takes mean
 * and variance as they are. residual, -1 for none, is added before the relu. Without one the result may
 * have a border, of any mode but the constant one, that its values are padded by. */
typedef struct cl_batch_normalization {
  int scale, shift, mean, variance, saved, partial, mode, residual;
  float epsilon, momentum;
  int relu;
  cl_sides border;
  cl_padding_mode border_mode;
} cl_batch_normalization;
int cl_train_normalization_saved(cl_program *program, int src);
int cl_train_normalization_partial(cl_program *program, int src);
int cl_train_batch_normalization(cl_program *program, int src, int dst,
                                 const cl_batch_normalization *layer);
/* result is the layer's; gradient that of the result, which is written over where it has a border.
 * residual_gradient, -1 for none, becomes the gradient behind the relu; it may be gradient itself. */
int cl_train_batch_normalization_back(cl_program *program, int src, int result, int gradient,
                                      int src_gradient, int residual_gradient, int scale_gradient,
                                      int shift_gradient, const cl_batch_normalization *layer);

/* Normalisation by statistics of an image's own values: kind 0 over the channels of a position, 1 over
 * all positions of each of so many equal groups of channels. scale and shift are values [1, C]. */
typedef struct cl_own_normalization {
  int scale, shift, kind;
  int64_t groups;
  float epsilon;
} cl_own_normalization;
int cl_train_own_normalization(cl_program *program, int src, int dst,
                               const cl_own_normalization *layer);
int cl_train_own_normalization_back(cl_program *program, int src, int gradient, int src_gradient,
                                    int scale_gradient, int shift_gradient,
                                    const cl_own_normalization *layer);

/* dst = gradient times the derivative of the activation; saved holds what the activation was applied
 * to; for relu of a slope of 0 or more and for clip its result does as well. dst may be gradient. */
int cl_train_activation_back(cl_program *program, int saved, int gradient, int dst,
                             cl_activation activation);
/* sum_j coefficients[j] x^j, and gradient times its derivative. */
int cl_train_polynomial(cl_program *program, int src, int dst, const double *coefficients,
                        int64_t count);
int cl_train_polynomial_back(cl_program *program, int src, int gradient, int dst,
                             const double *coefficients, int64_t count);
/* y = x for x > 0, else slope x; slope is a value [1, C], or [1, 1] for all channels. */
int cl_train_prelu(cl_program *program, int src, int dst, int slope);
int cl_train_prelu_back(cl_program *program, int src, int gradient, int src_gradient, int slope,
                        int slope_gradient);
int cl_train_softmax_back(cl_program *program, int result, int gradient, int dst);

/* A sparse matrix by rows: row i has the entries starts[i] ..< starts[i + 1]. */
typedef struct cl_sparse {
  int64_t rows;
  const int32_t *starts, *indices;
  const float *weights;
} cl_sparse;
/* dst = R src C^T for every map, R with a row for every row of dst, C one for every column. */
int cl_train_separable(cl_program *program, int src, int dst, const cl_sparse *rows,
                       const cl_sparse *columns);

/* dst = down p(up src) for a polynomial p of at least one coefficient on a grid of `fine`, maps in blocks of
 * 16 channels. The tables are the matrices of up (rows, columns) and of down, then the coefficients. Back:
 * up, down transposed, up transposed, then the coefficients of the derivative. */
int cl_train_filtered(cl_program *program, int src, int dst, cl_pair fine, const float *tables,
                      int64_t coefficients);
int cl_train_filtered_back(cl_program *program, int src, int gradient, int src_gradient,
                           cl_pair fine, const float *tables, int64_t coefficients);

/* The largest value of each window; output row i covers the rows from rows[row_starts[i]] to before
 * rows[row_starts[i + 1]], in any order, and columns likewise. Back: to the first of the largest. */
typedef struct cl_bins {
  const int32_t *row_starts, *rows, *column_starts, *columns;
} cl_bins;
int cl_train_max_pooling(cl_program *program, int src, int dst, const cl_bins *bins);
int cl_train_max_pooling_back(cl_program *program, int src, int gradient, int src_gradient,
                              const cl_bins *bins);

/* dst += src; both of one layout. */
int cl_train_accumulate(cl_program *program, int src, int dst);
/* The sum over the dimensions in which dst has extent 1 and src more. */
int cl_train_reduce(cl_program *program, int src, int dst);
/* dst's channels from first on are those of src, the others 0. */
int cl_train_embed(cl_program *program, int src, int dst, int64_t first);
/* The phase of each image that decision [N, s_h s_w] is largest at: dst at that phase is src, 0
 * elsewhere; positions beyond the end come back circularly and add up. */
int cl_train_polyphase_back(cl_program *program, int src, int decision, int dst, cl_pair stride);
/* With weights [N, s_h s_w] of the phases instead of a decision: dst is the sum of src's phases, each times
 * its weight; its adjoint, src at every phase of dst times the weight; and the gradient of the weights,
 * dst [N, s_h s_w], the products of fine's phases with coarse. */
int cl_train_phase_mix(cl_program *program, int src, int weights, int dst, cl_pair stride);
int cl_train_phase_spread(cl_program *program, int src, int weights, int dst, cl_pair stride);
int cl_train_phase_products(cl_program *program, int fine, int coarse, int dst, cl_pair stride);

/* Arithmetic on whole blocks of parameters, on so many threads; the bits do not depend on them. */
typedef struct cl_sgd { float rate, momentum, decay; int nesterov; } cl_sgd;
void cl_optimize_sgd(float *parameters, const float *gradients, float *velocity, int64_t count,
                     cl_sgd options, int threads);
/* correction1 = 1 - beta1^t, correction2 = 1 - beta2^t for step t from 1 on. */
typedef struct cl_adamw {
  float rate, beta1, beta2, epsilon, decay;
  double correction1, correction2;
} cl_adamw;
void cl_optimize_adamw(float *parameters, const float *gradients, float *first, float *second,
                       int64_t count, cl_adamw options, int threads);
/* average += (1 - decay)(parameters - average). */
void cl_optimize_average(float *average, const float *parameters, int64_t count, float decay,
                         int threads);
/* Softmax cross entropy with label smoothing, the mean over n images: its value, its gradient
 * [n, classes], and how many largest logits are the label's. */
double cl_cross_entropy(const float *logits, const int32_t *labels, int64_t n, int64_t classes,
                        float smoothing, float *CL_NULLABLE gradient, int64_t *correct);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#endif
