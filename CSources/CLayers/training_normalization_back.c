/* Batch normalisation for training: the way back. */
#include "training_normalization.h"

/* Sums of g and of g xhat, where g is the gradient behind the relu. */
CL_INLINE void chunk_sums(const cl_norm_job *j, int64_t part, int64_t inner, int relu,
                          int residual) {
  int64_t block = part % j->src.blocks, chunk = part / j->src.blocks;
  int64_t length = j->rows.length, points = length / inner;
  float mean[CL_LANES], factor[CL_LANES], offset[CL_LANES];
  cl_norm_coefficients(j, block, mean, factor, offset);
  double sums[CL_NORM_SUMS][CL_LANES] = {{0}};
  for (int64_t image = cl_chunk_begin(j->src.images, chunk);
       image < cl_chunk_begin(j->src.images, chunk + 1); image++) {
    int64_t plane = image * j->src.blocks + block, start = plane * cl_plane_size(&j->src);
    const float *x = j->src.data + start, *y = residual ? j->result + start : x;
    const float *g = j->gradient + plane * j->rows.plane + j->rows.origin;
    float *r = j->residual_gradient + (residual ? start : 0);
    float sum[2][CL_LANES] = {{0}}, product[2][CL_LANES] = {{0}};
    cl_norm_gather(j, j->gradient + plane * j->rows.plane);
    for (int64_t row = 0; row < j->rows.count; row++)
      for (int64_t p = 0; p < points; p++)
        for (int64_t k = 0; k < inner; k++) {
          int64_t at = row * length + p * inner + k, lane = p & 1;
          float centred = x[at] - mean[k], value = g[row * j->rows.pitch + p * inner + k];
          if (relu && residual) value = y[at] > 0 ? value : 0;
          if (relu && !residual) value = centred * factor[k] + offset[k] > 0 ? value : 0;
          if (residual) r[at] = value;
          sum[lane][k] += value;
          product[lane][k] += value * centred;
        }
    for (int64_t k = 0; k < inner; k++) {
      sums[0][k] += (double)(sum[0][k] + sum[1][k]);
      sums[1][k] += (double)(product[0][k] + product[1][k]);
    }
  }
  double *result = cl_norm_partial(j, chunk, block);
  for (int64_t k = 0; k < inner; k++) {
    result[k] = sums[0][k];
    result[CL_LANES + k] = sums[1][k];
  }
}

CL_INLINE void sums_whole(const cl_norm_job *j, int64_t part, int relu, int residual) {
  int64_t block = part % j->src.blocks, chunk = part / j->src.blocks, length = j->rows.length;
  float means[CL_LANES], factors[CL_LANES], offsets[CL_LANES];
  cl_norm_coefficients(j, block, means, factors, offsets);
  const cl_lanes mean = CL_LOAD(means), factor = CL_LOAD(factors), offset = CL_LOAD(offsets);
  double *result = cl_norm_partial(j, chunk, block);
  for (int64_t k = 0; k < CL_NORM_SUMS * CL_LANES; k++) result[k] = 0;
  for (int64_t image = cl_chunk_begin(j->src.images, chunk);
       image < cl_chunk_begin(j->src.images, chunk + 1); image++) {
    int64_t plane = image * j->src.blocks + block, start = plane * cl_plane_size(&j->src);
    const float *x = j->src.data + start, *y = residual ? j->result + start : x;
    const float *g = j->gradient + plane * j->rows.plane + j->rows.origin;
    float *r = j->residual_gradient + (residual ? start : 0);
    cl_lanes sum = {0}, product = {0};
    cl_norm_gather(j, j->gradient + plane * j->rows.plane);
    for (int64_t row = 0; row < j->rows.count; row++)
      for (int64_t i = 0; i < length; i += 16) {
        int64_t at = row * length + i;
        cl_lanes centred = CL_LOAD(x + at) - mean, value = CL_LOAD(g + row * j->rows.pitch + i);
        if (relu) {
          cl_lanes told = centred * factor + offset;
          if (residual) told = CL_LOAD(y + at);
          value = CL_SELECT(told > 0, value, (cl_lanes){0});
        }
        if (residual) CL_STORE(r + at, value);
        sum += value;
        product += value * centred;
      }
    for (int64_t k = 0; k < CL_LANES; k++) {
      result[k] += (double)sum[k];
      result[CL_LANES + k] += (double)product[k];
    }
  }
}

CL_DISPATCH static void sums_16(const cl_norm_job *j, int64_t part) { sums_whole(j, part, 0, 0); }
CL_DISPATCH static void sums_relu_16(const cl_norm_job *j, int64_t part) {
  sums_whole(j, part, 1, 0);
}
CL_DISPATCH static void sums_sum_16(const cl_norm_job *j, int64_t part) {
  sums_whole(j, part, 1, 1);
}

