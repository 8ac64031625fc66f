#include "check.h"

typedef struct setting {
  moire_identities *identities;
  size_t height, width, bytes;
  void *workspace;
} setting;

static setting make(size_t height, size_t width, size_t stride_h, size_t stride_w, int filtered) {
  double *h = check_noise_double(2 * height, 1), *w = check_noise_double(2 * width, 2);
  h[0] = w[0] = 1;
  moire_identities_options options = {
    .height = height, .width = width, .stride_height = stride_h, .stride_width = stride_w};
  if (filtered > 0) { options.response_height = (moire_axis_response){h, NULL}; }
  if (filtered > 1) { options.response_width = (moire_axis_response){w, w + width}; }
  double *plane = check_noise_double(height * width, 3);
  if (filtered > 2) { options.response_plane = plane; }
  setting made = {NULL, height, width, 0, NULL};
  EXPECT_STATUS(moire_identities_create(&made.identities, &options), moire_ok);
  made.bytes = moire_identities_workspace_size(made.identities);
  made.workspace = check_memory(made.bytes);
  free(h);
  free(w);
  free(plane);
  return made;
}

static void unmake(setting *made) {
  moire_identities_destroy(made->identities);
  free(made->workspace);
}

static void expect_sound(moire_identity_reading reading) {
  EXPECT(moire_identity_difference(reading.alias_fraction) < 1e-9);
  EXPECT(moire_identity_difference(reading.shift_fraction) < 1e-9);
  EXPECT(moire_identity_difference(reading.pool_fraction) < 1e-9);
  EXPECT(reading.alias_fraction.measured >= 0 && reading.alias_fraction.measured <= 1 + 1e-12);
}

static void read_both(const setting *made, size_t count) {
  const size_t area = made->height * made->width;
  const ptrdiff_t a = (ptrdiff_t)area, w = (ptrdiff_t)made->width, c = (ptrdiff_t)count;
  float *map = check_noise(count * area, count);
  double *wide = check_noise_double(count * area, count);
  moire_identity_reading *readings = check_memory(count * sizeof *readings);
  const ptrdiff_t strides[3][3] = {{a, w, 1}, {1, w * c, c}, {0, 0, 0}};
  for (int i = 0; i < 3; i += 1) {
    const ptrdiff_t *s = strides[i];
    const moire_planes planes = {map, count, s[0], s[1], s[2]};
    const moire_planes_double twofold = {wide, count, s[0], s[1], s[2]};
    size_t fault = 7;
    EXPECT_STATUS(
      moire_identities_read(
        made->identities, readings, &fault, &planes, made->workspace, made->bytes),
      moire_ok);
    for (size_t p = 0; p < count; p += 1) { expect_sound(readings[p]); }
    EXPECT_STATUS(
      moire_identities_read_double(
        made->identities, readings, NULL, &twofold, made->workspace, made->bytes),
      moire_ok);
    for (size_t p = 0; p < count; p += 1) { expect_sound(readings[p]); }
    EXPECT(fault == 7);
  }
  free(map);
  free(wide);
  free(readings);
}

static void ordinary(void) {
  static const size_t boxes[] = {1, 2, 3, 5, 8};
  for (size_t i = 0; i < 25; i += 1) {
    for (size_t stride = 1; stride <= 3; stride += 1) {
      setting made = make(
        boxes[i / 5] * stride, boxes[i % 5] * (4 - stride), stride, 4 - stride, (int)(i % 4));
      read_both(&made, 1 + i % 4);
      unmake(&made);
    }
  }
}

enum { EACH = 4 };

// Each of several at once gives the bits that it gives alone, in any order, from a workspace that
// stands anywhere.
static void each_as_alone(size_t height, size_t width, size_t rotation) {
  setting made[EACH];
  const moire_identities *all[EACH];
  size_t own = 0;
  for (size_t i = 0; i < EACH; i += 1) {
    const size_t kind = (i + rotation) % EACH;
    made[i] = make(height, width, kind % 2 ? 2 : 1, kind < 2 ? 2 : 3, (int)kind);
    all[i] = made[i].identities;
  }
  enum { PLANES = 3 };
  float *map = check_noise(PLANES * height * width, rotation);
  // The second plane is dead.
  memset(map + height * width, 0, height * width * sizeof *map);
  const moire_planes planes = check_planar(map, PLANES, height, width);
  moire_identity_reading *readings = check_memory(EACH * PLANES * sizeof *readings), alone[PLANES];
  for (size_t count = 1; count <= EACH; count += 1) {
    const size_t bytes = moire_identities_each_workspace_size(all, count);
    own = made[count - 1].bytes > own ? made[count - 1].bytes : own;
    EXPECT(count == 1 ? bytes == own : bytes >= own + 16 * height * width);
    char *workspace = check_memory(bytes + count);
    EXPECT_STATUS(
      moire_identities_read_each(
        all, count, readings, NULL, &planes, workspace + count, bytes),
      moire_ok);
    for (size_t i = 0; i < count; i += 1) {
      EXPECT_STATUS(
        moire_identities_read(all[i], alone, NULL, &planes, made[i].workspace, made[i].bytes),
        moire_ok);
      EXPECT(memcmp(alone, readings + i * PLANES, sizeof alone) == 0);
    }
    free(workspace);
  }
  for (size_t i = 0; i < EACH; i += 1) { unmake(&made[i]); }
  free(map);
  free(readings);
}

