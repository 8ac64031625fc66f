/* Batch normalisation for training: statistics of the batch, the relu behind it, and the way back. */
#include <math.h>

#include "training.h"

enum { SUMS = 2 }; /* doubles that a chunk leaves for each lane */

typedef struct job {
  cl_view src, dst;
  const float *result, *gradient, *residual;
  float *residual_gradient;
  const cl_batch_normalization *layer;
  float *scale, *shift, *mean, *variance, *scale_gradient, *shift_gradient;
  float *saved;    /* mean, 1/deviation, and back two coefficients: each [blocks][CL_LANES] */
  double *partial; /* [chunk][block][SUMS][CL_LANES] */
  int trains;
} job;

static size_t lanes_of(const cl_view *view) { return (size_t)(view->blocks * CL_LANES); }

int cl_train_normalization_saved(cl_program *program, int src) {
  cl_view view = cl_view_of(program, src);
  int64_t dims[2] = {4, view.blocks * CL_LANES};
  return cl_value_plain(program, 2, dims);
}

int cl_train_normalization_partial(cl_program *program, int src) {
  cl_view view = cl_view_of(program, src);
  int64_t dims[2] = {CL_CHUNKS, view.blocks * SUMS * CL_LANES * 2};
  return cl_value_plain(program, 2, dims);
}

/* The description a step keeps: plain numbers in its table of indices, the rest in its fields. */
enum { AT_SCALE, AT_SHIFT, AT_MEAN, AT_VARIANCE, AT_SAVED, AT_PARTIAL, AT_MODE, AT_RESIDUAL, AT_RELU,
       AT_RESULT, AT_GRADIENT, AT_RESIDUAL_GRADIENT, AT_SCALE_GRADIENT, AT_SHIFT_GRADIENT, AT_COUNT };

static float *optional(const cl_program *program, int value) {
  return value < 0 ? NULL : cl_data_of(program, value);
}

static job job_of(const cl_program *program, const cl_step *step, cl_batch_normalization *layer) {
  const int32_t *at = step->indices;
  *layer = (cl_batch_normalization){.epsilon = step->fill,
                                    .momentum = step->activation.alpha,
                                    .relu = at[AT_RELU]};
  return (job){.src = cl_view_of(program, step->sources[0]),
               .dst = cl_view_of(program, step->destination),
               .result = optional(program, at[AT_RESULT]),
               .gradient = optional(program, at[AT_GRADIENT]),
               .residual = optional(program, at[AT_RESIDUAL]),
               .residual_gradient = optional(program, at[AT_RESIDUAL_GRADIENT]),
               .layer = layer,
               .scale = cl_data_of(program, at[AT_SCALE]),
               .shift = cl_data_of(program, at[AT_SHIFT]),
               .mean = cl_data_of(program, at[AT_MEAN]),
               .variance = cl_data_of(program, at[AT_VARIANCE]),
               .scale_gradient = optional(program, at[AT_SCALE_GRADIENT]),
               .shift_gradient = optional(program, at[AT_SHIFT_GRADIENT]),
               .saved = cl_data_of(program, at[AT_SAVED]),
               .partial = (double *)cl_data_of(program, at[AT_PARTIAL]),
               .trains = *cl_data_of(program, at[AT_MODE]) != 0};
}

static double *partial_of(const job *j, int64_t chunk, int64_t block) {
  return j->partial + (chunk * j->src.blocks + block) * SUMS * CL_LANES;
}

/* Sum and sum of squared differences from the plane's own mean, which a second pass over the plane
 * finds in the cache; the planes are joined in double precision (Chan, Golub and LeVeque 1979). */
