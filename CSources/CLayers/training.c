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
  const dnnl_memory_desc_t *from = reads ? &v->layout : &plain, *to = reads ? &plain : &v->layout;
  dnnl_memory_t memory = NULL;
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t reorder = NULL;
  dnnl_status_t status = dnnl_memory_create(&memory, &plain, cl_engine(), data);
  if (!status)
    status =
        dnnl_reorder_primitive_desc_create(&description, from, cl_engine(), to, cl_engine(), NULL);
  if (!status) status = dnnl_primitive_create(&reorder, description);
  if (!status) {
    dnnl_exec_arg_t arguments[2] = {{DNNL_ARG_FROM, reads ? v->memory : memory},
                                    {DNNL_ARG_TO, reads ? memory : v->memory}};
    status = dnnl_primitive_execute(reorder, program->stream, 2, arguments);
  }
  if (!status) status = dnnl_stream_wait(program->stream);
  if (reorder) dnnl_primitive_destroy(reorder);
  if (description) dnnl_primitive_desc_destroy(description);
  if (memory) dnnl_memory_destroy(memory);
  return cl_check(program, status, "reading a parameter");
}

int cl_value_read(cl_program *program, int value, float *result) {
  return convert(program, value, result, 1);
}

int cl_value_write(cl_program *program, int value, const float *data) {
  return convert(program, value, (float *)data, 0);
}
