/* A thin face over oneDNN: a program is a list of primitives and small kernels over values.
 *
 * Life of a program: create; declare values; append steps in order of execution; ask for the sizes
 * and operands, lay the values out in memory, bind each to its address; run. Appending may declare
 * further values (a reorder's target, for instance): plan memory after the last step.
 *
 * Every function that can fail returns a negative number and leaves a sentence in the program, read
 * by cl_program_message. A program is used by one thread at a time; different programs may run at
 * the same time. */
#ifndef CLAYERS_H
#define CLAYERS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __clang__
#pragma clang assume_nonnull begin
#define CL_NULLABLE _Nullable
#else
#define CL_NULLABLE
#endif

typedef struct cl_program cl_program;

/* Two numbers for the two axes of a map, four for its four sides. */
typedef struct cl_pair { int64_t height, width; } cl_pair;
typedef struct cl_sides { int64_t top, left, bottom, right; } cl_sides;

/* What follows a convolution or stands alone: a function of each value. */
typedef enum cl_function {
  cl_function_none = 0,
  cl_function_relu,      /* alpha: slope below 0 */
  cl_function_clip,      /* alpha: low, beta: high */
  cl_function_elu,       /* alpha */
  cl_function_logistic,
  cl_function_tanh,
  cl_function_swish,     /* alpha: factor inside the sigmoid */
  cl_function_hardswish,
  cl_function_hardsigmoid, /* alpha x + beta, clipped to 0..1 */
  cl_function_gelu_erf,
  cl_function_gelu_tanh,
  cl_function_soft_relu,
  cl_function_mish,
  cl_function_selu,
  cl_function_celu,      /* alpha */
  cl_function_softsign,  /* stands alone: no step applies it to its result */
  cl_function_threshold, /* alpha: x for x > alpha, else 0; stands alone */
  cl_function_abs,
  cl_function_exp,
  cl_function_log,
  cl_function_sqrt,
  cl_function_power,     /* alpha: the exponent */
} cl_function;

typedef struct cl_activation {
  cl_function function;
  float alpha, beta;
} cl_activation;

typedef enum cl_pooling {
  cl_pooling_max = 0,
  cl_pooling_average_include_padding,
  cl_pooling_average_exclude_padding,
} cl_pooling;

typedef enum cl_padding_mode {
  cl_padding_constant = 0,
  cl_padding_reflect,
  cl_padding_replicate,
  cl_padding_circular,
} cl_padding_mode;

typedef struct cl_window {
  cl_pair kernel, stride, dilation; /* dilation 1 is dense */
  cl_sides padding;
} cl_window;

/* The version of oneDNN, as "2.6.3". */
const char *cl_engine_version(void);
/* Channels to a block in this processor's preferred layout: 16 or 8. */
int cl_block_size(void);

/* NULL when the engine cannot be made. */
cl_program *CL_NULLABLE cl_program_create(void);
void cl_program_destroy(cl_program *CL_NULLABLE program);
const char *cl_program_message(const cl_program *program);

/* Declare a value; the answer is its number. Plain values are row-major of rank 2 or 4; blocked ones
 * are [N, C, H, W] with the channels in blocks that stand innermost, the last one padded by zeros. */
int cl_value_plain(cl_program *program, int rank, const int64_t *dims);
int cl_value_blocked(cl_program *program, const int64_t *dims);
/* A plain value that shares the memory of another plain one under other dimensions. */
int cl_value_view(cl_program *program, int base, int rank, const int64_t *dims);
/* Channels first ..< first + channels of a value in blocks, in its memory: whole blocks, but for the
 * last ones. With several images its images do not follow each other: then it is strided, and only
 * cl_step_copy and cl_step_affine take it. */
int cl_value_slice(cl_program *program, int base, int64_t first, int64_t channels);
int cl_value_is_strided(const cl_program *program, int value);
/* Bytes from the memory's beginning to a value's. */
size_t cl_value_offset(const cl_program *program, int value);
int cl_value_count(const cl_program *program);
size_t cl_value_bytes(const cl_program *program, int value);
/* The extent of dimension 1. */
int64_t cl_value_channels(const cl_program *program, int value);
/* The planes of a value: as many as its images have blocks of channels. */
int64_t cl_value_planes(const cl_program *program, int value);
/* The value whose memory this one shares; itself for most. */
int cl_value_base(const cl_program *program, int value);

/* Steps: dst = f(src). The dims of dst must be right for the operation. */
/* weights [out, in/groups, kh, kw] row-major, bias [out] or NULL; adds to what dst holds when
 * accumulate is set, then the activation. */
int cl_step_convolution(cl_program *program, int src, int dst, int64_t out_channels, int64_t groups,
                        const cl_window *window, const float *weights,
                        const float *CL_NULLABLE bias, int accumulate, cl_activation activation);
/* weights [in, out/groups, kh, kw] row-major; the padding is taken away from the result, and what dst
 * has more at the bottom and the right is the output padding. Both values in blocks. */
