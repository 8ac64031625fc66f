#include "bessel.h"
#include "reader.h"

#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

int moire_inside(size_t k, size_t size, size_t stride) {
  if (size % stride == 0) {
    const size_t box = size / stride;
    return k < (box + 1) / 2 || k >= size - box / 2;
  }
  const size_t distance = k <= size / 2 ? k : size - k;
  return 2 * (double)distance * (double)stride <= (double)size;
}

static void make_alias_weights(moire_reader *reader) {
  const size_t height = reader->grid_h, width = reader->grid_w;
  reader->outside = width / 2 + 1;
  const size_t stride_h = reader->options.stride_height, stride_w = reader->options.stride_width;
  for (size_t x = 0; x <= width / 2; x += 1) {
    const int interior = x > 0 && 2 * x < width;
    const int in_x = moire_inside(x, width, stride_w);
    const int in_mirrored_x = moire_inside((width - x) % width, width, stride_w);
    if (in_x || in_mirrored_x) { reader->outside = x + 1; }
    for (size_t y = 0; y < height; y += 1) {
      const int in = in_x && moire_inside(y, height, stride_h);
      const int in_mirrored =
        in_mirrored_x && moire_inside((height - y) % height, height, stride_h);
      reader->alias_weight[x * height + y] = (float)(interior ? 2 - in - in_mirrored : 1 - in);
    }
  }
}

static void make_window(float *window, size_t size, const moire_reader_options *options) {
  for (size_t n = 0; n < size; n += 1) {
    const double position = (double)n / (double)size;
    if (options->boundary == moire_boundary_hann) {
      window[n] = (float)(0.5 - 0.5 * cos(2 * M_PI * position));
    } else {
      const double beta = options->kaiser_beta, t = 2 * position - 1;
      window[n] = (float)(moire_bessel_i0(beta * sqrt(1 - t * t)) / moire_bessel_i0(beta));
    }
  }
}

static void make_phases(moire_factor *phases, size_t size, size_t stride) {
  const size_t box = size / stride;
  for (size_t k = 0; k < box; k += 1) {
    const double bin = k < (box + 1) / 2 ? (double)k : (double)k - (double)box;
    for (size_t d = 0; d < stride; d += 1) {
      const double angle = -2 * M_PI * bin * (double)d / (double)size;
      *phases++ = moire_factor_make(cos(angle), sin(angle));
    }
  }
}

static moire_status check(const moire_reader_options *options) {
  if (options->height == 0 || options->width == 0 || options->stride_height == 0 ||
      options->stride_width == 0) {
    return moire_invalid_argument;
  }
  const int kaiser = options->boundary == moire_boundary_kaiser;
  // Beyond 700 the Bessel function overflows a double.
  if ((unsigned)options->boundary > moire_boundary_kaiser ||
      (unsigned)options->planning > moire_planning_measure ||
      (kaiser && !(options->kaiser_beta >= 0 && options->kaiser_beta <= 700))) {
    return moire_invalid_argument;
  }
  // FFTW counts in int, in units of one float.
  const size_t most = INT_MAX / (8 * MOIRE_LANES);
  if (options->height > most || options->width > most ||
      options->stride_height > most || options->stride_width > most) {
    return moire_size_overflow;
  }
  return moire_ok;
}

static moire_status make_tables(moire_reader *reader) {
  const moire_reader_options *options = &reader->options;
  int overflow = 0;
  const size_t bins = moire_product(reader->grid_w / 2 + 1, reader->grid_h, &overflow);
  const size_t bytes = moire_product(bins, sizeof(float), &overflow);
  if (overflow) { return moire_size_overflow; }
  reader->alias_weight = malloc(bytes);
  reader->window_h = reader->windowed ? malloc(options->height * sizeof(float)) : NULL;
  reader->window_w = reader->windowed ? malloc(options->width * sizeof(float)) : NULL;
  reader->phase_h = reader->exact ? malloc(options->height * sizeof(moire_factor)) : NULL;
  reader->phase_w = reader->exact ? malloc(options->width * sizeof(moire_factor)) : NULL;
  if (!reader->alias_weight || (reader->windowed && !(reader->window_h && reader->window_w)) ||
      (reader->exact && !(reader->phase_h && reader->phase_w))) {
    return moire_no_memory;
  }
  make_alias_weights(reader);
  if (reader->windowed) {
    make_window(reader->window_h, options->height, options);
    make_window(reader->window_w, options->width, options);
  }
  if (reader->exact) {
    make_phases(reader->phase_h, options->height, options->stride_height);
    make_phases(reader->phase_w, options->width, options->stride_width);
  }
  return moire_ok;
}

