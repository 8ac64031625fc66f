#include "program.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
extern void omp_set_num_threads(int);

int cl_fail(cl_program *program, const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(program->message, sizeof program->message, format, list);
  va_end(list);
  return -1;
}

int cl_check(cl_program *program, dnnl_status_t status, const char *what) {
  static const char *const names[] = {"success",     "out of memory", "invalid arguments",
                                      "unimplemented", "iterator ends", "runtime error",
                                      "not required"};
  if (status == dnnl_success) return 0;
  const char *name = (unsigned)status < sizeof names / sizeof *names ? names[status] : "unknown";
  return cl_fail(program, "%s: oneDNN answers \"%s\"", what, name);
}

cl_program *cl_program_create(void) {
  cl_program *program = calloc(1, sizeof *program);
  if (!program) return NULL;
  if (!cl_engine() ||
      dnnl_stream_create(&program->stream, cl_engine(), dnnl_stream_in_order) != dnnl_success) {
    free(program);
    return NULL;
  }
  return program;
}

void cl_program_destroy(cl_program *program) {
  if (!program) return;
  for (int i = 0; i < program->step_count; i++) {
    cl_step *step = &program->steps[i];
    if (step->primitive) dnnl_primitive_destroy(step->primitive);
    free(step->arguments);
    free(step->argument_values);
    free(step->sources);
    free(step->floats);
    free(step->indices);
  }
  for (int i = 0; i < program->value_count; i++)
    if (program->values[i].memory) dnnl_memory_destroy(program->values[i].memory);
  for (int i = 0; i < program->owned_count; i++) dnnl_memory_destroy(program->owned[i]);
  cl_pages_free(program);
  free(program->steps);
  free(program->values);
  free(program->owned);
  dnnl_stream_destroy(program->stream);
  free(program);
}

const char *cl_program_message(const cl_program *program) { return program->message; }

void *cl_grow(void *array, int count, int *capacity, size_t size) {
  if (count < *capacity) return array;
  int wanted = *capacity ? 2 * *capacity : 32;
  void *larger = realloc(array, (size_t)wanted * size);
  if (larger) *capacity = wanted;
  return larger;
}

cl_step *cl_append(cl_program *program, const int *sources, int count, int destination) {
  int strided = program->values[destination].strided;
  for (int i = 0; i < count; i++) strided |= program->values[sources[i]].strided;
  if (strided) {
    cl_fail(program, "a part of the channels of several images has to be copied first");
    return NULL;
  }
  return cl_append_strided(program, sources, count, destination);
}

cl_step *cl_append_strided(cl_program *program, const int *sources, int count, int destination) {
  cl_step *steps = cl_grow(program->steps, program->step_count, &program->step_capacity, sizeof *steps);
  int *copy = malloc((size_t)(count ? count : 1) * sizeof *copy);
  if (steps) program->steps = steps;
  if (!steps || !copy) {
    free(copy);
    cl_fail(program, "out of memory for %d steps", program->step_count + 1);
    return NULL;
  }
  memcpy(copy, sources, (size_t)count * sizeof *copy);
  cl_step *step = &steps[program->step_count++];
  memset(step, 0, sizeof *step);
  step->sources = copy;
  step->source_count = count;
  step->destination = destination;
  step->scratch = -1;
  step->implementation = "";
  return step;
}

int cl_argument(cl_program *program, cl_step *step, int kind, int value, dnnl_memory_t memory) {
  int count = step->argument_count + 1;
  dnnl_exec_arg_t *arguments = realloc(step->arguments, (size_t)count * sizeof *arguments);
  if (arguments) step->arguments = arguments;
  int *values = realloc(step->argument_values, (size_t)count * sizeof *values);
  if (values) step->argument_values = values;
  if (!arguments || !values) return cl_fail(program, "out of memory for the arguments of a step");
  arguments[count - 1] = (dnnl_exec_arg_t){kind, memory};
  values[count - 1] = value;
  step->argument_count = count;
  return 0;
}

int cl_finish(cl_program *program, cl_step *step, dnnl_primitive_desc_t description,
              const char *what) {
  const char *name = "";
  dnnl_status_t status = dnnl_primitive_create(&step->primitive, description);
  dnnl_primitive_desc_destroy(description);
  if (cl_check(program, status, what)) return -1;
  const_dnnl_primitive_desc_t kept;
  if (cl_check(program, dnnl_primitive_get_primitive_desc(step->primitive, &kept), what))
    return -1;
  dnnl_primitive_desc_query(kept, dnnl_query_impl_info_str, 0, &name);
  step->implementation = name;
  /* Scratch is a value like any other: planned with the rest, and no two programs share it. */
  const dnnl_memory_desc_t *scratch =
      dnnl_primitive_desc_query_md(kept, dnnl_query_scratchpad_md, 0);
  if (!scratch || dnnl_memory_desc_get_size(scratch) == 0) return 0;
  step->scratch = cl_value_with_layout(program, scratch);
  if (step->scratch < 0) return -1;
  return cl_argument(program, step, DNNL_ARG_SCRATCHPAD, step->scratch, NULL);
}

int cl_step_count(const cl_program *program) { return program->step_count; }

int cl_step_operands(const cl_program *program, int step, int *values, int *writes, int capacity) {
  const cl_step *s = &program->steps[step];
  int count = s->source_count + 1 + (s->scratch >= 0);
  for (int i = 0; i < count && i < capacity; i++) {
    writes[i] = i >= s->source_count;
    values[i] = !writes[i] ? s->sources[i] : i == s->source_count ? s->destination : s->scratch;
  }
  return count;
}

const char *cl_step_implementation(const cl_program *program, int step) {
  return program->steps[step].implementation;
}

int cl_program_bind(cl_program *program, int value, void *address) {
  return cl_check(program, dnnl_memory_set_data_handle(program->values[value].memory, address),
                  "address of a value");
}

int cl_program_run(cl_program *program, int first, int last, int threads) {
  /* OpenMP's team size belongs to the calling thread, and a Swift task may change threads. */
  omp_set_num_threads(threads);
  for (int i = first; i < last; i++) {
    cl_step *step = &program->steps[i];
    if (!step->primitive) {
      step->failed = 0;
      step->kernel(program, step);
      if (step->failed) return cl_fail(program, "%s was refused", step->implementation);
      continue;
    }
    for (int a = 0; a < step->argument_count; a++)
      if (step->argument_values[a] >= 0)
        step->arguments[a].memory = program->values[step->argument_values[a]].memory;
    dnnl_status_t status = dnnl_primitive_execute(step->primitive, program->stream,
                                                  step->argument_count, step->arguments);
    if (status) return cl_check(program, status, step->implementation);
  }
  return cl_check(program, dnnl_stream_wait(program->stream), "waiting for the last step");
}
