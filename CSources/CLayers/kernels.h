/* What our own kernels share. A map is seen as planes of H x W points of `inner` floats: a block of
 * channels in the blocked layout, one float in the plain one; a plain matrix is one of 1 x 1 maps.
 *
 * Every kernel is a task for each of a number of parts that write different memory, in an order of
 * their own: the bits of a result do not depend on the number of threads. */
#ifndef CL_KERNELS_H
#define CL_KERNELS_H

#include "program.h"

typedef struct cl_view {
  float *data;
  int64_t images, channels, blocks; /* blocks: planes to an image */
  int64_t planes, height, width, inner;
  int64_t image; /* floats from one image to the next; kernels that count planes take whole values */
} cl_view;

cl_view cl_view_of(const cl_program *program, int value);

/* Floats from one plane to the next. */
static inline int64_t cl_plane_size(const cl_view *view) {
  return view->height * view->width * view->inner;
}

/* Where a plane begins, whatever lies between two images. */
static inline float *cl_plane_of(const cl_view *view, int64_t plane) {
  return view->data + plane / view->blocks * view->image +
         plane % view->blocks * cl_plane_size(view);
}

/* The lanes of a plane that hold channels; those behind the last channel stay zero, which oneDNN
 * relies on. */
static inline int64_t cl_lanes_of(const cl_view *view, int64_t plane) {
  int64_t left = view->channels - plane % view->blocks * view->inner;
  return left < view->inner ? left : view->inner;
}

/* The row or column of an n-point axis that stands at position i of its padded one; -1: the fill. */
int64_t cl_padding_source(int64_t i, int64_t n, cl_padding_mode mode);

/* Runs task(context, i) for i in 0 ..< count on the team of the calling thread. */
typedef void cl_task(const void *context, int64_t index);
void cl_parallel(int64_t count, cl_task *task, const void *context);
/* The same on at most so many threads; each call is told which of them it runs on. */
typedef void cl_member_task(const void *context, int64_t index, int64_t member);
void cl_parallel_members(int64_t count, int64_t members, cl_member_task *task,
                         const void *context);
int64_t cl_processors(void);

/* Fails where two values differ in rank, in layout, in images or, where asked, in channels. */
int cl_check_same_layout(cl_program *program, int src, int dst, int same_channels,
                         const char *what);

/* Appends a step of ours; NULL with a message when memory is short. */
cl_step *cl_append_kernel(cl_program *program, const int *sources, int count, int dst,
                          cl_kernel *kernel, const char *name);

/* The same for a kernel that finds its planes by cl_plane_of. */
cl_step *cl_append_strided_kernel(cl_program *program, const int *sources, int count, int dst,
                                  cl_kernel *kernel, const char *name);

/* A table of the step's own, freed with it: floats or indices. NULL when memory is short. */
float *cl_step_floats(cl_program *program, cl_step *step, size_t count);
int32_t *cl_step_indices(cl_program *program, cl_step *step, size_t count);

/* Values of each channel as they stand in the lanes of the planes of a value, `missing` in the lanes
 * behind the last channel and where values is NULL: 16 floats to a plane, repeated when a block is
 * shorter, so that float i of a plane belongs to number i mod 16 of them. */
enum { CL_LANES = 16 };
typedef float cl_lanes __attribute__((vector_size(64), aligned(4), may_alias));
void cl_spread_channels(const cl_view *view, const float *values, float missing,
                        float *lanes);

/* Versions for wider vectors, picked when the library is loaded. */
#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_THREAD__)
#define CL_DISPATCH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CL_DISPATCH
#endif
/* Without it clang keeps to 256 bits at the x86-64-v4 level; the cloned function takes it over from
 * what is inlined into it. */
#if defined(__clang__) && defined(__x86_64__)
#define CL_INLINE __attribute__((min_vector_width(512), always_inline)) static inline
#else
#define CL_INLINE __attribute__((always_inline)) static inline
#endif

#endif
