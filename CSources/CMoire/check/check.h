#ifndef MOIRE_CHECK_H
#define MOIRE_CHECK_H

#include <math.h>
#include <moire.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What every check_*.c is written with: expectations that go on after a failure, and buffers whose
// ends a sanitizer watches.

static int check_failures;

#define EXPECT(condition)                                                    \
  do {                                                                       \
    if (!(condition)) {                                                      \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      check_failures += 1;                                                   \
    }                                                                        \
  } while (0)

#define EXPECT_STATUS(call, wanted)                                                         \
  do {                                                                                      \
    const moire_status check_got = (call);                                                  \
    if (check_got != (wanted)) {                                                            \
      fprintf(                                                                              \
        stderr, "%s:%d: %s: %s, expected %s\n", __FILE__, __LINE__, #call,                  \
        moire_status_message(check_got), moire_status_message(wanted));                     \
      check_failures += 1;                                                                  \
    }                                                                                       \
  } while (0)

// |a - b| ≤ tolerance · max(|a|, |b|).
static inline int check_close(double a, double b, double tolerance) {
  return fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b));
}

// Exactly `bytes`, zeroed, so that one byte beyond is a finding.
static inline void *check_memory(size_t bytes) {
  void *memory = calloc(bytes > 0 ? bytes : 1, 1);
  if (!memory) { abort(); }
  return memory;
}

// Uniform in -1 … 1 from a linear congruential generator.
static inline float *check_noise(size_t count, uint64_t seed) {
  float *values = check_memory(count * sizeof *values);
  for (size_t i = 0; i < count; i += 1) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    values[i] = (float)(int32_t)(seed >> 32) * 0x1p-31f;
  }
  return values;
}

static inline double *check_noise_double(size_t count, uint64_t seed) {
  float *single = check_noise(count, seed);
  double *values = check_memory(count * sizeof *values);
  for (size_t i = 0; i < count; i += 1) { values[i] = (double)single[i]; }
  free(single);
  return values;
}

// An address at which no value of more than a byte may stand.
static inline void *check_off(const void *address) { return (char *)(uintptr_t)address + 1; }

static const size_t check_edges[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 2 + 1, SIZE_MAX / 64};
enum { CHECK_EDGES = sizeof check_edges / sizeof *check_edges };

static inline moire_planes check_planar(
  const float *data, size_t count, size_t height, size_t width) {
  return (moire_planes){
    data, count, (ptrdiff_t)(height * width), (ptrdiff_t)width, 1};
}

static inline int check_result(void) {
  if (check_failures > 0) { fprintf(stderr, "%d failures\n", check_failures); }
  return check_failures > 0;
}

#endif
