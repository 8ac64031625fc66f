#include "internal.h"

#include <stdbool.h>
#include <string.h>

enum { ORIENTATION_TAG = 0x0112, TYPE_SHORT = 3, TYPE_LONG = 4, ENTRY_SIZE = 12 };

static uint32_t number(const uint8_t *bytes, int count, bool big_endian) {
  uint32_t value = 0;
  for (int i = 0; i < count; i++) value = value << 8 | bytes[big_endian ? i : count - 1 - i];
  return value;
}

static uint32_t value_of_entry(const uint8_t *entry, bool big_endian) {
  switch (number(entry + 2, 2, big_endian)) {
    case TYPE_SHORT: return number(entry + 8, 2, big_endian);
    case TYPE_LONG: return number(entry + 8, 4, big_endian);
    default: return 0;
  }
}

uint32_t cimages_tiff_orientation(const uint8_t *tiff, size_t count) {
  if (count < 8) return 1;
  const bool big_endian = memcmp(tiff, "MM\0*", 4) == 0;
  if (!big_endian && memcmp(tiff, "II*\0", 4) != 0) return 1;

  const size_t directory = number(tiff + 4, 4, big_endian);
  if (directory > count - 2) return 1;
  const size_t entries = number(tiff + directory, 2, big_endian);
  for (size_t i = 0; i < entries; i++) {
    const size_t entry = directory + 2 + i * ENTRY_SIZE;
    if (entry + ENTRY_SIZE > count) return 1;
    if (number(tiff + entry, 2, big_endian) != ORIENTATION_TAG) continue;
    const uint32_t value = value_of_entry(tiff + entry, big_endian);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