int cl_step_transposed_convolution(cl_program *program, int src, int dst, int64_t groups,
                                   const cl_window *window, const float *weights,
                                   const float *CL_NULLABLE bias, cl_activation activation);
/* src and dst of rank 2; weights [out, in] row-major. */
int cl_step_linear(cl_program *program, int src, int dst, const float *weights,
                   const float *CL_NULLABLE bias, cl_activation activation);
int cl_step_pooling(cl_program *program, int src, int dst, cl_pooling kind,
                    const cl_window *window);
/* src and dst may be the same value. */
int cl_step_activation(cl_program *program, int src, int dst, cl_activation activation);
/* y = x for x > 0, else slope[c] x; src and dst may be the same value, of rank 4 or 2. */
int cl_step_prelu(cl_program *program, int src, int dst, const float *slope);
/* y = (x - mean)/sqrt(variance + epsilon) * scale + shift; src and dst may be the same value. */
int cl_step_batch_normalization(cl_program *program, int src, int dst, const float *scale,
                                const float *shift, const float *mean, const float *variance,
                                float epsilon);
/* The same, then a rectifier, a clip or nothing, in one pass; src may be strided. */
int cl_step_affine(cl_program *program, int src, int dst, const float *scale, const float *shift,
                   const float *mean, const float *variance, float epsilon,
                   cl_activation activation);
/* The same values; each may be strided. */
int cl_step_copy(cl_program *program, int src, int dst);
/* b may have extent 1 where a has more; dst may be a. */
int cl_step_add(cl_program *program, int a, int b, int dst, cl_activation activation);
int cl_step_multiply(cl_program *program, int a, int b, int dst);
/* y = (x - mean)/sqrt(variance + epsilon) * scale[c] + shift[c] with the mean and the variance over the
 * channels of each position; both values in blocks, src and dst may be the same. */
int cl_step_position_normalization(cl_program *program, int src, int dst, const float *scale,
                                   const float *shift, float epsilon);
/* The same over all positions of each of so many equal groups of channels; rank 4 or 2. */
int cl_step_group_normalization(cl_program *program, int src, int dst, int64_t groups,
                                const float *scale, const float *shift, float epsilon);
/* dst(i, j) = sum over u, v of rows' weight u of i times columns' weight v of j times src at those
 * indices; each table has taps (1, 2 or 4) entries for every output row or column. */
int cl_step_resample(cl_program *program, int src, int dst, int64_t taps, const int32_t *rows,
                     const float *row_weights, const int32_t *columns,
                     const float *column_weights);
/* Bin i of an axis of n positions that becomes m is floor(i n/m) ..< ceil((i + 1) n/m). */
int cl_step_adaptive_pooling(cl_program *program, int src, int dst, cl_pooling kind);
/* channels holds a source (its place in sources) and a channel of it for every channel of dst. */
int cl_step_channels(cl_program *program, const int *sources, int count, int dst,
                     const int32_t *channels);
int cl_step_concatenate(cl_program *program, const int *sources, int count, int dst);
int cl_step_softmax(cl_program *program, int src, int dst);
/* The same values in another layout. */
int cl_step_reorder(cl_program *program, int src, int dst);
/* Rows and columns around each map; fill is used by cl_padding_constant only. */
int cl_step_pad(cl_program *program, int src, int dst, cl_sides padding, cl_padding_mode mode,
                float fill);
/* dst(i, j) = src(offset + i stride). */
int cl_step_subsample(cl_program *program, int src, int dst, cl_pair stride, cl_pair offset);

/* A value as a hook sees it: planes of height x width points of `inner` floats, one plane after the
 * other, `blocks` of them to an image. A point holds the next `inner` channels; behind the last channel
 * of an image a hook must leave zeros. A matrix is one of 1 x 1 maps. */
typedef struct cl_map {
  float *data;
  int64_t images, channels, blocks, height, width, inner;
} cl_map;

/* Arithmetic of the caller's own, called for every part 0 ..< parts from the threads of the team. Parts
 * write different memory; workspace is 64-byte aligned, and one call's alone. Anything but 0 ends the
 * run. */
typedef int cl_hook_function(const void *context, const cl_map *sources, const cl_map *dst,
                             int64_t part, void *CL_NULLABLE workspace);
typedef struct cl_hook {
  cl_hook_function *run;
  const void *context;      /* must outlive the program */
  int64_t parts;
  size_t workspace_bytes;
  const char *name;         /* must outlive the program; "kernel:…" */
} cl_hook;
/* 1 or 2 sources. */
int cl_step_hook(cl_program *program, const int *sources, int count, int dst,
                 const cl_hook *hook);

/* Rows first ..< last of a product of matrices: for each image of src, values of rank 2, the sum of weights
 * [rows, channels of src] times its channels, and the bias, not below low and not above high. */
void cl_rows(const cl_map *src, const cl_map *dst, int64_t first, int64_t last,
             const float *weights, const float *CL_NULLABLE bias, float low, float high);

/* The positions that filters of their own at every point read: for each output row and each tap the
 * source row, -1 for none, and so for the columns. */