CL_INLINE void chunk_statistics(const job *j, int64_t part, int64_t inner) {
  int64_t block = part % j->src.blocks, chunk = part / j->src.blocks;
  int64_t points = j->src.height * j->src.width, first = cl_chunk_begin(j->src.images, chunk);
  int64_t last = cl_chunk_begin(j->src.images, chunk + 1);
  double count = 0, mean[CL_LANES] = {0}, square[CL_LANES] = {0};
  for (int64_t image = first; image < last; image++) {
    const float *x = j->src.data + (image * j->src.blocks + block) * points * inner;
    float sum[4][CL_LANES] = {{0}}, spread[4][CL_LANES] = {{0}}, centre[CL_LANES];
    int64_t p = 0;
    for (; p + 4 <= points; p += 4)
      for (int64_t u = 0; u < 4; u++)
        for (int64_t k = 0; k < inner; k++) sum[u][k] += x[(p + u) * inner + k];
    for (; p < points; p++)
      for (int64_t k = 0; k < inner; k++) sum[0][k] += x[p * inner + k];
    for (int64_t k = 0; k < inner; k++)
      centre[k] = ((sum[0][k] + sum[1][k]) + (sum[2][k] + sum[3][k])) / (float)points;
    for (p = 0; p + 4 <= points; p += 4)
      for (int64_t u = 0; u < 4; u++)
        for (int64_t k = 0; k < inner; k++) {
          float d = x[(p + u) * inner + k] - centre[k];
          spread[u][k] += d * d;
        }
    for (; p < points; p++)
      for (int64_t k = 0; k < inner; k++) {
        float d = x[p * inner + k] - centre[k];
        spread[0][k] += d * d;
      }
    double total = count + (double)points;
    for (int64_t k = 0; k < inner; k++) {
      double d = (double)centre[k] - mean[k];
      mean[k] += d * (double)points / total;
      square[k] += (double)((spread[0][k] + spread[1][k]) + (spread[2][k] + spread[3][k])) +
                   d * d * count * (double)points / total;
    }
    count = total;
  }
  double *result = partial_of(j, chunk, block);
  for (int64_t k = 0; k < inner; k++) {
    result[k] = mean[k];
    result[CL_LANES + k] = square[k];
  }
}

/* The mean of a plane of whole vectors and the sum of squared differences from it. */
CL_INLINE void plane_statistics_16(const float *x, int64_t points, cl_lanes *centre,
                                   cl_lanes *spread) {
  cl_lanes a = {0}, b = {0}, c = {0}, d = {0};
  int64_t p = 0;
  for (; p + 4 <= points; p += 4) {
    a += CL_LOAD(x + 16 * p);
    b += CL_LOAD(x + 16 * p + 16);
    c += CL_LOAD(x + 16 * p + 32);
    d += CL_LOAD(x + 16 * p + 48);
  }
  for (; p < points; p++) a += CL_LOAD(x + 16 * p);
  const cl_lanes mean = ((a + b) + (c + d)) / (float)points;
  a = b = c = d = (cl_lanes){0};
  for (p = 0; p + 4 <= points; p += 4) {
    cl_lanes e = CL_LOAD(x + 16 * p) - mean, f = CL_LOAD(x + 16 * p + 16) - mean;
    cl_lanes g = CL_LOAD(x + 16 * p + 32) - mean, h = CL_LOAD(x + 16 * p + 48) - mean;
    a += e * e;
    b += f * f;
    c += g * g;
    d += h * h;
  }
  for (; p < points; p++) {
    cl_lanes e = CL_LOAD(x + 16 * p) - mean;
    a += e * e;
  }
  *centre = mean;
  *spread = (a + b) + (c + d);
}

CL_DISPATCH static void statistics_16(const job *j, int64_t part) {
  int64_t block = part % j->src.blocks, chunk = part / j->src.blocks;
  int64_t points = j->src.height * j->src.width;
  double count = 0, mean[CL_LANES] = {0}, square[CL_LANES] = {0};
  for (int64_t image = cl_chunk_begin(j->src.images, chunk);
       image < cl_chunk_begin(j->src.images, chunk + 1); image++) {
    cl_lanes centre, spread;
    plane_statistics_16(j->src.data + (image * j->src.blocks + block) * points * 16, points,
                        &centre, &spread);
    double total = count + (double)points, weight = (double)points / total;
    for (int64_t k = 0; k < CL_LANES; k++) {
      double d = (double)centre[k] - mean[k];
      mean[k] += d * weight;
      square[k] += (double)spread[k] + d * d * count * weight;
    }
    count = total;
  }
  double *result = partial_of(j, chunk, block);
  for (int64_t k = 0; k < CL_LANES; k++) {
    result[k] = mean[k];
    result[CL_LANES + k] = square[k];
  }
}

CL_DISPATCH static void statistics_8(const job *j, int64_t part) { chunk_statistics(j, part, 8); }