static void each_refuses(void) {
  setting a = make(8, 6, 2, 2, 1), b = make(8, 6, 2, 3, 0), other = make(6, 8, 2, 2, 0);
  const moire_identities *all[] = {a.identities, b.identities, other.identities, NULL};
  float *map = check_noise(2 * 48, 5);
  moire_identity_reading r[4];
  const moire_planes planes = check_planar(map, 2, 8, 6), none = {0};
  const size_t bytes = moire_identities_each_workspace_size(all, 2);
  char *w = check_memory(bytes);
  size_t fault = 7;
  EXPECT_STATUS(moire_identities_read_each(all, 2, r, &fault, &planes, w, bytes), moire_ok);
  EXPECT_STATUS(moire_identities_read_each(all, 0, NULL, &fault, &planes, w, 0), moire_ok);
  EXPECT_STATUS(moire_identities_read_each(all, 2, NULL, &fault, &none, w, bytes), moire_ok);
  const moire_status null = moire_null_argument, invalid = moire_invalid_argument;
  EXPECT_STATUS(moire_identities_read_each(NULL, 2, r, NULL, &planes, w, bytes), null);
  EXPECT_STATUS(moire_identities_read_each(all + 2, 2, r, NULL, &planes, w, bytes), null);
  EXPECT_STATUS(moire_identities_read_each(all, 2, NULL, NULL, &planes, w, bytes), null);
  EXPECT_STATUS(moire_identities_read_each(all, 2, r, NULL, NULL, w, bytes), null);
  EXPECT_STATUS(moire_identities_read_each(all, 2, r, NULL, &planes, NULL, bytes), null);
  EXPECT_STATUS(moire_identities_read_each(all, 3, r, NULL, &planes, w, bytes), invalid);
  EXPECT_STATUS(
    moire_identities_read_each(all, 2, r, NULL, &planes, w, bytes - 1), moire_workspace_too_small);
  EXPECT(moire_identities_each_workspace_size(NULL, 2) == 0);
  EXPECT(moire_identities_each_workspace_size(all, 0) == 0);
  EXPECT(fault == 7);
  map[48 + 5] = NAN;
  EXPECT_STATUS(
    moire_identities_read_each(all, 2, r, &fault, &planes, w, bytes), moire_not_finite);
  EXPECT(fault == 1);
  unmake(&a);
  unmake(&b);
  unmake(&other);
  free(map);
  free(w);
}

static void several(void) {
  static const size_t sizes[][2] = {{6, 6}, {2, 12}, {10, 18}, {2, 6}};
  for (size_t i = 0; i < 16; i += 1) { each_as_alone(sizes[i / 4][0], sizes[i / 4][1], i % 4); }
  each_refuses();
}

static void not_finite(void) {
  static const float values[] = {NAN, INFINITY, -INFINITY};
  setting made = make(8, 6, 2, 2, 1);
  for (size_t i = 0; i < 15; i += 1) {
    float *map = check_noise(5 * 48, i);
    map[i / 3 * 48 + i] = values[i % 3];
    moire_identity_reading readings[5];
    size_t fault = 9;
    const moire_planes planes = check_planar(map, 5, 8, 6);
    EXPECT_STATUS(
      moire_identities_read(
        made.identities, readings, &fault, &planes, made.workspace, made.bytes),
      moire_not_finite);
    EXPECT(fault == i / 3);
    EXPECT_STATUS(
      moire_identities_read(
        made.identities, readings, NULL, &planes, made.workspace, made.bytes),
      moire_not_finite);
    free(map);
  }
  double large[48];
  for (int i = 0; i < 48; i += 1) { large[i] = i % 2 ? 1e300 : -1e300; }
  const moire_planes_double planes = {large, 1, 48, 6, 1};
  moire_identity_reading reading;
  EXPECT_STATUS(
    moire_identities_read_double(
      made.identities, &reading, NULL, &planes, made.workspace, made.bytes),
    moire_not_finite);
  unmake(&made);
}

