/* Channels chosen from one or more maps, in any order. */
#include <string.h>

#include "kernels.h"

typedef struct job {
  cl_view dst;
  const cl_view *sources;
  const int32_t *channels; /* a source and a channel of it for each channel of dst */
} job;

/* Where a channel of an image begins. */
static const float *start_of(const cl_view *view, int64_t image, int64_t channel) {
  int64_t plane = image * view->blocks + channel / view->inner;
  return view->data + plane * cl_plane_size(view) + channel % view->inner;
}

/* Whether the lanes of a plane stand together, in order, as a whole plane of one source. */
static int is_whole_plane(const job *j, const int32_t *chosen, int64_t lanes) {
  const cl_view *view = &j->sources[chosen[0]];
  for (int64_t k = 0; k < lanes; k++)
    if (chosen[2 * k] != chosen[0] || chosen[2 * k + 1] != chosen[1] + k) return 0;
  /* What stands behind the last lane must be zeros in the source too. */
  return chosen[1] % view->inner == 0 &&
         (lanes == view->inner || chosen[1] + lanes == view->channels);
}

static void gather(const float *const *from, float *y, int64_t points, int64_t inner,
                   int64_t lanes) {
  for (int64_t p = 0; p < points; p++)
    for (int64_t k = 0; k < inner; k++) y[p * inner + k] = k < lanes ? from[k][p * inner] : 0;
}

static void gather_16(const float *const *from, float *y, int64_t points) {
  for (int64_t p = 0; p < points; p++)
    for (int64_t k = 0; k < 16; k++) y[p * 16 + k] = from[k][p * 16];
}

static void run_plane(const void *context, int64_t plane) {
  const job *j = context;
  int64_t image = plane / j->dst.blocks, inner = j->dst.inner, lanes = cl_lanes_of(&j->dst, plane);
  int64_t points = j->dst.height * j->dst.width;
  const int32_t *chosen = j->channels + 2 * (plane % j->dst.blocks) * inner;
  float *y = j->dst.data + plane * cl_plane_size(&j->dst);
  const float *from[CL_LANES];
  for (int64_t k = 0; k < lanes; k++)
    from[k] = start_of(&j->sources[chosen[2 * k]], image, chosen[2 * k + 1]);
  if (is_whole_plane(j, chosen, lanes)) {
    memcpy(y, from[0], (size_t)(points * inner) * sizeof *y);
  } else if (lanes == 16) {
    gather_16(from, y, points);
  } else {
    gather(from, y, points, inner, lanes);
  }
}

static void run(const cl_program *program, const cl_step *step) {
  cl_view sources[CL_MAX_SOURCES];
  for (int i = 0; i < step->source_count; i++)
    sources[i] = cl_view_of(program, step->sources[i]);
  job j = {cl_view_of(program, step->destination), sources, step->indices};
  cl_parallel(j.dst.planes, run_plane, &j);
}

int cl_step_channels(cl_program *program, const int *sources, int count, int dst,
                     const int32_t *channels) {
  if (count > CL_MAX_SOURCES)
    return cl_fail(program, "channels of %d values, at most %d", count, CL_MAX_SOURCES);
  for (int i = 0; i < count; i++)
    if (cl_check_same_layout(program, sources[i], dst, 0, "channels")) return -1;
  cl_step *step = cl_append_kernel(program, sources, count, dst, run, "kernel:channels");
  if (!step) return -1;
  size_t room = 2 * (size_t)program->values[dst].dims[1];
  int32_t *table = cl_step_indices(program, step, room);
  if (!table) return -1;
  memcpy(table, channels, room * sizeof *table);
  return 0;
}