typedef struct cl_filter_taps {
  cl_pair kernel;
  int64_t groups; /* of channels that follow each other and share their filters */
  const int32_t *rows, *columns;
} cl_filter_taps;
/* Row `part` (of all images) of the filters at every stride-th point: exp x over its sum, taken over
 * `scope` channels of the logits that follow each other. line has room for all channels. */
void cl_filter_weights(const cl_map *logits, const cl_map *dst, int64_t part, int64_t scope,
                       cl_pair stride, float *line);
/* Plane `part` of a map filtered by weights as cl_filter_weights leaves them: the sources are the map
 * and the weights, channel g taps + t for tap t of group g. */
void cl_filter_adaptively(const cl_map *sources, const cl_map *dst, int64_t part,
                          const cl_filter_taps *taps);
/* The transposes, for training. Plane `part` of the map's gradient; the sources are the gradient of what
 * cl_filter_adaptively gave, and the weights. */
void cl_filter_back_map(const cl_map *sources, const cl_map *dst, int64_t part,
                        const cl_filter_taps *taps);
/* Row `part` of the weights' gradient; the sources are the map and the gradient of the result. */
void cl_filter_back_weights(const cl_map *sources, const cl_map *dst, int64_t part,
                            const cl_filter_taps *taps);
/* Row `part` of the logits' gradient; the sources are the weights and their gradient. */
void cl_filter_back_logits(const cl_map *sources, const cl_map *dst, int64_t part, int64_t scope,
                           cl_pair stride);
/* Zeros in the lanes of a value in blocks behind its last channel. */
int cl_step_clear_lanes(cl_program *program, int value);

int cl_step_count(const cl_program *program);
/* The values a step touches, up to capacity; writes[i] is 1 where it writes. Returns their number. */
int cl_step_operands(const cl_program *program, int step, int *values, int *writes, int capacity);
/* The implementation behind a step: oneDNN's own name, or "kernel:…" for ours. */
const char *cl_step_implementation(const cl_program *program, int step);

/* The convolutions, matrix products and pools of a program alone, in order, each in the fastest layout
 * for it that was found in so many runs: its own, oneDNN's choice, channels innermost, blocks of channels,
 * these by Winograd's filtering too. What other layouts would cost around it does not count. Takes the
 * memory of the program's weights once more. NULL, and the program's message, when it cannot be made; it
 * may not outlive the program. */
typedef struct cl_floor cl_floor;
cl_floor *CL_NULLABLE cl_floor_create(cl_program *program, int threads, int runs);
int cl_floor_run(cl_floor *floor, int threads);
/* For each step of the program the least time in ms, 0 for what is not part of the floor. */
const double *cl_floor_times(const cl_floor *floor);
void cl_floor_destroy(cl_floor *CL_NULLABLE floor);

/* Gives a value its address (64-byte aligned unless it is the caller's input or output). */
int cl_program_bind(cl_program *program, int value, void *address);
/* Runs steps first ..< last with that many threads. */
int cl_program_run(cl_program *program, int first, int last, int threads);

/* Image b of dst, which has as many channels in the same layout, becomes image images[b] of src as it
 * stands on a circle of `period` points: dst(i, j) = src((row + i stride) mod period, (column +
 * j stride) mod period), (row, column) = offsets[b] >= 0. Points of src from `period` on are not read.
 * Returns a negative number, and leaves dst alone, when the maps do not fit. */
int cl_take(const cl_map *src, const cl_map *dst, const int32_t *images, const cl_pair *offsets,
            cl_pair stride, cl_pair period, int threads);

/* The map of one image with its channels in blocks of `inner`, 8 or 16, zeros behind the last channel,
 * and the length of the channel vector at each of its points. */
typedef struct cl_vectors {
  const float *data;
  const double *lengths;
  int64_t blocks, height, width, inner;
} cl_vectors;

/* Two points of an axis that belong together, and how much they count. */
typedef struct cl_point_pair { int64_t a, b; double weight; } cl_point_pair;

/* lengths[p] = the length of the channel vector at point p, of `points`. */
void cl_lengths(const float *map, int64_t blocks, int64_t points, int64_t inner, double *lengths);

/* The sum over pairs of rows and pairs of columns of weight (row) weight (column) (1 - cosine) between
 * the channel vectors at (row a, column a) of a and (row b, column b) of b, which have one size. The
 * distance is 0 between two zero vectors, 1 between a zero vector and another; not below 0 by rounding. The
 * lengths must be finite. The sums are in double. */
double cl_cosine_distance(const cl_vectors *a, const cl_vectors *b, const cl_point_pair *rows,
                          int64_t row_count, const cl_point_pair *columns, int64_t column_count);

/* Memory aligned to 64 bytes, touched and zeroed; NULL when there is none. */
void *CL_NULLABLE cl_memory_allocate(size_t bytes);
void cl_memory_free(void *CL_NULLABLE memory);

#ifdef __clang__
#pragma clang assume_nonnull end
#endif
#endif
