#include "internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

cimages_report cimages_report_into(char *message, size_t capacity) {
  if (capacity > 0) message[0] = '\0';
  return (cimages_report){CIMAGES_OK, message, capacity};
}

void cimages_fail(cimages_report *report, cimages_status status, const char *text) {
  if (report->status != CIMAGES_OK) return;
  report->status = status;
  if (report->capacity > 0) snprintf(report->message, report->capacity, "%s", text);
}

cimages_status cimages_allocate(cimages_report *report, cimages_image *image) {
  char text[120];
  const uint64_t pixels = (uint64_t)image->width * image->height;
  if (pixels == 0) {
    cimages_fail(report, CIMAGES_CORRUPT, "the header claims an image without pixels");
  } else if (pixels > CIMAGES_MAX_PIXELS) {
    snprintf(
        text, sizeof text,
        "the header claims %" PRIu32 "×%" PRIu32 " pixels, the limit is %" PRIu64, image->height,
        image->width, CIMAGES_MAX_PIXELS);
    cimages_fail(report, CIMAGES_TOO_LARGE, text);
  } else {
    // Zeroed, so that no path hands out memory of somebody else's.
    image->pixels = calloc((size_t)pixels, image->channels);
    if (image->pixels == NULL) cimages_fail(report, CIMAGES_NO_MEMORY, "not enough memory");
  }
  return report->status;
}

void cimages_free(void *memory) { free(memory); }
