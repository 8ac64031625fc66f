#include "check.h"

// Maps so large that mean and unit of a plane are guessed from some of its rows, with planes about
// which those rows tell little or nothing.

enum { HEIGHT = 64, WIDTH = 66, AREA = HEIGHT * WIDTH, PLANES = 19 };

typedef struct outputs {
  moire_energies energies[PLANES];
  moire_registration registrations[PLANES];
  double power[HEIGHT * (WIDTH / 2 + 1)];
} outputs;

// Row y of plane p; each kind of plane is at odds with a guess in a way of its own.
static float value(size_t p, size_t y, float noise) {
  const int seen = y % 8 == 4;
  switch (p) {
    case 1: return y == 5 ? noise : 0;
    case 2: return 3;
    case 3: return 0;
    case 4: return noise + (seen ? 0 : 1e4f);
    case 5: return noise * (seen ? 1e-15f : 1e15f);
    case 6: return noise * (seen ? 1e15f : 1e-15f);
    case 7: return seen ? 2 : noise;
    case 8: return seen ? noise : 2;
    case 9: return noise * 1e-30f;
    case 10: return 1 + noise * 1e-3f;
    default: return noise;
  }
}

// All planes moved down by `shift` rows, in planes or (blocked) side by side.
static float *make(size_t shift, int blocked) {
  float *noise = check_noise(PLANES * AREA, 7), *map = check_memory(PLANES * AREA * sizeof *map);
  for (size_t n = 0; n < PLANES * AREA; n += 1) {
    const size_t p = n / AREA, y = n % AREA / WIDTH, x = n % WIDTH;
    const size_t at = (y + shift) % HEIGHT * WIDTH + x;
    map[blocked ? at * PLANES + p : p * AREA + at] = value(p, y, noise[n]);
  }
  free(noise);
  return map;
}

static moire_planes planes(const float *map, int blocked) {
  return blocked
    ? (moire_planes){map, PLANES, 1, WIDTH * PLANES, PLANES}
    : (moire_planes){map, PLANES, AREA, WIDTH, 1};
}

static moire_status read(
  outputs *out, size_t *fault, const moire_reader *reader, const float *map, int blocked,
  int pooled) {
  memset(out, 0, sizeof *out);
  const moire_planes from = planes(map, blocked);
  moire_reading reading = {.energies = out->energies, .registrations = out->registrations};
  if (pooled) { reading.power = out->power; }
  const size_t bytes = moire_reader_workspace_size(reader, 1);
  void *workspace = check_memory(bytes);
  const moire_status status = moire_reader_read(reader, &from, &reading, workspace, bytes);
  *fault = reading.not_finite_plane;
  free(workspace);
  return status;
}

static void expect_exact_sums(const outputs *out, const float *map) {
  for (size_t p = 0; p < PLANES; p += 1) {
    double sum = 0, square = 0;
    for (size_t n = 0; n < AREA; n += 1) {
      const double v = (double)map[p * AREA + n];
      sum += v;
      square += v * v;
    }
    EXPECT(check_close(out->energies[p].total, AREA * square, 1e-12));
    // The sum of noise cancels by far less than three digits.
    EXPECT(check_close(out->energies[p].dc, sum * sum, 1e-9));
  }
}

static void expect_alike(const outputs *a, const outputs *b) {
  for (size_t p = 0; p < PLANES; p += 1) {
    EXPECT(check_close(a->energies[p].alias, b->energies[p].alias, 1e-5));
    EXPECT(check_close(a->registrations[p].deviation, b->registrations[p].deviation, 1e-5));
    EXPECT(check_close(a->registrations[p].energy, b->registrations[p].energy, 1e-5));
    EXPECT(moire_plane_kind_of(a->energies[p]) == moire_plane_kind_of(b->energies[p]));
  }
  for (size_t k = 0; k < HEIGHT * (WIDTH / 2 + 1); k += 1) {
    // Pooled, the strongest plane is all that is seen.
    EXPECT(fabs(a->power[k] - b->power[k]) <= 1e-4 * a->power[k] + 1e-9 * a->energies[5].total);
  }
}

// A circular shift changes no energy, but all that a guess is made from.
static void shifted(const moire_reader *reader) {
  static outputs first, other;
  size_t fault;
  float *map = make(0, 0);
  EXPECT_STATUS(read(&first, &fault, reader, map, 0, 1), moire_ok);
  expect_exact_sums(&first, map);
  EXPECT(moire_plane_kind_of(first.energies[2]) == moire_plane_constant);
  EXPECT(moire_plane_kind_of(first.energies[3]) == moire_plane_dead);
  EXPECT(moire_plane_kind_of(first.energies[1]) == moire_plane_alive);
  for (size_t shift = 0; shift < 9; shift += 1) {
    for (int kind = 0; kind < 4; kind += 1) {
      float *moved = make(shift, kind % 2);
      EXPECT_STATUS(read(&other, &fault, reader, moved, kind % 2, kind < 2), moire_ok);
      if (kind >= 2) { memcpy(other.power, first.power, sizeof other.power); }
      expect_alike(&first, &other);
      free(moved);
    }
  }
  free(map);
}

// Wherever it stands, what is not finite is named and no power is added.
static void not_finite(const moire_reader *reader) {
  static const float bad[] = {NAN, INFINITY, -INFINITY};
  static outputs out;
  for (size_t i = 0; i < 96; i += 1) {
    const size_t p = i * 5 % PLANES, y = i * 7 % HEIGHT, blocked = i / 3 % 2;
    float *map = make(0, (int)blocked);
    const size_t at = y * WIDTH + i % WIDTH;
    map[blocked ? at * PLANES + p : p * AREA + at] = bad[i % 3];
    size_t fault = PLANES;
    EXPECT_STATUS(read(&out, &fault, reader, map, (int)blocked, 1), moire_not_finite);
    EXPECT(fault == p);
    for (size_t k = 0; k < HEIGHT * (WIDTH / 2 + 1); k += 1) { EXPECT(out.power[k] == 0); }
    free(map);
  }
}

int main(void) {
  const moire_reader_options options = {.height = HEIGHT, .width = WIDTH, .stride_height = 2,
                                        .stride_width = 2};
  moire_reader *reader = NULL;
  EXPECT_STATUS(moire_reader_create(&reader, &options), moire_ok);
  shifted(reader);
  not_finite(reader);
  moire_reader_destroy(reader);
  return check_result();
}
