/* What a step's primitive takes alone, in the layout that suits it best: the least any program of such
 * primitives can take. */
#define _POSIX_C_SOURCE 199309L
#include <string.h>
#include <time.h>

#include "program.h"

extern void omp_set_num_threads(int);

/* A description of any of the three kinds, and where its two maps stand in it. */
typedef union operation {
  dnnl_primitive_kind_t kind;
  dnnl_convolution_desc_t convolution;
  dnnl_inner_product_desc_t product;
  dnnl_pooling_v2_desc_t pooling;
} operation;

static int read_operation(const_dnnl_primitive_desc_t from, operation *o) {
  const void *found = NULL;
  dnnl_primitive_kind_t kind = dnnl_undefined_primitive;
  dnnl_primitive_desc_query(from, dnnl_query_primitive_kind, 0, &kind);
  dnnl_query_t what = kind == dnnl_convolution     ? dnnl_query_convolution_d
                      : kind == dnnl_inner_product ? dnnl_query_inner_product_d
                                                   : dnnl_query_pooling_v2_d;
  if (kind != dnnl_convolution && kind != dnnl_inner_product && kind != dnnl_pooling_v2) return 0;
  /* oneDNN writes a pointer to the description it keeps. */
  if (dnnl_primitive_desc_query(from, what, 0, (void *)&found) || !found) return 0;
  size_t size = kind == dnnl_convolution     ? sizeof o->convolution
                : kind == dnnl_inner_product ? sizeof o->product
                                             : sizeof o->pooling;
  memcpy(o, found, size);
  return 1;
}

static dnnl_memory_desc_t *source_of(operation *o) {
  return o->kind == dnnl_convolution     ? &o->convolution.src_desc
         : o->kind == dnnl_inner_product ? &o->product.src_desc
                                         : &o->pooling.src_desc;
}

static dnnl_memory_desc_t *result_of(operation *o) {
  return o->kind == dnnl_convolution     ? &o->convolution.dst_desc
         : o->kind == dnnl_inner_product ? &o->product.dst_desc
                                         : &o->pooling.dst_desc;
}

static void set_layout(dnnl_memory_desc_t *map, dnnl_format_tag_t tag) {
  dnnl_memory_desc_t other;
  if (!dnnl_memory_desc_init_by_tag(&other, map->ndims, map->dims, dnnl_f32, tag)) *map = other;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

enum { ARGUMENTS = 5 };

static const struct {
  dnnl_query_t query;
  int index, kind;
} arguments[ARGUMENTS] = {{dnnl_query_src_md, 0, DNNL_ARG_SRC},
                          {dnnl_query_weights_md, 0, DNNL_ARG_WEIGHTS},
                          {dnnl_query_weights_md, 1, DNNL_ARG_BIAS},
                          {dnnl_query_dst_md, 0, DNNL_ARG_DST},
                          {dnnl_query_scratchpad_md, 0, DNNL_ARG_SCRATCHPAD}};

/* The memories a primitive needs, zeroed; the answer is their number, negative when one is missing. */
static int make_arguments(const_dnnl_primitive_desc_t description, dnnl_exec_arg_t *list) {
  int count = 0;
  for (int i = 0; i < ARGUMENTS; i++) {
    const dnnl_memory_desc_t *layout = dnnl_primitive_desc_query_md(
        description, arguments[i].query, arguments[i].index);
    size_t bytes = layout ? dnnl_memory_desc_get_size(layout) : 0;
    if (bytes == 0) continue;
    void *data = cl_memory_allocate(bytes);
    if (!data) return -1 - count;
    list[count].arg = arguments[i].kind;
    if (dnnl_memory_create(&list[count].memory, layout, cl_engine(), data)) {
      cl_memory_free(data);
      return -1 - count;
    }
    count++;
  }
  return count;
}

static void free_arguments(const dnnl_exec_arg_t *list, int count) {
  for (int i = 0; i < count; i++) {
    void *data = NULL;
    dnnl_memory_get_data_handle(list[i].memory, &data);
    dnnl_memory_destroy(list[i].memory);
    cl_memory_free(data);
  }
}

/* The least of the times of a primitive; negative when it cannot run. */
static double least(cl_program *program, dnnl_primitive_t primitive, int runs) {
  const_dnnl_primitive_desc_t description;
  dnnl_exec_arg_t list[ARGUMENTS];
  double best = -1;
  if (dnnl_primitive_get_primitive_desc(primitive, &description)) return -1;
  int count = make_arguments(description, list);
  /* The first run is not counted. */
  for (int i = 0; count > 0 && i <= runs; i++) {
    double start = now();
    if (dnnl_primitive_execute(primitive, program->stream, count, list) ||
        dnnl_stream_wait(program->stream))
      break;
    double time = now() - start;
    if (i > 0 && (best < 0 || time < best)) best = time;
  }
  free_arguments(list, count < 0 ? -1 - count : count);
  return best;
}

static void keep_least(double *best, double time) {
  if (time >= 0 && (*best < 0 || time < *best)) *best = time;
}

/* The operation with its maps in given layouts, timed; direct where it is a convolution. */
static double time_layout(cl_program *program, operation o, const_dnnl_primitive_attr_t attr,
                          dnnl_format_tag_t source, dnnl_format_tag_t result, int runs) {
  set_layout(source_of(&o), source);
  set_layout(result_of(&o), result);
  if (o.kind == dnnl_convolution) o.convolution.alg_kind = dnnl_convolution_direct;
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t primitive = NULL;
  double time = -1;
  if (dnnl_primitive_desc_create(&description, &o, attr, cl_engine(), NULL)) return -1;
  if (!cl_is_reference(description) && !dnnl_primitive_create(&primitive, description)) {
    time = least(program, primitive, runs);
    dnnl_primitive_destroy(primitive);
  }
  dnnl_primitive_desc_destroy(description);
  return time;
}

int cl_step_floor(cl_program *program, int step, int threads, int runs, double *milliseconds) {
  const dnnl_primitive_t primitive = program->steps[step].primitive;
  const_dnnl_primitive_desc_t description;
  const_dnnl_primitive_attr_t attr;
  operation o;
  *milliseconds = 0;
  if (!primitive) return 0;
  if (cl_check(program, dnnl_primitive_get_primitive_desc(primitive, &description), "floor") ||
      cl_check(program, dnnl_primitive_desc_get_attr(description, &attr), "floor"))
    return -1;
  if (!read_operation(description, &o)) return 0;
  omp_set_num_threads(threads);
  double best = least(program, primitive, runs);
  dnnl_format_tag_t blocks = cl_block_size() == 16 ? dnnl_aBcd16b : dnnl_aBcd8b;
  if (o.kind == dnnl_inner_product) {
    keep_least(&best, time_layout(program, o, attr, dnnl_format_tag_any, dnnl_format_tag_any, runs));
  } else {
    dnnl_format_tag_t first = source_of(&o)->dims[1] < 16 ? dnnl_format_tag_any : blocks;
    if (o.kind == dnnl_convolution)
      keep_least(&best,
                 time_layout(program, o, attr, dnnl_format_tag_any, dnnl_format_tag_any, runs));
    keep_least(&best, time_layout(program, o, attr, dnnl_acdb, dnnl_acdb, runs));
    keep_least(&best, time_layout(program, o, attr, first, blocks, runs));
  }
  if (best < 0) return cl_fail(program, "floor: the primitive cannot run alone");
  *milliseconds = best;
  return 0;
}
