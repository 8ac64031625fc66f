/* Batch normalisation for training: the statistics of the batch. */
#include <math.h>

#include "training_normalization.h"

/* Sum and sum of squared differences from the plane's own mean, which a second pass over the plane
 * finds in the cache; the planes are joined in double precision (Chan, Golub and LeVeque 1979). */
CL_INLINE void chunk_statistics(const cl_norm_job *j, int64_t part, int64_t inner) {
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
  double *result = cl_norm_partial(j, chunk, block);
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

CL_DISPATCH static void statistics_16(const cl_norm_job *j, int64_t part) {
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
  double *result = cl_norm_partial(j, chunk, block);
  for (int64_t k = 0; k < CL_LANES; k++) {
    result[k] = mean[k];
    result[CL_LANES + k] = square[k];
  }
}

CL_DISPATCH static void statistics_8(const cl_norm_job *j, int64_t part) {
  chunk_statistics(j, part, 8);
}

void cl_norm_statistics(const void *context, int64_t part) {
  const cl_norm_job *j = context;
  switch (j->src.inner) {
    case 16: statistics_16(j, part); break;
    case 8: statistics_8(j, part); break;
    default: chunk_statistics(j, part, 1);
  }
}

/* Joins the chunks in their order; one lane at a time. */
static void join(const cl_norm_job *j, int64_t block, int64_t k, double *mean, double *square) {
  double count = 0, points = (double)(j->src.height * j->src.width);
  *mean = *square = 0;
  for (int64_t chunk = 0; chunk < CL_CHUNKS; chunk++) {
    double added = points * (double)(cl_chunk_begin(j->src.images, chunk + 1) -
                                     cl_chunk_begin(j->src.images, chunk));
    if (added == 0) continue;
    const double *part = cl_norm_partial(j, chunk, block);
    double d = part[k] - *mean, total = count + added;
    *mean += d * added / total;
    *square += part[CL_LANES + k] + d * d * count * added / total;
    count = total;
  }
}

void cl_norm_settle(const cl_norm_job *j) {
  size_t lanes = cl_norm_lanes(&j->src);
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