static void sums(const void *context, int64_t part) {
  const cl_norm_job *j = context;
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

static void settle_back(const cl_norm_job *j) {
  size_t lanes = cl_norm_lanes(&j->src);
  double count = (double)(j->src.images * j->src.height * j->src.width);
  for (int64_t c = 0; c < j->src.blocks * j->src.inner; c++) {
    int64_t block = c / j->src.inner, k = c % j->src.inner;
    size_t at = (size_t)(block * CL_LANES + k);
    double sum = 0, product = 0, deviation = (double)j->saved[lanes + at];
    if (c < j->src.channels) {
      for (int64_t chunk = 0; chunk < CL_CHUNKS; chunk++) {
        sum += cl_norm_partial(j, chunk, block)[k];
        product += cl_norm_partial(j, chunk, block)[CL_LANES + k];
      }
      if (j->shift_gradient) j->shift_gradient[c] = (float)sum;
      if (j->scale_gradient) j->scale_gradient[c] = (float)(product * deviation);
    }
    /* dx = factor (g - mean(g) - (x - mean)/deviation^2 mean(g (x - mean))). */
    j->saved[2 * lanes + at] = j->trains ? (float)(sum / count) : 0;
    j->saved[3 * lanes + at] = j->trains ? (float)(product / count * deviation * deviation) : 0;
  }
}

CL_INLINE void back(const cl_norm_job *j, int64_t plane, int64_t inner, int relu) {
  int64_t start = plane * cl_plane_size(&j->src), length = j->rows.length;
  int64_t block = plane % j->src.blocks;
  size_t lanes = cl_norm_lanes(&j->src);
  float mean[CL_LANES], factor[CL_LANES], offset[CL_LANES], level[CL_LANES], slope[CL_LANES];
  cl_norm_coefficients(j, block, mean, factor, offset);
  for (int64_t k = 0; k < inner; k++) {
    level[k] = j->saved[2 * lanes + (size_t)(block * CL_LANES + k)];
    slope[k] = j->saved[3 * lanes + (size_t)(block * CL_LANES + k)];
  }
  const float *x = j->src.data + start;
  const float *g = j->gradient + plane * j->rows.plane + j->rows.origin;
  float *dx = j->dst.data + start;
  for (int64_t row = 0; row < j->rows.count; row++)
    for (int64_t p = 0; p < length; p += inner)
      for (int64_t k = 0; k < inner; k++) {
        int64_t at = row * length + p + k;
        float centred = x[at] - mean[k], value = g[row * j->rows.pitch + p + k];
        if (relu) value = centred * factor[k] + offset[k] > 0 ? value : 0;
        dx[at] = factor[k] * (value - level[k] - centred * slope[k]);
      }
}

CL_INLINE void back_whole(const cl_norm_job *j, int64_t plane, int relu) {
  int64_t start = plane * cl_plane_size(&j->src), block = plane % j->src.blocks;
  int64_t rows = j->rows.count, length = j->rows.length, pitch = j->rows.pitch;
  const float *settled = j->saved + 2 * cl_norm_lanes(&j->src) + (size_t)(block * CL_LANES);
  float means[CL_LANES], factors[CL_LANES], offsets[CL_LANES];
  cl_norm_coefficients(j, block, means, factors, offsets);
  const cl_lanes mean = CL_LOAD(means), factor = CL_LOAD(factors), offset = CL_LOAD(offsets);
  const cl_lanes level = CL_LOAD(settled), slope = CL_LOAD(settled + cl_norm_lanes(&j->src));
  const float *x = j->src.data + start;
  const float *g = j->gradient + plane * j->rows.plane + j->rows.origin;
  float *dx = j->dst.data + start;
  for (int64_t row = 0; row < rows; row++)
    for (int64_t i = 0; i < length; i += 16) {
      cl_lanes centred = CL_LOAD(x + row * length + i) - mean;
      cl_lanes value = CL_LOAD(g + row * pitch + i);
      if (relu) value = CL_SELECT(centred * factor + offset > 0, value, (cl_lanes){0});
      CL_STORE(dx + row * length + i, factor * (value - level - centred * slope));
    }
}

CL_DISPATCH static void back_16(const cl_norm_job *j, int64_t plane) { back_whole(j, plane, 0); }
CL_DISPATCH static void back_relu_16(const cl_norm_job *j, int64_t plane) {
  back_whole(j, plane, 1);
}

static void back_plane(const void *context, int64_t plane) {
  const cl_norm_job *j = context;
  if (j->src.inner == 16 && j->layer->relu) {
    back_relu_16(j, plane);
  } else if (j->src.inner == 16) {
    back_16(j, plane);
  } else {
    back(j, plane, j->src.inner, j->layer->relu);
  }
}

void cl_norm_run_back(const cl_program *program, const cl_step *step) {
  cl_batch_normalization layer;
  cl_norm_job j = cl_norm_job_of(program, step, &layer);
  cl_parallel(j.src.blocks * CL_CHUNKS, sums, &j);
  settle_back(&j);
  if (j.residual_gradient) {
    /* What the first pass left there is behind the relu already. */
    layer.relu = 0;
    j.gradient = j.residual_gradient;
  }
  cl_parallel(j.src.planes, back_plane, &j);
}
