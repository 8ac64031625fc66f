#ifndef MOIRE_LANES_H
#define MOIRE_LANES_H

#include <stddef.h>
#include <string.h>

// Sixteen planes travel through every transform side by side, as eight complex values: lane 2j is
// the real and lane 2j + 1 the imaginary part of the packed pair (plane 2j) + i (plane 2j + 1).
enum { MOIRE_LANES = 16 };

typedef float lanes __attribute__((vector_size(64)));
typedef float half_lanes __attribute__((vector_size(32)));
typedef double wide_lanes __attribute__((vector_size(64)));
// The same lanes at an address that is only aligned for one float: a caller's own map.
typedef float unaligned_lanes __attribute__((vector_size(64), aligned(4), may_alias));

// The choice between clones runs before the thread sanitizer is set up, which crashes it.
#if defined(__SANITIZE_THREAD__)
#define MOIRE_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MOIRE_THREAD_SANITIZER 1
#endif
#endif

#if defined(__x86_64__) && defined(__linux__) && !defined(MOIRE_THREAD_SANITIZER)
#define MOIRE_DISPATCH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MOIRE_DISPATCH
#endif

// Without it clang keeps to 256 bits at the x86-64-v4 level. It cannot stand beside target_clones,
// but a function takes it over from what is inlined into it.
#if defined(__clang__) && defined(__x86_64__)
#define MOIRE_WIDE __attribute__((min_vector_width(512)))
#else
#define MOIRE_WIDE
#endif
#define MOIRE_INLINE MOIRE_WIDE static inline __attribute__((always_inline))

#define MOIRE_SPLAT(x) \
  ((lanes){(x), (x), (x), (x), (x), (x), (x), (x), (x), (x), (x), (x), (x), (x), (x), (x)})
// Real and imaginary parts change places.
#define MOIRE_SWAP(v) \
  __builtin_shufflevector((v), (v), 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)
// -i v is MOIRE_SWAP(v) * MOIRE_MINUS_I.
#define MOIRE_MINUS_I \
  ((lanes){1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1})

// A complex factor c + i s as it multiplies lanes: v (c, c, …) + swap(v) (-s, s, …).
typedef struct moire_factor {
  float real[2];
  float imaginary[2];
} moire_factor;

MOIRE_INLINE moire_factor moire_factor_make(double real, double imaginary) {
  return (moire_factor){{(float)real, (float)real}, {(float)-imaginary, (float)imaginary}};
}

// out = v · factor.
MOIRE_INLINE void moire_multiply(lanes *out, const lanes *v, const moire_factor *factor) {
  double c, s;
  memcpy(&c, factor->real, sizeof c);
  memcpy(&s, factor->imaginary, sizeof s);
  const lanes cosine = (lanes)(wide_lanes){c, c, c, c, c, c, c, c};
  const lanes sine = (lanes)(wide_lanes){s, s, s, s, s, s, s, s};
  *out = *v * cosine + MOIRE_SWAP(*v) * sine;
}

#endif
