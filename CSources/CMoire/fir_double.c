#include "fir_map.h"

#define REAL double
#define VECTOR wide_lanes
#define UNALIGNED unaligned_wide_lanes
#define HALF half_wide
#define UNALIGNED_HALF unaligned_half_wide
#define QUARTER pair
#define UNALIGNED_QUARTER unaligned_pair
#define WIDTH 8
#define GAIN gain
#define LINE_TAPS(line) (line)->taps
#define PLANES moire_planes_double
#define OUTPUT moire_output_double
#define EXECUTE moire_fir_execute_double
#define ADJOINT moire_fir_adjoint_double
#define NAME(x) x##_double

typedef double unaligned_wide_lanes __attribute__((vector_size(64), aligned(8), may_alias));

typedef double half_wide __attribute__((vector_size(32)));
typedef double unaligned_half_wide __attribute__((vector_size(32), aligned(8), may_alias));
typedef double pair __attribute__((vector_size(16)));
typedef double unaligned_pair __attribute__((vector_size(16), aligned(8), may_alias));

#define splat_half_double(x) ((half_wide){(x), (x), (x), (x)})
#define splat_quarter_double(x) ((pair){(x), (x)})
#define splat_double(x) ((wide_lanes){(x), (x), (x), (x), (x), (x), (x), (x)})

MOIRE_INLINE void deinterleave_double(
  wide_lanes *even, wide_lanes *odd, const wide_lanes *a, const wide_lanes *b) {
  *even = __builtin_shufflevector(*a, *b, 0, 2, 4, 6, 8, 10, 12, 14);
  *odd = __builtin_shufflevector(*a, *b, 1, 3, 5, 7, 9, 11, 13, 15);
}

MOIRE_INLINE void deinterleave_half_double(
  half_wide *even, half_wide *odd, const half_wide *a, const half_wide *b) {
  *even = __builtin_shufflevector(*a, *b, 0, 2, 4, 6);
  *odd = __builtin_shufflevector(*a, *b, 1, 3, 5, 7);
}

MOIRE_INLINE void deinterleave_quarter_double(
  pair *even, pair *odd, const pair *a, const pair *b) {
  *even = __builtin_shufflevector(*a, *b, 0, 2);
  *odd = __builtin_shufflevector(*a, *b, 1, 3);
}

#include "fir_combine.inc"

struct task_double;
static int run_block_double(const struct task_double *task);
static void run_turned_double(struct task_double *task, const moire_fir *fir);

#include "fir_execute.inc"

// Doubles have no way of their own through sixteen planes.
static int run_block_double(const task_double *task) {
  (void)task;
  return 0;
}

// Planes of doubles are not turned.
static void run_turned_double(task_double *task, const moire_fir *fir) {
  (void)task;
  (void)fir;
}
