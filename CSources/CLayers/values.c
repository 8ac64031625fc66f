/* The values of a program: their layouts and how parts of them are seen. */
#include "program.h"

#include <string.h>

static int append_value(cl_program *program, const dnnl_memory_desc_t *layout, int blocked) {
  cl_value *values =
      cl_grow(program->values, program->value_count, &program->value_capacity, sizeof *values);
  if (!values) return cl_fail(program, "out of memory for %d values", program->value_count + 1);
  program->values = values;
  cl_value *value = &values[program->value_count];
  memset(value, 0, sizeof *value);
  value->layout = *layout;
  value->rank = layout->ndims;
  value->blocked = blocked;
  value->base = program->value_count;
  for (int i = 0; i < layout->ndims && i < 4; i++) value->dims[i] = layout->dims[i];
  if (cl_check(program,
               dnnl_memory_create(&value->memory, layout, cl_engine(), DNNL_MEMORY_NONE),
               "memory of a value"))
    return -1;
  return program->value_count++;
}

int cl_value_with_layout(cl_program *program, const dnnl_memory_desc_t *layout) {
  return append_value(program, layout, 0);
}

int cl_value_plain(cl_program *program, int rank, const int64_t *dims) {
  dnnl_memory_desc_t layout;
  dnnl_format_tag_t tag = rank == 4 ? dnnl_abcd : dnnl_ab;
  if (rank != 4 && rank != 2) return cl_fail(program, "rank %d, need 2 or 4", rank);
  if (cl_check(program, dnnl_memory_desc_init_by_tag(&layout, rank, dims, dnnl_f32, tag),
               "plain value"))
    return -1;
  return append_value(program, &layout, 0);
}

int cl_value_blocked(cl_program *program, const int64_t *dims) {
  dnnl_memory_desc_t layout;
  dnnl_format_tag_t tag = cl_block_size() == 16 ? dnnl_aBcd16b : dnnl_aBcd8b;
  if (cl_check(program, dnnl_memory_desc_init_by_tag(&layout, 4, dims, dnnl_f32, tag),
               "blocked value"))
    return -1;
  return append_value(program, &layout, 1);
}

int cl_value_view(cl_program *program, int base, int rank, const int64_t *dims) {
  int value = cl_value_plain(program, rank, dims);
  if (value >= 0) program->values[value].base = program->values[base].base;
  return value;
}

int cl_value_of_whole_blocks(cl_program *program, int base) {
  int64_t dims[4], size = cl_block_size();
  for (int i = 0; i < 4; i++) dims[i] = program->values[base].dims[i];
  dims[1] = (dims[1] + size - 1) / size * size;
  int value = cl_value_blocked(program, dims);
  if (value >= 0) program->values[value].base = program->values[base].base;
  return value;
}

int cl_value_slice(cl_program *program, int base, int64_t first, int64_t channels) {
  const cl_value whole = program->values[base];
  int64_t size = cl_block_size(), end = first + channels;
  if (!whole.blocked || whole.base != base || first % size || end > whole.dims[1] ||
      (channels % size && end != whole.dims[1]))
    return cl_fail(program, "channels %lld..<%lld of %lld are no whole blocks of a value",
                   (long long)first, (long long)end, (long long)whole.dims[1]);
  int64_t dims[4] = {whole.dims[0], channels, whole.dims[2], whole.dims[3]};
  int index = cl_value_blocked(program, dims);
  if (index < 0) return -1;
  cl_value *value = &program->values[index];
  value->base = base;
  value->offset = (size_t)(first * dims[2] * dims[3]) * sizeof(float);
  value->strided = dims[0] > 1 && channels < whole.dims[1];
  return index;
}

size_t cl_value_offset(const cl_program *program, int value) {
  return program->values[value].offset;
}

int cl_value_is_strided(const cl_program *program, int value) {
  return program->values[value].strided;
}

int cl_value_count(const cl_program *program) { return program->value_count; }

size_t cl_value_bytes(const cl_program *program, int value) {
  return dnnl_memory_desc_get_size(&program->values[value].layout);
}

int64_t cl_value_channels(const cl_program *program, int value) {
  return program->values[value].dims[1];
}

int cl_value_base(const cl_program *program, int value) { return program->values[value].base; }
