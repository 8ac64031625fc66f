#pragma once

#include "cimages.h"

// Where a failure is written down before the jump out of the codec.
typedef struct {
  cimages_status status;
  char *message;
  size_t capacity;
} cimages_report;

cimages_report cimages_report_into(char *message, size_t capacity);

// Keeps the first failure: what follows it is a consequence.
void cimages_fail(cimages_report *report, cimages_status status, const char *text);

// Checks the size against CIMAGES_MAX_PIXELS, then allocates the pixels of `image`.
cimages_status cimages_allocate(cimages_report *report, cimages_image *image);

// The orientation (tag 0x0112 of the first directory) in a TIFF structure, 1 where there is none.
uint32_t cimages_tiff_orientation(const uint8_t *tiff, size_t count);
