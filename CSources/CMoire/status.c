#include <fftw3.h>
#include <stdlib.h>

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
    case moire_not_exact: return "the identity holds only for a periodic map that the stride divides";
  }
  return "unknown status";
}

const char *moire_version(void) { return "0.1.0"; }

const char *moire_fftw_version(void) { return fftwf_version; }

void *moire_alloc(size_t bytes) {
  const size_t whole = (bytes + sizeof(lanes) - 1) / sizeof(lanes) * sizeof(lanes);
  return bytes == 0 || whole < bytes ? NULL : aligned_alloc(sizeof(lanes), whole);
}

void moire_free(void *memory) { free(memory); }
