#ifndef MOIRE_LINE_H
#define MOIRE_LINE_H

#include <fftw3.h>

#include "lanes.h"
#include "moire.h"

enum { MOIRE_MAX_PASSES = 64 };

// A forward DFT of `length` points over sixteen lanes. Lengths that factor into 2, 3, 5 and 7 run
// as Stockham passes over lanes; every other length runs through FFTW.
typedef struct moire_line {
  size_t length;
  size_t passes;
  unsigned char radix[MOIRE_MAX_PASSES];
  moire_factor *factors;
  fftwf_plan plan;
} moire_line;

moire_status moire_line_create(moire_line *line, size_t length, unsigned flags);
void moire_line_destroy(moire_line *line);

// Transforms `count` lines: element n of line b is in[b in_line + n in_step], bin k of line b goes
// to out[b out_line + k]. `scratch` holds `length` lanes; the three areas do not overlap.
void moire_line_execute(
  const moire_line *line, lanes *restrict out, ptrdiff_t out_line, const lanes *restrict in,
  ptrdiff_t in_step, ptrdiff_t in_line, size_t count, lanes *restrict scratch);

// The same of lines far apart: meanwhile the line that is asked for next is fetched, which stands
// `ahead` lanes beyond each one of these; 0 fetches nothing.
void moire_line_execute_ahead(
  const moire_line *line, lanes *restrict out, ptrdiff_t out_line, const lanes *restrict in,
  ptrdiff_t in_step, ptrdiff_t in_line, size_t count, lanes *restrict scratch, ptrdiff_t ahead);

// The one lock around FFTW's planner.
void moire_planner_lock(void);
void moire_planner_unlock(void);

#endif