static void statistics(const void *context, int64_t part) {
  const job *j = context;
  switch (j->src.inner) {
    case 16: statistics_16(j, part); break;
    case 8: statistics_8(j, part); break;
    default: chunk_statistics(j, part, 1);
  }
}

/* Joins the chunks in their order; one lane at a time. */
static void join(const job *j, int64_t block, int64_t k, double *mean, double *square) {
  double count = 0, points = (double)(j->src.height * j->src.width);
  *mean = *square = 0;
  for (int64_t chunk = 0; chunk < CL_CHUNKS; chunk++) {
    double added = points * (double)(cl_chunk_begin(j->src.images, chunk + 1) -
                                     cl_chunk_begin(j->src.images, chunk));
    if (added == 0) continue;
    const double *part = partial_of(j, chunk, block);
    double d = part[k] - *mean, total = count + added;
    *mean += d * added / total;
    *square += part[CL_LANES + k] + d * d * count * added / total;
    count = total;
  }
}

static void settle(const job *j) {
  size_t lanes = lanes_of(&j->src);
  double count = (double)(j->src.images * j->src.height * j->src.width);
  for (int64_t c = 0; c < j->src.blocks * j->src.inner; c++) {
    int64_t block = c / j->src.inner, k = c % j->src.inner, at = block * CL_LANES + k;
    double mean = 0, variance = 0;
    if (c >= j->src.channels) {
      j->saved[at] = j->saved[lanes + (size_t)at] = 0;
      continue;
    }
    if (j->trains) {
      double square;
      join(j, block, k, &mean, &square);
      variance = square / count;
      float momentum = j->layer->momentum;
      /* The running variance is the unbiased one, as in torch. */
      double unbiased = square / (count > 1 ? count - 1 : 1);
      j->mean[c] = (1 - momentum) * j->mean[c] + momentum * (float)mean;
      j->variance[c] = (1 - momentum) * j->variance[c] + momentum * (float)unbiased;
    } else {
      mean = (double)j->mean[c];
      variance = (double)j->variance[c];
    }
    j->saved[at] = (float)mean;
    j->saved[lanes + (size_t)at] = (float)(1 / sqrt(variance + (double)j->layer->epsilon));
  }
}

/* The affine map of the lanes of a block: (x - mean) factor + offset. */
static void coefficients(const job *j, int64_t block, float *mean, float *factor, float *offset) {
  size_t lanes = lanes_of(&j->src);
  for (int64_t k = 0; k < j->src.inner; k++) {
    int64_t c = block * j->src.inner + k, at = block * CL_LANES + k;
    int is_channel = c < j->src.channels;
    mean[k] = is_channel ? j->saved[at] : 0;
    factor[k] = is_channel ? j->saved[lanes + (size_t)at] * j->scale[c] : 0;
    offset[k] = is_channel ? j->shift[c] : 0;
  }
}

CL_INLINE void apply(const job *j, int64_t plane, int64_t inner, int relu, int residual) {
  int64_t points = j->src.height * j->src.width, size = points * inner;
  float mean[CL_LANES], factor[CL_LANES], offset[CL_LANES];
  coefficients(j, plane % j->src.blocks, mean, factor, offset);
  const float *x = j->src.data + plane * size, *r = j->residual + (residual ? plane * size : 0);
  float *y = j->dst.data + plane * size;
  for (int64_t p = 0; p < points; p++)
    for (int64_t k = 0; k < inner; k++) {
      float value = (x[p * inner + k] - mean[k]) * factor[k] + offset[k];
      if (residual) value += r[p * inner + k];
      y[p * inner + k] = relu && value < 0 ? 0 : value;
    }
}

CL_INLINE void apply_whole(const job *j, int64_t plane, int relu, int residual) {
  int64_t size = j->src.height * j->src.width * 16;
  float means[CL_LANES], factors[CL_LANES], offsets[CL_LANES];
  coefficients(j, plane % j->src.blocks, means, factors, offsets);
  const cl_lanes mean = CL_LOAD(means), factor = CL_LOAD(factors), offset = CL_LOAD(offsets);
  const float *x = j->src.data + plane * size, *r = j->residual + (residual ? plane * size : 0);
  float *y = j->dst.data + plane * size;
  for (int64_t i = 0; i < size; i += 16) {
    cl_lanes value = (CL_LOAD(x + i) - mean) * factor + offset;
    if (residual) value += CL_LOAD(r + i);
    CL_STORE(y + i, relu ? CL_SELECT(value < 0, (cl_lanes){0}, value) : value);
  }
}

