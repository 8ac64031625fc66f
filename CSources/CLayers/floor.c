/* What a program's primitives take alone, one after the other, each in the layout that suits it best: the
 * least any program of such primitives can take. Their maps are where the step before left them, but
 * their weights only where the network's weights fit: a cache does not hold what a run reads once. */
#define _POSIX_C_SOURCE 199309L
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "floor.h"

extern void omp_set_num_threads(int);

enum { ARGUMENTS = 5, SHARED = 3 };

/* What a primitive reads and writes. Maps and scratch are shared: the first map of a step is the second
 * of the one before it. */
static const struct {
  dnnl_query_t query;
  int index, kind, shared;
} arguments[ARGUMENTS] = {{dnnl_query_src_md, 0, DNNL_ARG_SRC, 0},
                          {dnnl_query_dst_md, 0, DNNL_ARG_DST, 1},
                          {dnnl_query_scratchpad_md, 0, DNNL_ARG_SCRATCHPAD, 2},
                          {dnnl_query_weights_md, 0, DNNL_ARG_WEIGHTS, -1},
                          {dnnl_query_weights_md, 1, DNNL_ARG_BIAS, -1}};

typedef struct part {
  dnnl_primitive_t primitive;   /* NULL where a step has no floor */
  int step, count;
  dnnl_exec_arg_t list[ARGUMENTS];
  void *owned[ARGUMENTS];
} part;

/* The parts of a pass, and the maps that they share. */
typedef struct pass {
  part *parts;
  int count;
  void *shared[SHARED];
  size_t bytes[SHARED];
} pass;

static const dnnl_memory_desc_t *layout_of(const part *p, int argument) {
  const_dnnl_primitive_desc_t description;
  if (dnnl_primitive_get_primitive_desc(p->primitive, &description)) return NULL;
  const dnnl_memory_desc_t *layout = dnnl_primitive_desc_query_md(
      description, arguments[argument].query, arguments[argument].index);
  return layout && dnnl_memory_desc_get_size(layout) ? layout : NULL;
}

/* Where a shared argument of a part lies; the two maps change places from part to part. */
static int place_of(int index, int argument) {
  int shared = arguments[argument].shared;
  return shared == 2 ? 2 : shared ^ (index & 1);
}

/* The parts, each in its own choice, and how much they share. */
static void describe_parts(const cl_program *program, pass *p, const cl_floor_choice *choices) {
  for (int s = 0; s < program->step_count; s++) {
    part *next = &p->parts[p->count];
    memset(next, 0, sizeof *next);
    next->step = s;
    next->primitive = cl_floor_primitive(program, &program->steps[s], choices[s]);
    if (next->primitive) p->count++;
  }
  for (int i = 0; i < p->count; i++)
    for (int a = 0; a < ARGUMENTS; a++) {
      const dnnl_memory_desc_t *layout = layout_of(&p->parts[i], a);
      if (!layout || arguments[a].shared < 0) continue;
      size_t *bytes = &p->bytes[place_of(i, a)], size = dnnl_memory_desc_get_size(layout);
      if (*bytes < size) *bytes = size;
    }
}

/* The memories of all parts, zeroed; 0 when one is missing. */
static int allocate_parts(pass *p) {
  for (int i = 0; i < SHARED; i++)
    if (p->bytes[i] && !(p->shared[i] = cl_memory_allocate(p->bytes[i]))) return 0;
  for (int i = 0; i < p->count; i++)
    for (int a = 0; a < ARGUMENTS; a++) {
      part *part = &p->parts[i];
      const dnnl_memory_desc_t *layout = layout_of(part, a);
      if (!layout) continue;
      void *data = arguments[a].shared < 0 ? cl_memory_allocate(dnnl_memory_desc_get_size(layout))
                                           : p->shared[place_of(i, a)];
      if (!data) return 0;
      if (arguments[a].shared < 0) part->owned[a] = data;
      part->list[part->count].arg = arguments[a].kind;
      if (dnnl_memory_create(&part->list[part->count].memory, layout, cl_engine(), data)) return 0;
      part->count++;
    }
  return 1;
}

static void free_parts(pass *p) {
  for (int i = 0; i < p->count; i++) {
    part *part = &p->parts[i];
    for (int a = 0; a < part->count; a++) dnnl_memory_destroy(part->list[a].memory);
    for (int a = 0; a < ARGUMENTS; a++) cl_memory_free(part->owned[a]);
    dnnl_primitive_destroy(part->primitive);
  }
  for (int i = 0; i < SHARED; i++) cl_memory_free(p->shared[i]);
}

static int run_part(const part *p, dnnl_stream_t stream) {
  return dnnl_primitive_execute(p->primitive, stream, p->count, p->list) || dnnl_stream_wait(stream);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

struct cl_floor {
  cl_program *program;
  pass pass;
  cl_floor_choice *choices;
  double *milliseconds;         /* of each step in its choice */
};

static int prepare(cl_floor *f) {
  memset(&f->pass, 0, sizeof f->pass);
  f->pass.parts = calloc((size_t)f->program->step_count + 1, sizeof *f->pass.parts);
  if (!f->pass.parts) return 0;
  describe_parts(f->program, &f->pass, f->choices);
  return allocate_parts(&f->pass);
}

static void discard(cl_floor *f) {
  free_parts(&f->pass);
  free(f->pass.parts);
  memset(&f->pass, 0, sizeof f->pass);
}

/* Times all steps in one choice; best keeps the choice of the least time. The first run does not
 * count. */
static int try_choice(cl_floor *f, cl_floor_choice which, int runs, cl_floor_choice *best) {
  for (int s = 0; s < f->program->step_count; s++) f->choices[s] = which;
  int fine = prepare(f);
  for (int run = 0; fine && run <= runs; run++)
    for (int i = 0; fine && i < f->pass.count; i++) {
      const part *p = &f->pass.parts[i];
      double start = now();
      fine = !run_part(p, f->program->stream);
      double time = now() - start, *least = &f->milliseconds[p->step];
      if (run == 0 || (*least > 0 && time >= *least)) continue;
      *least = time;
      best[p->step] = which;
    }
  discard(f);
  return fine;
}

cl_floor *cl_floor_create(cl_program *program, int threads, int runs) {
  size_t steps = (size_t)program->step_count + 1;
  cl_floor *f = calloc(1, sizeof *f);
  cl_floor_choice *best = calloc(steps, sizeof *best);
  int fine = 0;
  omp_set_num_threads(threads);
  if (f) {
    f->program = program;
    f->choices = calloc(steps, sizeof *f->choices);
    f->milliseconds = calloc(steps, sizeof *f->milliseconds);
    fine = best && f->choices && f->milliseconds;
  }
  for (cl_floor_choice which = cl_floor_own; fine && which < cl_floor_choices; which++)
    fine = try_choice(f, which, runs, best);
  if (fine) {
    memcpy(f->choices, best, steps * sizeof *best);
    fine = prepare(f);
  }
  free(best);
  if (fine) return f;
  cl_fail(program, "floor: the primitives cannot run alone");
  cl_floor_destroy(f);
  return NULL;
}

int cl_floor_run(cl_floor *f, int threads) {
  omp_set_num_threads(threads);
  for (int i = 0; i < f->pass.count; i++)
    if (run_part(&f->pass.parts[i], f->program->stream))
      return cl_fail(f->program, "floor: a primitive cannot run alone");
  return 0;
}

const double *cl_floor_times(const cl_floor *f) { return f->milliseconds; }

void cl_floor_destroy(cl_floor *f) {
  if (!f) return;
  discard(f);
  free(f->choices);
  free(f->milliseconds);
  free(f);
}
