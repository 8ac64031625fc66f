/* Inside of a program: what the files of this folder share. */
#ifndef CL_PROGRAM_H
#define CL_PROGRAM_H

#include <oneapi/dnnl/dnnl.h>

#include "clayers.h"

enum { CL_MAX_SOURCES = 1024 };

typedef struct cl_value {
  dnnl_memory_desc_t layout;
  dnnl_memory_t memory;
  int base;      /* the value whose storage this is */
  size_t offset; /* where in that storage it begins, in bytes */
  int strided;   /* its images do not follow each other */
  int blocked;   /* channels innermost in blocks of cl_block_size() */
  int64_t dims[4];
  int rank;
} cl_value;

struct cl_step;
typedef void cl_kernel(const cl_program *program, const struct cl_step *step);

typedef struct cl_step {
  dnnl_primitive_t primitive;   /* NULL for a kernel of ours */
  dnnl_exec_arg_t *arguments;   /* memories of values are filled in by run */
  int *argument_values;         /* −1 where the memory is the step's own */
  int argument_count;
  int *sources;                 /* values read */
  int source_count;
  int destination;              /* value written */
  int scratch;                  /* value the primitive works in, −1: none */
  int reads_destination;        /* accumulates */
  const char *implementation;
  cl_kernel *kernel;
  cl_sides sides;               /* of a pad; top and left are the offset of a subsample */
  cl_pair stride;
  cl_padding_mode mode;
  float fill;
  cl_activation activation;
  float *floats;                /* tables of a kernel, freed with the step */
  int32_t *indices;
  int64_t count;                /* what else a kernel counts: taps, groups, members of a team */
  cl_hook hook;
  int failed;                   /* set by a kernel that could not do its work */
} cl_step;

/* A piece of memory that is handed out from its beginning. */
typedef struct cl_pages {
  char *memory;
  size_t bytes, used;
} cl_pages;

struct cl_program {
  dnnl_stream_t stream;
  cl_value *values;
  int value_count, value_capacity;
  cl_step *steps;
  int step_count, step_capacity;
  dnnl_memory_t *owned;         /* packed weights and the like */
  int owned_count, owned_capacity;
  cl_pages *pages;              /* where those lie */
  int page_count, page_capacity;
  size_t packed_bytes;
  int avoids_winograd;
  char message[512];
};

/* The process's one engine. */
dnnl_engine_t cl_engine(void);

int cl_fail(cl_program *program, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Fails with the operation's name and oneDNN's status when status is not success. */
int cl_check(cl_program *program, dnnl_status_t status, const char *what);

/* Room for one more element of an array that doubles; NULL, and the array as it was, when memory is
 * short. */
void *cl_grow(void *array, int count, int *capacity, size_t size);

/* Copies what one memory holds into the layout of another. */
int cl_reorder(cl_program *program, dnnl_memory_t from, dnnl_memory_t to, const char *what);
/* Packs weights from row-major into layout; the memory belongs to the program. */
int cl_pack(cl_program *program, const dnnl_memory_desc_t *from, const float *data,
            const dnnl_memory_desc_t *layout, dnnl_memory_t *packed);
void cl_pages_free(cl_program *program);
/* A value with a layout that a primitive asked for. */
int cl_value_with_layout(cl_program *program, const dnnl_memory_desc_t *layout);

/* One function of oneDNN's with its parameters. */
typedef struct cl_elementwise {
  dnnl_alg_kind_t kind;
  float alpha, beta;
} cl_elementwise;
enum { CL_MAX_CHAIN = 3 };
int cl_elementwise_chain(cl_activation activation, cl_elementwise *chain);

/* A value in blocks seen with as many channels as its blocks have lanes; it shares the memory. */
int cl_value_of_whole_blocks(cl_program *program, int base);
/* The functions that oneDNN does not have. */
int cl_step_pointwise(cl_program *program, int src, int dst, cl_activation activation);

/* The attributes of a primitive that adds to its destination and then applies a function; the caller
 * destroys them. */
dnnl_primitive_attr_t cl_attributes(int accumulate, cl_activation activation);
/* oneDNN's choice for an operation, NULL when it has none. */
dnnl_primitive_desc_t cl_describe(const void *operation, dnnl_primitive_attr_t attr);

/* A convolution for inference; the weights' layout is left open, bias is NULL where there is none. */
typedef struct cl_convolution {
  const dnnl_memory_desc_t *src, *weights, *bias, *dst;
  const cl_window *window;
  int64_t groups;
  dnnl_primitive_attr_t attr;
} cl_convolution;
/* Its fastest implementation in the layouts given, else one in layouts of its own; NULL when there is
 * none. */
dnnl_primitive_desc_t cl_choose_inference(const cl_convolution *convolution);
/* Whether oneDNN would run an operation by its slow definition. */
int cl_is_reference(dnnl_primitive_desc_t description);
/* The same dimensions, the layout left to oneDNN. */
dnnl_memory_desc_t cl_any_layout(const dnnl_memory_desc_t *layout);
/* Where a primitive wants a source in another layout, a reorder before it; the value to read. */
int cl_adapted(cl_program *program, int value, const dnnl_memory_desc_t *wanted);
/* An operation with weights that has been chosen: packs them, and appends the reorders around it that
 * its layouts need. Takes the description over. */
int cl_append_weighted(cl_program *program, int src, int dst, dnnl_primitive_desc_t description,
                       const dnnl_memory_desc_t *plain_weights, const float *weights,
                       const dnnl_memory_desc_t *plain_bias, const float *bias, int accumulate);

/* Appends a step; sources are copied. NULL when memory is short, and where a value is strided. */
cl_step *cl_append(cl_program *program, const int *sources, int count, int destination);
/* The same for steps that walk strided values image by image. */
cl_step *cl_append_strided(cl_program *program, const int *sources, int count, int destination);
/* Adds an argument: a value's memory, or (value −1) one of the program's own. */
int cl_argument(cl_program *program, cl_step *step, int kind, int value, dnnl_memory_t memory);
/* Makes the primitive of a step and takes the description over. */
int cl_finish(cl_program *program, cl_step *step, dnnl_primitive_desc_t description,
              const char *what);

#endif
