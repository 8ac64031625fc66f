#include "line.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

void moire_planner_lock(void) { pthread_mutex_lock(&planner); }
void moire_planner_unlock(void) { pthread_mutex_unlock(&planner); }

// The passes of a length, largest radices of two first; 0 passes when another prime is left over.
static size_t factorise(size_t length, unsigned char radix[MOIRE_MAX_PASSES]) {
  static const unsigned char choices[] = {14, 7, 5, 3, 16, 8, 4, 2};
  size_t passes = 0;
  for (size_t c = 0; c < sizeof choices; c += 1) {
    while (length % choices[c] == 0) {
      // 32 and 64 take as many passes of 8, which fit the registers better.
      if (choices[c] == 16 && length % 32 == 0 && length % 128 != 0) { break; }
      radix[passes] = choices[c];
      passes += 1;
      length /= choices[c];
    }
  }
  return length == 1 ? passes : 0;
}

static moire_status make_factors(moire_line *line) {
  size_t count = 0, n = line->length;
  for (size_t i = 0; i < line->passes; i += 1) {
    n /= line->radix[i];
    count += n * (line->radix[i] - 1u);
  }
  line->factors = malloc(count * sizeof *line->factors);
  if (!line->factors) { return moire_no_memory; }
  moire_factor *factor = line->factors;
  n = line->length;
  for (size_t i = 0; i < line->passes; i += 1) {
    const size_t radix = line->radix[i], m = n / radix;
    for (size_t p = 0; p < m; p += 1) {
      for (size_t k = 1; k < radix; k += 1) {
        const double angle = -2 * M_PI * (double)(p * k) / (double)n;
        *factor++ = moire_factor_make(cos(angle), sin(angle));
      }
    }
    n = m;
  }
  return moire_ok;
}

static moire_status make_plan(moire_line *line, unsigned flags) {
  const size_t bytes = line->length * sizeof(lanes);
  lanes *area = aligned_alloc(sizeof(lanes), 2 * bytes);
  if (!area) { return moire_no_memory; }
  memset(area, 0, 2 * bytes);
  const int pairs = MOIRE_LANES / 2;
  const fftwf_iodim length = {(int)line->length, pairs, pairs}, across = {pairs, 1, 1};
  moire_planner_lock();
  line->plan = fftwf_plan_guru_dft(
    1, &length, 1, &across, (fftwf_complex *)area, (fftwf_complex *)(area + line->length),
    FFTW_FORWARD, flags);
  moire_planner_unlock();
  free(area);
  return line->plan ? moire_ok : moire_no_memory;
}

moire_status moire_line_create(moire_line *line, size_t length, unsigned flags) {
  *line = (moire_line){.length = length};
  if (length == 1) { return moire_ok; }
  line->passes = factorise(length, line->radix);
  return line->passes > 0 ? make_factors(line) : make_plan(line, flags);
}

void moire_line_destroy(moire_line *line) {
  free(line->factors);
  line->factors = NULL;
  if (line->plan) {
    moire_planner_lock();
    fftwf_destroy_plan(line->plan);
    moire_planner_unlock();
    line->plan = NULL;
  }
}
