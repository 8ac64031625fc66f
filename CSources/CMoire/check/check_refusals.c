#include "check.h"

static const moire_reader_options good = {.height = 8, .width = 6, 2, 2};

static void refuse(moire_reader_options options, moire_status wanted) {
  moire_reader *reader = NULL;
  EXPECT_STATUS(moire_reader_create(&reader, &options), wanted);
  EXPECT(!reader);
}

static void options(void) {
  moire_reader *reader = NULL;
  EXPECT_STATUS(moire_reader_create(NULL, &good), moire_null_argument);
  EXPECT_STATUS(moire_reader_create(&reader, NULL), moire_null_argument);
  moire_reader_destroy(NULL);
  for (int i = 0; i < 4; i += 1) {
    static const size_t large[] = {SIZE_MAX, SIZE_MAX / 2 + 1, (size_t)1 << 32, (size_t)1 << 31};
    moire_reader_options bad = good;
    size_t *fields[] = {&bad.height, &bad.width, &bad.stride_height, &bad.stride_width};
    *fields[i] = 0;
    refuse(bad, moire_invalid_argument);
    for (int j = 0; j < 4; j += 1) {
      *fields[i] = large[j];
      refuse(bad, moire_size_overflow);
    }
  }
  for (int value = -1; value < 9; value += 5) {
    moire_reader_options bad = good;
    bad.boundary = (moire_boundary)value;
    refuse(bad, moire_invalid_argument);
    bad = good;
    bad.planning = (moire_planning)value;
    refuse(bad, moire_invalid_argument);
  }
  const double betas[] = {-1, 701, NAN, INFINITY, -INFINITY};
  for (int i = 0; i < 5; i += 1) {
    moire_reader_options bad = good;
    bad.boundary = moire_boundary_kaiser;
    bad.kaiser_beta = betas[i];
    refuse(bad, moire_invalid_argument);
  }
}

// Sizes that pass one by one and have no memory together.
static void too_large(void) {
  const size_t most = (size_t)1 << 23;
  moire_reader *reader = NULL;
  const moire_reader_options huge = {.height = most, .width = most, 2, 2};
  const moire_status status = moire_reader_create(&reader, &huge);
  EXPECT(status == moire_no_memory || status == moire_size_overflow);
  EXPECT(!reader);
}

static void reading(void) {
  moire_reader *reader = NULL;
  EXPECT_STATUS(moire_reader_create(&reader, &good), moire_ok);
  const size_t bytes = moire_reader_workspace_size(reader, 1);
  void *workspace = check_memory(bytes);
  float *map = check_noise(48, 1);
  moire_energies energies = {7, 7, 7};
  moire_registration registration;
  moire_reading reading = {.energies = &energies, .registrations = &registration};
  moire_planes planes = check_planar(map, 1, 8, 6);
  EXPECT_STATUS(moire_reader_read(NULL, &planes, &reading, workspace, bytes), moire_null_argument);
  EXPECT_STATUS(moire_reader_read(reader, NULL, &reading, workspace, bytes), moire_null_argument);
  EXPECT_STATUS(moire_reader_read(reader, &planes, NULL, workspace, bytes), moire_null_argument);
  EXPECT_STATUS(moire_reader_read(reader, &planes, &reading, NULL, bytes), moire_null_argument);
  for (size_t less = 1; less <= bytes; less = less * 2 + 1) {
    EXPECT_STATUS(
      moire_reader_read(reader, &planes, &reading, workspace, bytes - less),
      moire_workspace_too_small);
  }
  planes.data = NULL;
  EXPECT_STATUS(
    moire_reader_read(reader, &planes, &reading, workspace, bytes), moire_null_argument);
  EXPECT(energies.total == 7);
  planes.count = 0;
  EXPECT_STATUS(moire_reader_read(reader, &planes, &reading, workspace, bytes), moire_ok);
  moire_reading nothing = {0};
  planes = check_planar(map, 1, 8, 6);
  EXPECT_STATUS(moire_reader_read(reader, &planes, &nothing, workspace, bytes), moire_ok);
  free(workspace);
  free(map);
  moire_reader_destroy(reader);
}

static void not_exact(void) {
  for (int boundary = 0; boundary <= moire_boundary_kaiser; boundary += 1) {
    moire_reader_options options = good;
    options.boundary = (moire_boundary)boundary;
    if (boundary == moire_boundary_periodic) { options.stride_width = 4; }
    moire_reader *reader = NULL;
    EXPECT_STATUS(moire_reader_create(&reader, &options), moire_ok);
    EXPECT(!moire_reader_is_exact(reader));
    const size_t bytes = moire_reader_workspace_size(reader, 1);
    void *workspace = check_memory(bytes);
    float *map = check_noise(48, 1);
    moire_registration registration;
    moire_reading reading = {.registrations = &registration};
    const moire_planes planes = check_planar(map, 1, 8, 6);
    EXPECT_STATUS(moire_reader_read(reader, &planes, &reading, workspace, bytes), moire_not_exact);
    free(workspace);
    free(map);
    moire_reader_destroy(reader);
  }
}

// Outputs that lie over the map: any numbers, but no harm beyond the buffers.
static void overlapping(void) {
  moire_reader *reader = NULL;
  EXPECT_STATUS(moire_reader_create(&reader, &good), moire_ok);
  const size_t bytes = moire_reader_workspace_size(reader, 1);
  void *workspace = check_memory(bytes);
  union {
    float map[20 * 48];
    double power[8 * 4];
    moire_energies energies[20];
  } *both = check_memory(sizeof *both);
  for (int i = 0; i < 20 * 48; i += 1) { both->map[i] = (float)(i * i % 31); }
  const moire_planes planes = check_planar(both->map, 20, 8, 6);
  moire_reading reading = {.power = both->power, .energies = both->energies};
  const moire_status status = moire_reader_read(reader, &planes, &reading, workspace, bytes);
  EXPECT(status == moire_ok || status == moire_not_finite || status == moire_invalid_argument);
  free(both);
  free(workspace);
  moire_reader_destroy(reader);
}

int main(void) {
  options();
  too_large();
  reading();
  not_exact();
  overlapping();
  return check_result();
}
