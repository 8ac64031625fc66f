/* Steps whose arithmetic is the caller's, run on the team like any other. */
#include "kernels.h"

enum { MAX_SOURCES = 4 };

typedef struct job {
  const cl_hook *hook;
  cl_map sources[MAX_SOURCES], dst;
  char *workspace;
  size_t workspace_bytes; /* from one member's to the next */
  int *failed;
} job;

static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

static cl_map map_of(const cl_program *program, int value) {
  cl_view view = cl_view_of(program, value);
  return (cl_map){view.data,   view.images, view.channels, view.blocks,
                  view.height, view.width,  view.inner};
}

int64_t cl_value_planes(const cl_program *program, int value) {
  return cl_view_of(program, value).planes;
}

static void run_part(const void *context, int64_t part, int64_t member) {
  const job *j = context;
  void *workspace = j->workspace ? j->workspace + (size_t)member * j->workspace_bytes : NULL;
  if (j->hook->run(j->hook->context, j->sources, &j->dst, part, workspace))
    __atomic_store_n(j->failed, 1, __ATOMIC_RELAXED);
}

static void run(const cl_program *program, const cl_step *step) {
  job j = {.hook = &step->hook,
           .dst = map_of(program, step->destination),
           .workspace_bytes = rounded(step->hook.workspace_bytes),
           .failed = (int *)&step->failed};
  for (int i = 0; i < step->source_count; i++)
    j.sources[i] = map_of(program, step->sources[i]);
  void *workspace = NULL;
  if (step->scratch >= 0)
    dnnl_memory_get_data_handle(program->values[step->scratch].memory, &workspace);
  j.workspace = workspace;
  cl_parallel_members(step->hook.parts, step->count, run_part, &j);
}

int cl_step_hook(cl_program *program, const int *sources, int count, int dst,
                 const cl_hook *hook) {
  if (count < 1 || count > MAX_SOURCES)
    return cl_fail(program, "%s: takes 1 to %d sources, got %d", hook->name, MAX_SOURCES, count);
  cl_step *step = cl_append_kernel(program, sources, count, dst, run, hook->name);
  if (!step) return -1;
  step->hook = *hook;
  /* A workspace for each thread that can do some good; the bits are the same for any number. */
  int64_t members = cl_processors() < hook->parts ? cl_processors() : hook->parts;
  step->count = members;
  if (hook->workspace_bytes == 0 || members == 0) return 0;
  int64_t dims[2] = {members, (int64_t)(rounded(hook->workspace_bytes) / sizeof(float))};
  int scratch = cl_value_plain(program, 2, dims);
  if (scratch < 0) return -1;
  program->steps[program->step_count - 1].scratch = scratch;
  return 0;
}
