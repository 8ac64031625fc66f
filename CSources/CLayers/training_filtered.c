/* Polynomials on a finer grid: up by matrices, the polynomial, down by matrices, plane by plane, so that the
 * fine map stays in a cache. The way back makes it once more instead of reading it. */
#include <string.h>

#include "training_tiles.h"

typedef struct job {
  cl_view src, dst;
  const float *gradient;
  cl_matrices up, down, up_back; /* going back, down is transposed and leads to the fine grid */
  const float *coefficients;
  int64_t count, fine_size;
  float *workspace;
  int64_t workspace_size;
} job;

/* x = p(x), or x = g p(x) where there is a gradient g; 16 values at a time. */
CL_INLINE void apply(const job *j, float *x, const float *g) {
  const int64_t highest = j->count - 1;
  for (int64_t i = 0; i < j->fine_size; i += 16) {
    const cl_lanes value = CL_LOAD(x + i);
    cl_lanes sum = (cl_lanes){0} + j->coefficients[highest];
    for (int64_t c = highest - 1; c >= 0; c--) sum = sum * value + j->coefficients[c];
    if (g) sum *= CL_LOAD(g + i);
    CL_STORE(x + i, sum);
  }
}

CL_DISPATCH static void forth(const job *j, int64_t plane, float *fine) {
  float *tile = fine + 2 * j->fine_size;
  cl_multiply(&j->up, j->src.data + plane * cl_plane_size(&j->src), fine, tile);
  apply(j, fine, NULL);
  cl_multiply(&j->down, fine, j->dst.data + plane * cl_plane_size(&j->dst), tile);
}

CL_DISPATCH static void back(const job *j, int64_t plane, float *fine) {
  float *slope = fine + j->fine_size, *tile = slope + j->fine_size;
  const int64_t at = plane * cl_plane_size(&j->src);
  cl_multiply(&j->up, j->src.data + at, fine, tile);
  cl_multiply(&j->down, j->gradient + at, slope, tile);
  apply(j, fine, slope);
  cl_multiply(&j->up_back, fine, j->dst.data + at, tile);
}

static void run_plane(const void *context, int64_t plane, int64_t member) {
  const job *j = context;
  float *workspace = j->workspace + member * j->workspace_size;
  j->gradient ? back(j, plane, workspace) : forth(j, plane, workspace);
}

static int64_t workspace_size(cl_pair fine) {
  return 2 * fine.height * fine.width * 16 + cl_tile_size(fine);
}

static void run(const cl_program *program, const cl_step *step) {
  const cl_pair fine = step->stride;
  job j = {.src = cl_view_of(program, step->sources[0]),
           .dst = cl_view_of(program, step->destination),
           .gradient = step->source_count > 1 ? cl_data_of(program, step->sources[1]) : NULL,
           .count = step->count,
           .fine_size = fine.height * fine.width * 16,
           .workspace = cl_data_of(program, step->scratch),
           .workspace_size = workspace_size(fine)};
  const cl_pair coarse = cl_size_of(&j.src);
  const float *table = step->floats;
  const int64_t size = cl_matrices_size(coarse, fine);
  j.up = cl_matrices_at(table, coarse, fine);
  if (j.gradient) {
    j.down = cl_matrices_at(table += size, coarse, fine);
    j.up_back = cl_matrices_at(table += size, fine, coarse);
  } else {
    j.down = cl_matrices_at(table += size, fine, coarse);
  }
  j.coefficients = table + size;
  cl_parallel_members(j.dst.planes, program->values[step->scratch].layout.dims[0], run_plane, &j);
}

static int append(cl_program *program, const int *sources, int count, int dst, cl_pair fine,
                  const float *tables, int64_t coefficients, const char *name) {
  for (int i = 0; i < count; i++)
    if (cl_check_same_layout(program, sources[i], dst, 1, name)) return -1;
  cl_view view = cl_view_of(program, dst);
  if (view.inner != 16) return cl_fail(program, "%s: needs blocks of 16 channels", name);
  int64_t members = cl_processors() < view.planes ? cl_processors() : view.planes;
  int64_t dims[2] = {members, workspace_size(fine)};
  int scratch = cl_value_plain(program, 2, dims);
  if (scratch < 0) return -1;
  cl_step *step = cl_append_kernel(program, sources, count, dst, run, name);
  if (!step) return -1;
  step->scratch = scratch;
  step->stride = fine;
  step->count = coefficients;
  /* Forth two pairs of matrices, back three. */
  int64_t size = (count + 1) * cl_matrices_size(cl_size_of(&view), fine) + coefficients;
  float *kept = cl_step_floats(program, step, (size_t)size);
  if (!kept) return -1;
  memcpy(kept, tables, (size_t)size * sizeof *kept);
  return 0;
}

int cl_train_filtered(cl_program *program, int src, int dst, cl_pair fine, const float *tables,
                      int64_t coefficients) {
  return append(program, &src, 1, dst, fine, tables, coefficients, "kernel:filtered_polynomial");
}

int cl_train_filtered_back(cl_program *program, int src, int gradient, int src_gradient,
                           cl_pair fine, const float *tables, int64_t coefficients) {
  int sources[] = {src, gradient};
  return append(program, sources, 2, src_gradient, fine, tables, coefficients,
                "kernel:filtered_polynomial_back");
}