CL_DISPATCH static void apply_16(const job *j, int64_t plane) { apply_whole(j, plane, 0, 0); }
CL_DISPATCH static void apply_relu_16(const job *j, int64_t plane) { apply_whole(j, plane, 1, 0); }
CL_DISPATCH static void apply_sum_16(const job *j, int64_t plane) { apply_whole(j, plane, 1, 1); }

static void apply_plane(const void *context, int64_t plane) {
  const job *j = context;
  int residual = j->residual != NULL;
  if (j->src.inner == 16 && !residual && j->layer->relu) {
    apply_relu_16(j, plane);
  } else if (j->src.inner == 16 && !residual) {
    apply_16(j, plane);
  } else if (j->src.inner == 16 && j->layer->relu) {
    apply_sum_16(j, plane);
  } else {
    apply(j, plane, j->src.inner, j->layer->relu, residual);
  }
}

static void run(const cl_program *program, const cl_step *step) {
  cl_batch_normalization layer;
  job j = job_of(program, step, &layer);
  if (j.trains) cl_parallel(j.src.blocks * CL_CHUNKS, statistics, &j);
  settle(&j);
  cl_parallel(j.src.planes, apply_plane, &j);
}

/* Sums of g and of g xhat, where g is the gradient behind the relu. */
CL_INLINE void chunk_sums(const job *j, int64_t part, int64_t inner, int relu, int residual) {
  int64_t block = part % j->src.blocks, chunk = part / j->src.blocks;
  int64_t points = j->src.height * j->src.width, size = points * inner;
  float mean[CL_LANES], factor[CL_LANES], offset[CL_LANES];
  coefficients(j, block, mean, factor, offset);
  double sums[SUMS][CL_LANES] = {{0}};
  for (int64_t image = cl_chunk_begin(j->src.images, chunk);
       image < cl_chunk_begin(j->src.images, chunk + 1); image++) {
    int64_t start = (image * j->src.blocks + block) * size;
    const float *x = j->src.data + start, *g = j->gradient + start;
    const float *y = residual ? j->result + start : x;
    float *r = j->residual_gradient + (residual ? start : 0);
    float sum[2][CL_LANES] = {{0}}, product[2][CL_LANES] = {{0}};
    for (int64_t p = 0; p < points; p++)
      for (int64_t k = 0; k < inner; k++) {
        int64_t at = p * inner + k;
        float centred = x[at] - mean[k], value = g[at];
        if (relu && residual) value = y[at] > 0 ? value : 0;
        if (relu && !residual) value = centred * factor[k] + offset[k] > 0 ? value : 0;
        if (residual) r[at] = value;
        sum[p & 1][k] += value;
        product[p & 1][k] += value * centred;
      }
    for (int64_t k = 0; k < inner; k++) {
      sums[0][k] += (double)(sum[0][k] + sum[1][k]);
      sums[1][k] += (double)(product[0][k] + product[1][k]);
    }
  }
  double *result = partial_of(j, chunk, block);
  for (int64_t k = 0; k < inner; k++) {
    result[k] = sums[0][k];
    result[CL_LANES + k] = sums[1][k];
  }
}

CL_INLINE void sums_whole(const job *j, int64_t part, int relu, int residual) {
  int64_t block = part % j->src.blocks, chunk = part / j->src.blocks;
  int64_t size = j->src.height * j->src.width * 16;
  float means[CL_LANES], factors[CL_LANES], offsets[CL_LANES];
  coefficients(j, block, means, factors, offsets);
  const cl_lanes mean = CL_LOAD(means), factor = CL_LOAD(factors), offset = CL_LOAD(offsets);
  double *result = partial_of(j, chunk, block);
  for (int64_t k = 0; k < SUMS * CL_LANES; k++) result[k] = 0;
  for (int64_t image = cl_chunk_begin(j->src.images, chunk);
       image < cl_chunk_begin(j->src.images, chunk + 1); image++) {
    int64_t start = (image * j->src.blocks + block) * size;
    const float *x = j->src.data + start, *g = j->gradient + start;
    const float *y = residual ? j->result + start : x;
    float *r = j->residual_gradient + (residual ? start : 0);
    cl_lanes sum = {0}, product = {0};
    for (int64_t i = 0; i < size; i += 16) {
      cl_lanes centred = CL_LOAD(x + i) - mean, value = CL_LOAD(g + i);
      if (relu) {
        cl_lanes told = centred * factor + offset;
        if (residual) told = CL_LOAD(y + i);
        value = CL_SELECT(told > 0, value, (cl_lanes){0});
      }
      if (residual) CL_STORE(r + i, value);
      sum += value;
      product += value * centred;
    }
    for (int64_t k = 0; k < CL_LANES; k++) {
      result[k] += (double)sum[k];
      result[CL_LANES + k] += (double)product[k];
    }
  }
}