static void wrong_planes(void) {
  setting made = make(8, 6, 2, 2, 0);
  const moire_identities *i = made.identities;
  float *map = check_noise(49, 1);
  double *wide = check_noise_double(49, 1);
  char *off = check_memory(made.bytes + 1);
  moire_identity_reading reading = {.kind = moire_plane_dead}, *r = &reading;
  moire_planes planes = check_planar(map, 1, 8, 6), *p = &planes;
  moire_planes_double twofold = {wide, 1, 48, 6, 1}, *q = &twofold;
  void *w = made.workspace;
  const size_t bytes = made.bytes;
  const moire_status null = moire_null_argument, invalid = moire_invalid_argument;
  EXPECT_STATUS(moire_identities_read(NULL, r, NULL, p, w, bytes), null);
  EXPECT_STATUS(moire_identities_read(i, NULL, NULL, p, w, bytes), null);
  EXPECT_STATUS(moire_identities_read(i, r, NULL, NULL, w, bytes), null);
  EXPECT_STATUS(moire_identities_read(i, r, NULL, p, NULL, bytes), null);
  EXPECT_STATUS(moire_identities_read_double(NULL, r, NULL, q, w, bytes), null);
  EXPECT_STATUS(moire_identities_read_double(i, NULL, NULL, q, w, bytes), null);
  EXPECT_STATUS(moire_identities_read_double(i, r, NULL, NULL, w, bytes), null);
  EXPECT_STATUS(moire_identities_read_double(i, r, NULL, q, NULL, bytes), null);
  for (size_t less = 1; less <= bytes; less = less * 2 + 1) {
    const moire_status small = moire_workspace_too_small;
    EXPECT_STATUS(moire_identities_read(i, r, NULL, p, w, bytes - less), small);
    EXPECT_STATUS(moire_identities_read_double(i, r, NULL, q, w, bytes - less), small);
  }
  planes.data = check_off(map), twofold.data = check_off(wide);
  EXPECT_STATUS(moire_identities_read(i, r, NULL, p, w, bytes), invalid);
  EXPECT_STATUS(moire_identities_read_double(i, r, NULL, q, w, bytes), invalid);
  planes.data = NULL, twofold.data = NULL;
  EXPECT_STATUS(moire_identities_read(i, r, NULL, p, w, bytes), null);
  EXPECT_STATUS(moire_identities_read_double(i, r, NULL, q, w, bytes), null);
  planes.count = 0, twofold.count = 0;
  EXPECT_STATUS(moire_identities_read(i, NULL, NULL, p, w, bytes), moire_ok);
  EXPECT_STATUS(moire_identities_read_double(i, NULL, NULL, q, w, bytes), moire_ok);
  EXPECT(reading.kind == moire_plane_dead && reading.energy.measured == 0);
  planes = check_planar(map + 1, 1, 8, 6), twofold.data = wide + 1, twofold.count = 1;
  EXPECT_STATUS(moire_identities_read(i, r, NULL, p, off + 1, bytes), moire_ok);
  EXPECT_STATUS(moire_identities_read_double(i, r, NULL, q, off + 1, bytes), moire_ok);
  free(map);
  free(wide);
  free(off);
  unmake(&made);
}

static void refuse(moire_identities_options options, moire_status wanted) {
  moire_identities *made = NULL;
  EXPECT_STATUS(moire_identities_create(&made, &options), wanted);
  EXPECT(!made);
}

static void wrong_options(void) {
  const double fine[8] = {1}, broken[8] = {1, NAN};
  const moire_identities_options good = {.height = 8, .width = 6, 2, 3};
  moire_identities *made = NULL;
  EXPECT_STATUS(moire_identities_create(NULL, &good), moire_null_argument);
  EXPECT_STATUS(moire_identities_create(&made, NULL), moire_null_argument);
  for (int i = 0; i < 4; i += 1) {
    for (int j = 0; j <= CHECK_EDGES; j += 1) {
      moire_identities_options bad = good;
      *(size_t *[]){&bad.height, &bad.width, &bad.stride_height, &bad.stride_width}[i] =
        j == 0 ? 0 : check_edges[j - 1];
      refuse(bad, j > 0 && i > 1 ? moire_not_exact : moire_invalid_argument);
    }
  }
  moire_identities_options bad = good;
  bad.stride_height = 3, refuse(bad, moire_not_exact), bad = good;
  bad.planning = (moire_planning)3, refuse(bad, moire_invalid_argument), bad = good;
  bad.response_height.imaginary = fine, refuse(bad, moire_null_argument), bad = good;
  bad.response_width.real = broken, refuse(bad, moire_invalid_argument);
  bad.response_width = (moire_axis_response){fine, broken};
  refuse(bad, moire_invalid_argument);
  double plane[48] = {1};
  plane[47] = INFINITY, bad = good, bad.response_plane = plane;
  refuse(bad, moire_invalid_argument);
  moire_identities_destroy(NULL);
  EXPECT(moire_identities_workspace_size(NULL) == 0);
  EXPECT(moire_identity_difference((moire_comparison){0.5, 0.5}) == 0);
  EXPECT(moire_identity_difference((moire_comparison){0, 1e-3}) == 1);
}

int main(void) {
  ordinary();
  several();
  not_finite();
  wrong_planes();
  wrong_options();
  return check_result();
}
