#include "fir_map.h"
#include "reader.h"

#define REAL float
#define VECTOR lanes
#define UNALIGNED unaligned_lanes
#define HALF half_lanes
#define UNALIGNED_HALF unaligned_half_lanes
#define QUARTER quad
#define UNALIGNED_QUARTER unaligned_quad
#define WIDTH MOIRE_LANES
#define GAIN gain_float
#define LINE_TAPS(line) (line)->taps_float
#define PLANES moire_planes
#define OUTPUT moire_output
#define EXECUTE moire_fir_execute
#define ADJOINT moire_fir_adjoint
#define NAME(x) x##_float

typedef float quad __attribute__((vector_size(16)));
typedef float unaligned_quad __attribute__((vector_size(16), aligned(4), may_alias));
typedef float unaligned_half_lanes __attribute__((vector_size(32), aligned(4), may_alias));

#define splat_float(x) MOIRE_SPLAT(x)
#define splat_half_float(x) ((half_lanes){(x), (x), (x), (x), (x), (x), (x), (x)})
#define splat_quarter_float(x) ((quad){(x), (x), (x), (x)})

MOIRE_INLINE void deinterleave_float(lanes *even, lanes *odd, const lanes *a, const lanes *b) {
  *even = __builtin_shufflevector(
    *a, *b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  *odd = __builtin_shufflevector(
    *a, *b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

MOIRE_INLINE void deinterleave_half_float(
  half_lanes *even, half_lanes *odd, const half_lanes *a, const half_lanes *b) {
  *even = __builtin_shufflevector(*a, *b, 0, 2, 4, 6, 8, 10, 12, 14);
  *odd = __builtin_shufflevector(*a, *b, 1, 3, 5, 7, 9, 11, 13, 15);
}

MOIRE_INLINE void deinterleave_quarter_float(
  quad *even, quad *odd, const quad *a, const quad *b) {
  *even = __builtin_shufflevector(*a, *b, 0, 2, 4, 6);
  *odd = __builtin_shufflevector(*a, *b, 1, 3, 5, 7);
}

#include "fir_combine.inc"

struct task_float;
static int run_block_float(const struct task_float *task);
static void run_turned_float(struct task_float *task, const moire_fir *fir);

#include "fir_execute.inc"

static int run_block_float(const task_float *task) {
  const moire_planes *from = &task->from;
  const moire_output *to = &task->to;
  return from->count == MOIRE_LANES && from->column_stride == MOIRE_LANES &&
    to->column_stride == MOIRE_LANES &&
    moire_fir_small(
      to->data, to->row_stride, from->data, from->row_stride, (lanes *)task->memory, task->height,
      task->width);
}

// Small planes: sixteen are turned to lie side by side, filtered like that and turned back.
static void turn_planes(lanes *to, const task_float *task) {
  const moire_planes *from = &task->from;
  const size_t height = task->height->inputs, width = task->width->inputs;
  if (from->row_stride == (ptrdiff_t)width) {
    moire_turn(to, from->data, from->plane_stride, height * width);
    return;
  }
  for (size_t y = 0; y < height; y += 1) {
    moire_turn(
      to + y * width, from->data + (ptrdiff_t)y * from->row_stride, from->plane_stride, width);
  }
}

// `rows` rows of the output back to the planes, the first one at `to`.
static void turn_back(float *to, const lanes *from, const task_float *task, size_t rows) {
  const size_t width = task->width->outputs;
  const ptrdiff_t row = task->to.row_stride, plane = task->to.plane_stride;
  if (row == (ptrdiff_t)width) {
    moire_turn_back(to, plane, from, rows * width);
    return;
  }
  for (size_t y = 0; y < rows; y += 1) {
    moire_turn_back(to + (ptrdiff_t)y * row, plane, from + y * width, width);
  }
}

static void filter_turned(lanes *to, const lanes *from, lanes *lines, const task_float *task) {
  const size_t inputs = task->width->inputs, outputs = task->width->outputs;
  task_float turned = *task;
  turned.from.column_stride = turned.to.column_stride = MOIRE_LANES;
  turned.from.row_stride = (ptrdiff_t)inputs * MOIRE_LANES;
  turned.to.row_stride = (ptrdiff_t)outputs * MOIRE_LANES;
  const size_t pitch = inputs * MOIRE_LANES, height = task->height->outputs;
  const size_t most = rows_at_once_float(pitch);
  for (size_t y = 0; y < height; y += most, to += most * outputs) {
    const size_t rows = height - y < most ? height - y : most;
    run_height_float(
      (float *)lines, pitch, (const float *)from, &turned, MOIRE_LANES, y, rows);
    run_width_float((float *)to, (const float *)lines, pitch, &turned, MOIRE_LANES, rows);
  }
}

static void run_small(const task_float *task) {
  lanes *in = (lanes *)task->memory;
  lanes *out = in + task->height->inputs * task->width->inputs;
  lanes *lines = out + task->height->outputs * task->width->outputs;
  turn_planes(in, task);
  const ptrdiff_t from_row = (ptrdiff_t)task->width->inputs * MOIRE_LANES;
  const ptrdiff_t to_row = (ptrdiff_t)task->width->outputs * MOIRE_LANES;
  if (!moire_fir_small(
        (float *)out, to_row, (const float *)in, from_row, lines, task->height, task->width)) {
    filter_turned(out, in, lines, task);
  }
  turn_back(task->to.data, out, task, task->height->outputs);
}

// Large planes whose width cannot be slid over: some rows of the height's pass, plane by plane, are
// turned for the width's.
static void run_strips(const task_float *task) {
  const size_t inputs = task->width->inputs, outputs = task->width->outputs;
  const size_t height = task->height->outputs, wider = inputs > outputs ? inputs : outputs;
  const size_t most = rows_at_once_float(wider * MOIRE_LANES);
  lanes *in = (lanes *)task->memory, *out = in + most * wider;
  float *lines = (float *)(out + most * wider);
  task_float turned = *task;
  turned.to.column_stride = MOIRE_LANES;
  turned.to.row_stride = (ptrdiff_t)outputs * MOIRE_LANES;
  for (size_t y = 0; y < height; y += most) {
    const size_t rows = height - y < most ? height - y : most;
    for (size_t p = 0; p < MOIRE_LANES; p += 1) {
      run_height_float(
        lines + p * rows * inputs, inputs,
        task->from.data + (ptrdiff_t)p * task->from.plane_stride, task, 1, y, rows);
    }
    moire_turn(in, lines, (ptrdiff_t)(rows * inputs), rows * inputs);
    run_width_float(
      (float *)out, (const float *)in, inputs * MOIRE_LANES, &turned, MOIRE_LANES, rows);
    turn_back(task->to.data + (ptrdiff_t)y * task->to.row_stride, out, task, rows);
  }
}

// Whether the planes and their rows follow each other without gaps.
static int is_dense(const task_float *task) {
  const ptrdiff_t width = (ptrdiff_t)task->width->inputs, out = (ptrdiff_t)task->width->outputs;
  return task->from.row_stride == width && task->to.row_stride == out &&
    task->from.plane_stride == width * (ptrdiff_t)task->height->inputs &&
    task->to.plane_stride == out * (ptrdiff_t)task->height->outputs;
}

// Takes groups of sixteen planes off the task, or all of them, and leaves the rest.
static void run_turned_float(task_float *task, const moire_fir *fir) {
  if (task->from.column_stride != 1 || task->to.column_stride != 1) { return; }
  if (is_dense(task) &&
      moire_fir_tiny(
        task->to.data, task->from.data, task->from.count, task->height, task->width)) {
    task->from.count = 0;
    return;
  }
  const int small = moire_fir_turned_bytes(fir) > 0;
  if (!small && task->line) { return; }
  for (; task->from.count >= MOIRE_LANES; task->from.count -= MOIRE_LANES) {
    if (small) {
      run_small(task);
    } else {
      run_strips(task);
    }
    task->from.data += MOIRE_LANES * task->from.plane_stride;
    task->to.data += MOIRE_LANES * task->to.plane_stride;
  }
}