CL_DISPATCH static void sums_16(const job *j, int64_t part) { sums_whole(j, part, 0, 0); }
CL_DISPATCH static void sums_relu_16(const job *j, int64_t part) { sums_whole(j, part, 1, 0); }
CL_DISPATCH static void sums_sum_16(const job *j, int64_t part) { sums_whole(j, part, 1, 1); }

static void sums(const void *context, int64_t part) {
  const job *j = context;
  int residual = j->residual_gradient != NULL;
  if (j->src.inner == 16 && !residual && j->layer->relu) {
    sums_relu_16(j, part);
  } else if (j->src.inner == 16 && !residual) {
    sums_16(j, part);
  } else if (j->src.inner == 16 && j->layer->relu) {
    sums_sum_16(j, part);
  } else {
    chunk_sums(j, part, j->src.inner, j->layer->relu, residual);
  }
}

static void settle_back(const job *j) {
  size_t lanes = lanes_of(&j->src);
  double count = (double)(j->src.images * j->src.height * j->src.width);
  for (int64_t c = 0; c < j->src.blocks * j->src.inner; c++) {
    int64_t block = c / j->src.inner, k = c % j->src.inner;
    size_t at = (size_t)(block * CL_LANES + k);
    double sum = 0, product = 0, deviation = (double)j->saved[lanes + at];
    if (c < j->src.channels) {
      for (int64_t chunk = 0; chunk < CL_CHUNKS; chunk++) {
        sum += partial_of(j, chunk, block)[k];
        product += partial_of(j, chunk, block)[CL_LANES + k];
      }
      if (j->shift_gradient) j->shift_gradient[c] = (float)sum;
      if (j->scale_gradient) j->scale_gradient[c] = (float)(product * deviation);
    }
    /* dx = factor (g - mean(g) - (x - mean)/deviation^2 mean(g (x - mean))). */
    j->saved[2 * lanes + at] = j->trains ? (float)(sum / count) : 0;
    j->saved[3 * lanes + at] = j->trains ? (float)(product / count * deviation * deviation) : 0;
  }
}

CL_INLINE void back(const job *j, int64_t plane, int64_t inner, int relu) {
  int64_t points = j->src.height * j->src.width, size = points * inner;
  int64_t block = plane % j->src.blocks;
  size_t lanes = lanes_of(&j->src);
  float mean[CL_LANES], factor[CL_LANES], offset[CL_LANES], level[CL_LANES], slope[CL_LANES];
  coefficients(j, block, mean, factor, offset);
  for (int64_t k = 0; k < inner; k++) {
    level[k] = j->saved[2 * lanes + (size_t)(block * CL_LANES + k)];
    slope[k] = j->saved[3 * lanes + (size_t)(block * CL_LANES + k)];
  }
  const float *x = j->src.data + plane * size, *g = j->gradient + plane * size;
  float *dx = j->dst.data + plane * size;
  for (int64_t p = 0; p < points; p++)
    for (int64_t k = 0; k < inner; k++) {
      int64_t at = p * inner + k;
      float centred = x[at] - mean[k], value = g[at];
      if (relu) value = centred * factor[k] + offset[k] > 0 ? value : 0;
      dx[at] = factor[k] * (value - level[k] - centred * slope[k]);
    }
}

