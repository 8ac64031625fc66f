/* Batch normalisation for training: the border around its result that a convolution reads. */
#include "training_normalization.h"

cl_norm_rows cl_norm_rows_of(const cl_view *src, cl_sides s) {
  int64_t size = cl_plane_size(src), width = src->width + s.left + s.right;
  if (!s.top && !s.left && !s.bottom && !s.right)
    return (cl_norm_rows){.count = 1, .length = size, .plane = size};
  return (cl_norm_rows){.count = src->height,
                        .length = src->width * src->inner,
                        .pitch = width * src->inner,
                        .origin = (s.top * width + s.left) * src->inner,
                        .plane = (src->height + s.top + s.bottom) * width * src->inner};
}

/* What is done with each stretch of floats in the border and the place that it repeats: to fill it first the
 * points beside the rows, then whole rows; on the way back whole rows first. */
typedef void visit(float *border, float *source, int64_t count);

CL_INLINE void copy(float *border, float *source, int64_t count) {
  for (int64_t i = 0; i < count; i++) border[i] = source[i];
}

CL_INLINE void add(float *border, float *source, int64_t count) {
  for (int64_t i = 0; i < count; i++) source[i] += border[i];
}

CL_INLINE void visit_columns(const cl_norm_job *j, float *plane, visit *body) {
  int64_t inner = j->src.inner, left = j->border.left, width = j->src.width;
  for (int64_t i = 0; i < j->src.height; i++) {
    float *row = plane + (j->border.top + i) * j->rows.pitch;
    for (int64_t x = 0; x < left + j->border.right; x++) {
      int64_t at = x < left ? x : x + width;
      int64_t from = left + cl_padding_source(at - left, width, j->mode);
      body(row + at * inner, row + from * inner, inner);
    }
  }
}

CL_INLINE void visit_rows(const cl_norm_job *j, float *plane, visit *body) {
  int64_t top = j->border.top, height = j->src.height, pitch = j->rows.pitch;
  for (int64_t y = 0; y < top + j->border.bottom; y++) {
    int64_t at = y < top ? y : y + height;
    int64_t from = top + cl_padding_source(at - top, height, j->mode);
    body(plane + at * pitch, plane + from * pitch, pitch);
  }
}

CL_DISPATCH static void spread(const cl_norm_job *j, float *plane) {
  visit_columns(j, plane, copy);
  visit_rows(j, plane, copy);
}

CL_DISPATCH static void gather(const cl_norm_job *j, float *plane) {
  visit_rows(j, plane, add);
  visit_columns(j, plane, add);
}

void cl_norm_spread(const cl_norm_job *j, float *plane) {
  if (j->rows.pitch) spread(j, plane);
}

void cl_norm_gather(const cl_norm_job *j, float *plane) {
  if (j->rows.pitch) gather(j, plane);
}
