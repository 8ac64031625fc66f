#include <fftw3.h>
#include <stdint.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "lanes.h"
#include "moire.h"

const char *moire_status_message(moire_status status) {
  switch (status) {
    case moire_ok: return "success";
    case moire_null_argument: return "a required pointer is NULL";
    case moire_invalid_argument: return "a size, a stride or a parameter is outside its range";
    case moire_size_overflow: return "the sizes are too large";
    case moire_no_memory: return "out of memory";
    case moire_workspace_too_small: return "the workspace is too small";
    case moire_not_finite: return "a plane holds values that are not finite";
    case moire_not_exact:
      return "the identity holds only for a periodic map that the stride divides";
  }
  return "unknown status";
}

const char *moire_version(void) { return "0.1.0"; }

const char *moire_fftw_version(void) { return fftwf_version; }

// Columns of a large map touch a page a row: pages of 2 MiB keep them within reach of the TLB.
static const size_t large_page = (size_t)2 << 20;

void *moire_alloc(size_t bytes) {
  const size_t unit = bytes >= large_page ? large_page : sizeof(lanes);
  if (bytes == 0 || bytes > SIZE_MAX - unit) { return NULL; }
  const size_t whole = (bytes + unit - 1) / unit * unit;
  void *memory = aligned_alloc(unit, whole);
#if defined(__linux__)
  if (memory && unit == large_page) { (void)madvise(memory, whole, MADV_HUGEPAGE); }
#endif
  return memory;
}

void moire_free(void *memory) { free(memory); }
