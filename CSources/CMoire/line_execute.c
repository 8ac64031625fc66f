#include "line.h"
#include "radix.h"

// One Stockham pass of radix r over n = r m points with `done` transforms already interleaved:
// reads in[(q + done (p + m j)) step], writes out[q + done (r p + k)], twiddle exp(-2πi p k / n).
#define MOIRE_PASS(r)                                                                             \
  MOIRE_INLINE void moire_pass##r(                                                                \
    lanes *restrict out, const lanes *restrict in, ptrdiff_t step, size_t m, size_t done,         \
    const moire_factor *restrict factor, ptrdiff_t ahead) {                                       \
    for (size_t p = 0; p < m; p += 1, factor += (r) - 1) {                                        \
      for (size_t q = 0; q < done; q += 1) {                                                      \
        lanes a[r];                                                                               \
        _Pragma("GCC unroll 16") for (size_t j = 0; j < (r); j += 1) {                             \
          const lanes *from = in + (ptrdiff_t)(q + done * (p + m * j)) * step;                    \
          if (ahead) { __builtin_prefetch(from + ahead); }                                        \
          a[j] = *from;                                                                           \
        }                                                                                         \
        moire_radix##r(a);                                                                        \
        lanes *to = out + q + done * (r) * p;                                                     \
        to[0] = a[0];                                                                             \
        if (m == 1) {                                                                             \
          _Pragma("GCC unroll 16") for (size_t k = 1; k < (r); k += 1) { to[done * k] = a[k]; }    \
        } else {                                                                                  \
          _Pragma("GCC unroll 16") for (size_t k = 1; k < (r); k += 1) {                           \
            moire_multiply(&to[done * k], &a[k], &factor[k - 1]);                                 \
          }                                                                                       \
        }                                                                                         \
      }                                                                                           \
    }                                                                                             \
  }

MOIRE_PASS(2)
MOIRE_PASS(3)
MOIRE_PASS(4)
MOIRE_PASS(5)
MOIRE_PASS(7)
MOIRE_PASS(8)
MOIRE_PASS(14)
MOIRE_PASS(16)

MOIRE_INLINE void moire_pass(
  unsigned radix, lanes *restrict out, const lanes *restrict in, ptrdiff_t step, size_t m,
  size_t done, const moire_factor *restrict factor, ptrdiff_t ahead) {
  switch (radix) {
    case 2: moire_pass2(out, in, step, m, done, factor, ahead); break;
    case 3: moire_pass3(out, in, step, m, done, factor, ahead); break;
    case 4: moire_pass4(out, in, step, m, done, factor, ahead); break;
    case 5: moire_pass5(out, in, step, m, done, factor, ahead); break;
    case 7: moire_pass7(out, in, step, m, done, factor, ahead); break;
    case 14: moire_pass14(out, in, step, m, done, factor, ahead); break;
    case 16: moire_pass16(out, in, step, m, done, factor, ahead); break;
    default: moire_pass8(out, in, step, m, done, factor, ahead); break;
  }
}

// `count` lines that are one pass: their loops unroll.
MOIRE_INLINE void moire_single_passes(
  unsigned radix, lanes *restrict out, ptrdiff_t out_line, const lanes *restrict in,
  ptrdiff_t in_step, ptrdiff_t in_line, size_t count, const moire_factor *factors,
  ptrdiff_t ahead) {
#define MOIRE_SINGLE(r)                                                                           \
  case r:                                                                                         \
    for (size_t b = 0; b < count; b += 1, out += out_line, in += in_line) {                       \
      moire_pass##r(out, in, in_step, 1, 1, factors, ahead);                                      \
    }                                                                                             \
    break;
  switch (radix) {
    MOIRE_SINGLE(2)
    MOIRE_SINGLE(3)
    MOIRE_SINGLE(4)
    MOIRE_SINGLE(5)
    MOIRE_SINGLE(7)
    MOIRE_SINGLE(8)
    MOIRE_SINGLE(14)
    MOIRE_SINGLE(16)
  }
}

MOIRE_DISPATCH static void moire_line_passes(
  const moire_line *line, lanes *restrict out, ptrdiff_t out_line, const lanes *restrict in,
  ptrdiff_t in_step, ptrdiff_t in_line, size_t count, lanes *restrict scratch,
  ptrdiff_t ahead) {
  if (line->passes == 1) {
    moire_single_passes(
      line->radix[0], out, out_line, in, in_step, in_line, count, line->factors, ahead);
    return;
  }
  for (size_t b = 0; b < count; b += 1, out += out_line, in += in_line) {
    const moire_factor *factor = line->factors;
    const lanes *from = in;
    ptrdiff_t step = in_step;
    size_t n = line->length, done = 1;
    for (size_t i = 0; i < line->passes; i += 1) {
      const unsigned radix = line->radix[i];
      const size_t m = n / radix;
      // The passes go to and fro so that the last one ends in `out`.
      lanes *to = (line->passes - i) % 2 == 1 ? out : scratch;
      moire_pass(radix, to, from, step, m, done, factor, i == 0 ? ahead : 0);
      factor += m * (radix - 1);
      from = to;
      step = 1;
      n = m;
      done *= radix;
    }
  }
}

void moire_line_execute_ahead(
  const moire_line *line, lanes *restrict out, ptrdiff_t out_line, const lanes *restrict in,
  ptrdiff_t in_step, ptrdiff_t in_line, size_t count, lanes *restrict scratch, ptrdiff_t ahead) {
  if (line->passes > 0) {
    moire_line_passes(line, out, out_line, in, in_step, in_line, count, scratch, ahead);
    return;
  }
  for (size_t b = 0; b < count; b += 1, out += out_line, in += in_line) {
    lanes *to = line->plan ? scratch : out;
    for (size_t n = 0; n < line->length; n += 1) { to[n] = in[(ptrdiff_t)n * in_step]; }
    if (line->plan) {
      fftwf_execute_dft(line->plan, (fftwf_complex *)scratch, (fftwf_complex *)out);
    }
  }
}

void moire_line_execute(
  const moire_line *line, lanes *restrict out, ptrdiff_t out_line, const lanes *restrict in,
  ptrdiff_t in_step, ptrdiff_t in_line, size_t count, lanes *restrict scratch) {
  moire_line_execute_ahead(line, out, out_line, in, in_step, in_line, count, scratch, 0);
}
