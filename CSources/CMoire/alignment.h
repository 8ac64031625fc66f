#ifndef MOIRE_ALIGNMENT_H
#define MOIRE_ALIGNMENT_H

#include <stddef.h>
#include <stdint.h>

// Whether a value of a type of this alignment may stand at an address.
static inline int moire_stands(const void *address, size_t alignment) {
  return (uintptr_t)address % alignment == 0;
}

#endif
