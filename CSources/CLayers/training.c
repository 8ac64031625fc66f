/* Parameters as values, and the weighted layers forth and back. */
#include "training.h"

#include <stdlib.h>
#include <string.h>

extern void omp_set_num_threads(int);

void cl_team_size(int threads) { omp_set_num_threads(threads); }

int cl_keep_floats(cl_program *program, cl_step *step, const float *values, size_t count) {
  float *table = cl_step_floats(program, step, count);
  if (!table) return -1;
  if (count) memcpy(table, values, count * sizeof *table);
  return 0;
}

int cl_keep_indices(cl_program *program, cl_step *step, const int32_t *values, size_t count) {
  int32_t *table = cl_step_indices(program, step, count);
  if (!table) return -1;
  if (count) memcpy(table, values, count * sizeof *table);
  return 0;
}

int cl_value_like(cl_program *program, int value) {
  const dnnl_memory_desc_t layout = program->values[value].layout;
  int blocked = program->values[value].blocked;
  int other = cl_value_with_layout(program, &layout);
  if (other >= 0) program->values[other].blocked = blocked;
  return other;
}

/* The row-major layout of the same dimensions. */
static dnnl_memory_desc_t plain_layout(const dnnl_memory_desc_t *layout) {
  static const dnnl_format_tag_t tags[] = {dnnl_a,    dnnl_a,    dnnl_ab,
                                           dnnl_abc,  dnnl_abcd, dnnl_abcde};
  dnnl_memory_desc_t plain;
  dnnl_memory_desc_init_by_tag(&plain, layout->ndims, layout->dims, dnnl_f32, tags[layout->ndims]);
  return plain;
}

/* Moves values between a row-major array and a bound value. */
static int convert(cl_program *program, int value, float *data, int reads) {
  const cl_value *v = &program->values[value];
  dnnl_memory_desc_t plain = plain_layout(&v->layout);
  dnnl_memory_t memory = NULL;
  const char *what = "reading a parameter";
  if (cl_check(program, dnnl_memory_create(&memory, &plain, cl_engine(), data), what)) return -1;
  int status = reads ? cl_reorder(program, v->memory, memory, what)
                     : cl_reorder(program, memory, v->memory, what);
  dnnl_memory_destroy(memory);
  return status;
}

int cl_value_read(cl_program *program, int value, float *result) {
  return convert(program, value, result, 1);
}

int cl_value_write(cl_program *program, int value, const float *data) {
  return convert(program, value, (float *)data, 0);
}
