#include "check.h"

// A reading of everything, with buffers of exactly the documented sizes.
typedef struct all_outputs {
  moire_reading reading;
  void *workspace;
  size_t bytes;
} all_outputs;

static all_outputs make_outputs(const moire_reader *reader, size_t count) {
  const size_t bins =
    moire_reader_grid_height(reader) * (moire_reader_grid_width(reader) / 2 + 1);
  const int exact = moire_reader_is_exact(reader);
  all_outputs all = {.bytes = moire_reader_workspace_size(reader, exact)};
  all.workspace = check_memory(all.bytes);
  all.reading.power = check_memory(bins * sizeof(double));
  all.reading.energies = check_memory(count * sizeof(moire_energies));
  all.reading.registrations =
    exact ? check_memory(count * sizeof(moire_registration)) : NULL;
  return all;
}

static void free_outputs(all_outputs *all) {
  free(all->workspace);
  free(all->reading.power);
  free(all->reading.energies);
  free(all->reading.registrations);
}

static void expect_sound(const all_outputs *all, size_t count) {
  for (size_t p = 0; p < count; p += 1) {
    const moire_energies e = all->reading.energies[p];
    EXPECT(e.dc >= 0 && e.alias >= 0 && e.alias <= e.total - e.dc);
    const int alive = moire_plane_kind_of(e) == moire_plane_alive;
    if (all->reading.registrations && alive) {
      const moire_registration r = all->reading.registrations[p];
      EXPECT(fabs(r.deviation / r.energy - e.alias / e.total) < 1e-5);
    }
  }
}

static void read_layouts(const moire_reader *reader, size_t height, size_t width) {
  const size_t count = 19, area = height * width;
  const ptrdiff_t h = (ptrdiff_t)height, w = (ptrdiff_t)width, a = h * w, c = (ptrdiff_t)count;
  float *map = check_noise(count * area, height + width);
  const moire_planes layouts[] = {
    {map, count, a, w, 1},                                      // NCHW
    {map, count, 1, w * c, c},                                  // NHWC
    {map + count * area - 1, count, -a, -w, -1},                // turned round
    {map, count, 0, 0, 0},                                      // one value everywhere
    {map, 16, 1, 16 * w, 16},                                   // a block of 16
    {map, 0, a, w, 1},                                          // no planes
  };
  for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i += 1) {
    all_outputs all = make_outputs(reader, count);
    EXPECT_STATUS(
      moire_reader_read(reader, &layouts[i], &all.reading, all.workspace, all.bytes), moire_ok);
    expect_sound(&all, layouts[i].count);
    free_outputs(&all);
  }
  free(map);
}

static void ordinary(void) {
  static const size_t lengths[] = {1, 2, 3, 6, 11, 16};
  for (size_t i = 0; i < 36; i += 1) {
    for (size_t stride = 1; stride <= 5; stride += 1) {
      for (int boundary = 0; boundary <= moire_boundary_kaiser; boundary += 1) {
        const moire_reader_options options = {
          lengths[i / 6], lengths[i % 6], stride, (stride + 1) / 2, (moire_boundary)boundary, 6,
          moire_planning_estimate};
        moire_reader *reader = NULL;
        EXPECT_STATUS(moire_reader_create(&reader, &options), moire_ok);
        read_layouts(reader, options.height, options.width);
        moire_reader_destroy(reader);
      }
    }
  }
}

static moire_reader *small_reader(void) {
  const moire_reader_options options = {.height = 8, .width = 6, 2, 2};
  moire_reader *reader = NULL;
  EXPECT_STATUS(moire_reader_create(&reader, &options), moire_ok);
  return reader;
}

// A scratch memory at any address, and maps at any address a float may have.
static void unaligned(void) {
  moire_reader *reader = small_reader();
  float *map = check_noise(48 * 17 + 16, 3);
  all_outputs all = make_outputs(reader, 17), exact = make_outputs(reader, 17);
  char *scratch = check_memory(all.bytes + 64);
  for (size_t shift = 0; shift < 16; shift += 1) {
    const moire_planes planes = check_planar(map + shift, 17, 8, 6);
    EXPECT_STATUS(
      moire_reader_read(reader, &planes, &all.reading, scratch + 4 * shift + 1, all.bytes),
      moire_ok);
    EXPECT_STATUS(
      moire_reader_read(reader, &planes, &exact.reading, exact.workspace, exact.bytes), moire_ok);
    EXPECT(!memcmp(
      all.reading.energies, exact.reading.energies, 17 * sizeof *all.reading.energies));
  }
  free(scratch);
  free_outputs(&all);
  free_outputs(&exact);
  free(map);
  moire_reader_destroy(reader);
}

static void not_finite(void) {
  static const float values[] = {NAN, INFINITY, -INFINITY};
  moire_reader *reader = small_reader();
  for (size_t i = 0; i < 2 * 3 * 20; i += 1) {
    const size_t plane = i % 20, sample = i % 48;
    const int planar = i < 3 * 20;
    float *map = check_noise(48 * 20, i);
    map[planar ? plane * 48 + sample : sample * 20 + plane] = values[i / 20 % 3];
    const moire_planes planes =
      planar ? check_planar(map, 20, 8, 6) : (moire_planes){map, 20, 1, 6 * 20, 20};
    all_outputs all = make_outputs(reader, 20);
    EXPECT_STATUS(
      moire_reader_read(reader, &planes, &all.reading, all.workspace, all.bytes),
      moire_not_finite);
    EXPECT(all.reading.not_finite_plane == plane && all.reading.power[0] == 0);
    free_outputs(&all);
    free(map);
  }
  moire_reader_destroy(reader);
}

// `count` planes of which each holds one of the values and zeros.
static void read_values(const float *values, size_t count) {
  moire_reader *reader = small_reader();
  float *map = check_memory(count * 48 * sizeof *map);
  for (size_t i = 0; i < count * 48; i += 1) { map[i] = i % 5 == 0 ? values[i / 48] : 0; }
  all_outputs all = make_outputs(reader, count);
  const moire_planes planes = check_planar(map, count, 8, 6);
  EXPECT_STATUS(
    moire_reader_read(reader, &planes, &all.reading, all.workspace, all.bytes), moire_ok);
  expect_sound(&all, count);
  free_outputs(&all);
  free(map);
  moire_reader_destroy(reader);
}

static void extremes(void) {
  static const float values[] = {3.4e38f, 1e-38f, 1e-30f, -3.4e38f, 0, -1, 1e-45f};
  read_values(values, 6);
  for (size_t i = 0; i < 7; i += 1) { read_values(values + i, 1); }
}

int main(void) {
  ordinary();
  unaligned();
  not_finite();
  extremes();
  return check_result();
}