static moire_status make_lines(moire_reader *reader) {
  const unsigned flags =
    reader->options.planning == moire_planning_measure ? FFTW_MEASURE : FFTW_ESTIMATE;
  moire_status status = moire_line_create(&reader->row, reader->grid_w, flags);
  if (status == moire_ok) { status = moire_line_create(&reader->column, reader->grid_h, flags); }
  if (status == moire_ok && reader->exact) {
    status = moire_line_create(&reader->box_row, reader->box_w, flags);
    if (status == moire_ok) {
      status = moire_line_create(&reader->box_column, reader->box_h, flags);
    }
  }
  return status;
}

static void lay_out(moire_reader *reader) {
  const moire_reader_options *options = &reader->options;
  const size_t times = options->boundary == moire_boundary_mirror ? 2 : 1;
  reader->mirror = times == 2;
  reader->windowed = options->boundary == moire_boundary_hann ||
    options->boundary == moire_boundary_kaiser;
  reader->exact = options->boundary == moire_boundary_periodic &&
    options->height % options->stride_height == 0 && options->width % options->stride_width == 0;
  reader->grid_h = times * options->height;
  reader->grid_w = times * options->width;
  reader->box_h = options->height / options->stride_height;
  reader->box_w = options->width / options->stride_width;
  reader->shifts = options->stride_height * options->stride_width;
  reader->small = !reader->mirror && !reader->windowed &&
    options->height * options->width <= MOIRE_SMALL_MAP;
  reader->pitch = reader->grid_w | 1;
  reader->box_pitch = reader->box_w | 1;
  // Both columns of a tile's pairs stay in a first-level cache of 32 KiB.
  const size_t fitting = 32768 / (2 * sizeof(lanes)) / reader->grid_h;
  const size_t interior = (reader->grid_w - 1) / 2;
  reader->tile = fitting < interior ? fitting : interior;
  if (reader->tile == 0) { reader->tile = 1; }
}

moire_status moire_reader_create(moire_reader **reader, const moire_reader_options *options) {
  if (!reader || !options) { return moire_null_argument; }
  moire_status status = check(options);
  if (status != moire_ok) { return status; }
  moire_reader *made = calloc(1, sizeof *made);
  if (!made) { return moire_no_memory; }
  made->options = *options;
  lay_out(made);
  if (moire_workspace_layout(NULL, made, made->exact, NULL) == 0) {
    status = moire_size_overflow;
  }
  if (status == moire_ok) { status = make_tables(made); }
  if (status == moire_ok) { status = make_lines(made); }
  if (status != moire_ok) {
    moire_reader_destroy(made);
    return status;
  }
  *reader = made;
  return moire_ok;
}

void moire_reader_destroy(moire_reader *reader) {
  if (!reader) { return; }
  moire_line_destroy(&reader->row);
  moire_line_destroy(&reader->column);
  moire_line_destroy(&reader->box_row);
  moire_line_destroy(&reader->box_column);
  free(reader->alias_weight);
  free(reader->window_h);
  free(reader->window_w);
  free(reader->phase_h);
  free(reader->phase_w);
  free(reader);
}

size_t moire_reader_grid_height(const moire_reader *reader) { return reader ? reader->grid_h : 0; }
size_t moire_reader_grid_width(const moire_reader *reader) { return reader ? reader->grid_w : 0; }
int moire_reader_is_exact(const moire_reader *reader) { return reader ? reader->exact : 0; }

size_t moire_reader_workspace_size(const moire_reader *reader, int measured) {
  return reader ? moire_workspace_layout(NULL, reader, measured && reader->exact, NULL) : 0;
}