CL_INLINE void back_whole(const job *j, int64_t plane, int relu) {
  int64_t size = j->src.height * j->src.width * 16, block = plane % j->src.blocks;
  const float *settled = j->saved + 2 * lanes_of(&j->src) + (size_t)(block * CL_LANES);
  float means[CL_LANES], factors[CL_LANES], offsets[CL_LANES];
  coefficients(j, block, means, factors, offsets);
  const cl_lanes mean = CL_LOAD(means), factor = CL_LOAD(factors), offset = CL_LOAD(offsets);
  const cl_lanes level = CL_LOAD(settled), slope = CL_LOAD(settled + lanes_of(&j->src));
  const float *x = j->src.data + plane * size, *g = j->gradient + plane * size;
  float *dx = j->dst.data + plane * size;
  for (int64_t i = 0; i < size; i += 16) {
    cl_lanes centred = CL_LOAD(x + i) - mean, value = CL_LOAD(g + i);
    if (relu) value = CL_SELECT(centred * factor + offset > 0, value, (cl_lanes){0});
    CL_STORE(dx + i, factor * (value - level - centred * slope));
  }
}

CL_DISPATCH static void back_16(const job *j, int64_t plane) { back_whole(j, plane, 0); }
CL_DISPATCH static void back_relu_16(const job *j, int64_t plane) { back_whole(j, plane, 1); }

static void back_plane(const void *context, int64_t plane) {
  const job *j = context;
  if (j->src.inner == 16 && j->layer->relu) {
    back_relu_16(j, plane);
  } else if (j->src.inner == 16) {
    back_16(j, plane);
  } else {
    back(j, plane, j->src.inner, j->layer->relu);
  }
}

static void run_back(const cl_program *program, const cl_step *step) {
  cl_batch_normalization layer;
  job j = job_of(program, step, &layer);
  cl_parallel(j.src.blocks * CL_CHUNKS, sums, &j);
  settle_back(&j);
  if (j.residual_gradient) {
    /* What the first pass left there is behind the relu already. */
    layer.relu = 0;
    j.gradient = j.residual_gradient;
  }
  cl_parallel(j.src.planes, back_plane, &j);
}

/* Appends a step over the values of a table; those not there are -1. */
static int append(cl_program *program, const int32_t *at, int src, int dst, cl_kernel *kernel,
                  const char *name, const cl_batch_normalization *layer) {
  int sources[AT_COUNT + 1] = {src}, count = 1;
  for (int i = 0; i < AT_COUNT; i++)
    if (i != AT_RELU && at[i] >= 0) sources[count++] = at[i];
  cl_step *step = cl_append_kernel(program, sources, count, dst, kernel, name);
  if (!step) return -1;
  step->fill = layer->epsilon;
  step->activation.alpha = layer->momentum;
  return cl_keep_indices(program, step, at, AT_COUNT);
}

static void fill(int32_t *at, const cl_batch_normalization *l) {
  for (int i = 0; i < AT_COUNT; i++) at[i] = -1;
  at[AT_SCALE] = l->scale;
  at[AT_SHIFT] = l->shift;
  at[AT_MEAN] = l->mean;
  at[AT_VARIANCE] = l->variance;
  at[AT_SAVED] = l->saved;
  at[AT_PARTIAL] = l->partial;
  at[AT_MODE] = l->mode;
  at[AT_RELU] = l->relu;
}

int cl_train_batch_normalization(cl_program *program, int src, int dst,
                                 const cl_batch_normalization *layer) {
  int32_t at[AT_COUNT];
  fill(at, layer);
  at[AT_RESIDUAL] = layer->residual;
  return append(program, at, src, dst, run, "kernel:batch_normalization", layer);
}

int cl_train_batch_normalization_back(cl_program *program, int src, int result, int gradient,
                                      int src_gradient, int residual_gradient, int scale_gradient,
                                      int shift_gradient, const cl_batch_normalization *layer) {
  int32_t at[AT_COUNT];
  fill(at, layer);
  /* Where nothing is added, the sign of the result is found from the source. */
  at[AT_RESULT] = residual_gradient >= 0 ? result : -1;
  at[AT_GRADIENT] = gradient;
  at[AT_RESIDUAL_GRADIENT] = residual_gradient;
  at[AT_SCALE_GRADIENT] = scale_gradient;
  at[AT_SHIFT_GRADIENT] = shift_gradient;
  return append(program, at, src, src_gradient, run_back, "kernel:batch_normalization_back", layer);
}
