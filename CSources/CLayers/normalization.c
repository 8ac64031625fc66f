/* Normalisation of each position over its channels: layer norm with the channels last. */
#include "normalization.h"

#include <math.h>

typedef struct job {
  cl_view src, dst;
  const float *scale, *shift, *mask; /* 16 to a plane */
  float epsilon;
} job;

enum { TILE = 8 }; /* points side by side: their channels stay in the cache from pass to pass */

/* Mean and 1/deviation of the points of a tile; inner and points are constants where it is inlined. */
CL_INLINE void tile_statistics(const job *j, const float *x, int64_t inner, int64_t points,
                               float *mean, float *factor) {
  int64_t plane = cl_plane_size(&j->src), width = points * inner;
  float sum[TILE * CL_LANES] = {0}, square[TILE * CL_LANES] = {0};
  for (int64_t b = 0; b < j->src.blocks; b++)
    for (int64_t k = 0; k < width; k++) sum[k] += x[b * plane + k];
  for (int64_t p = 0; p < points; p++) {
    double total = 0;
    for (int64_t k = 0; k < inner; k++) total += sum[p * inner + k];
    mean[p] = (float)(total / (double)j->src.channels);
  }
  for (int64_t b = 0; b < j->src.blocks; b++) {
    const float *mask = j->mask + b * CL_LANES;
    for (int64_t p = 0; p < points; p++)
      for (int64_t k = 0; k < inner; k++) {
        float d = (x[b * plane + p * inner + k] - mean[p]) * mask[k];
        square[p * inner + k] += d * d;
      }
  }
  for (int64_t p = 0; p < points; p++) {
    double total = 0;
    for (int64_t k = 0; k < inner; k++) total += square[p * inner + k];
    factor[p] = (float)(1 / sqrt(total / (double)j->src.channels + (double)j->epsilon));
  }
}

CL_INLINE void tile(const job *j, const float *x, float *y, int64_t inner, int64_t points) {
  int64_t plane = cl_plane_size(&j->src);
  float mean[TILE], factor[TILE];
  tile_statistics(j, x, inner, points, mean, factor);
  for (int64_t b = 0; b < j->src.blocks; b++) {
    const float *scale = j->scale + b * CL_LANES, *shift = j->shift + b * CL_LANES;
    for (int64_t p = 0; p < points; p++)
      for (int64_t k = 0; k < inner; k++) {
        int64_t at = b * plane + p * inner + k;
        y[at] = (x[at] - mean[p]) * factor[p] * scale[k] + shift[k];
      }
  }
}

/* The same for whole tiles of whole vectors, which stay in registers. */
CL_INLINE void whole_tile(const job *j, const float *x, float *y) {
  int64_t plane = cl_plane_size(&j->src), blocks = j->src.blocks;
  cl_lanes sum[TILE] = {{0}}, square[TILE] = {{0}};
  float mean[TILE], factor[TILE];
  for (int64_t b = 0; b < blocks; b++)
    for (int p = 0; p < TILE; p++) sum[p] += *(const cl_lanes *)(x + b * plane + p * CL_LANES);
  for (int p = 0; p < TILE; p++) {
    double total = 0;
    for (int k = 0; k < CL_LANES; k++) total += sum[p][k];
    mean[p] = (float)(total / (double)j->src.channels);
  }
  for (int64_t b = 0; b < blocks; b++) {
    const cl_lanes mask = *(const cl_lanes *)(j->mask + b * CL_LANES);
    for (int p = 0; p < TILE; p++) {
      cl_lanes d = (*(const cl_lanes *)(x + b * plane + p * CL_LANES) - mean[p]) * mask;
      square[p] += d * d;
    }
  }
  for (int p = 0; p < TILE; p++) {
    double total = 0;
    for (int k = 0; k < CL_LANES; k++) total += square[p][k];
    factor[p] = (float)(1 / sqrt(total / (double)j->src.channels + (double)j->epsilon));
  }
  for (int64_t b = 0; b < blocks; b++) {
    const cl_lanes scale = *(const cl_lanes *)(j->scale + b * CL_LANES);
    const cl_lanes shift = *(const cl_lanes *)(j->shift + b * CL_LANES);
    for (int p = 0; p < TILE; p++) {
      const cl_lanes value = *(const cl_lanes *)(x + b * plane + p * CL_LANES);
      *(cl_lanes *)(y + b * plane + p * CL_LANES) = (value - mean[p]) * factor[p] * scale + shift;
    }
  }
}

CL_DISPATCH static void full_tile_16(const job *j, const float *x, float *y) {
  whole_tile(j, x, y);
}

CL_DISPATCH static void any_tile(const job *j, const float *x, float *y, int64_t points) {
  if (j->src.inner == 16) {
    tile(j, x, y, 16, points);
  } else {
    tile(j, x, y, 8, points);
  }
}

static int64_t tiles_of(const cl_view *view) {
  return (view->height * view->width + TILE - 1) / TILE;
}

static void run_tile(const void *context, int64_t index) {
  const job *j = context;
  int64_t tiles = tiles_of(&j->src), first = index % tiles * TILE;
  int64_t left = j->src.height * j->src.width - first;
  int64_t at = index / tiles * j->src.blocks * cl_plane_size(&j->src) + first * j->src.inner;
  if (left >= TILE && j->src.inner == 16) {
    full_tile_16(j, j->src.data + at, j->dst.data + at);
  } else {
    any_tile(j, j->src.data + at, j->dst.data + at, left < TILE ? left : TILE);
  }
}

static void run(const cl_program *program, const cl_step *step) {
  cl_view src = cl_view_of(program, step->sources[0]);
  const float *scale = step->floats;
  job j = {src,
           cl_view_of(program, step->destination),
           scale,
           scale + src.blocks * CL_LANES,
           scale + 2 * src.blocks * CL_LANES,
           step->fill};
  cl_parallel(src.images * tiles_of(&src), run_tile, &j);
}

/* Three numbers a lane: scale, shift, and 1 where there is a channel. */
int cl_normalization_tables(cl_program *program, cl_step *step, const cl_view *view,
                            const float *scale, const float *shift) {
  size_t part = (size_t)(view->blocks * CL_LANES);
  float *table = cl_step_floats(program, step, 3 * part);
  if (!table) return -1;
  cl_spread_channels(view, NULL, 1, table + 2 * part);
  for (int64_t b = 0; b < view->blocks; b++)
    for (int64_t k = 0; k < CL_LANES; k++)
      if (b * view->inner + k % view->inner >= view->channels)
        table[2 * part + (size_t)(b * CL_LANES + k)] = 0;
  cl_spread_channels(view, scale, 0, table);
  cl_spread_channels(view, shift, 0, table + part);
  return 0;
}

int cl_step_position_normalization(cl_program *program, int src, int dst, const float *scale,
                                   const float *shift, float epsilon) {
  if (!program->values[src].blocked || !program->values[dst].blocked)
    return cl_fail(program, "layer normalisation: source and result must be in blocks");
  cl_step *step = cl_append_kernel(program, &src, 1, dst, run, "kernel:layer_normalization");
  if (!step) return -1;
  step->fill = epsilon;
  cl_view view = cl_view_of(program, src);
  return cl_normalization_tables(program, step, &view, scale, shift);
}
