#include "internal.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  png_structp png;
  png_infop info;
  const cimages_image *image;
  cimages_bytes *encoded;
  size_t capacity;
  cimages_report report;
} png_writer;

static void on_error(png_structp png, png_const_charp text) {
  png_writer *writer = png_get_error_ptr(png);
  cimages_fail(&writer->report, CIMAGES_UNSUPPORTED, text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void append_bytes(png_structp png, png_bytep source, size_t count) {
  png_writer *writer = png_get_io_ptr(png);
  cimages_bytes *encoded = writer->encoded;
  if (count > writer->capacity - encoded->count) {
    const size_t capacity = 2 * writer->capacity + count + 1024;
    uint8_t *grown = realloc(encoded->bytes, capacity);
    if (grown == NULL) {
      cimages_fail(&writer->report, CIMAGES_NO_MEMORY, "not enough memory");
      png_longjmp(png, 1);
    }
    encoded->bytes = grown;
    writer->capacity = capacity;
  }
  memcpy(encoded->bytes + encoded->count, source, count);
  encoded->count += count;
}

static void flush(png_structp png) { (void)png; }

static void write_image(png_writer *writer) {
  const cimages_image *image = writer->image;
  png_set_user_limits(writer->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_IHDR(
      writer->png, writer->info, image->width, image->height, 8,
      image->channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
      PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer->png, writer->info);
  const size_t row_size = (size_t)image->width * image->channels;
  for (size_t row = 0; row < image->height; row++) {
    png_write_row(writer->png, image->pixels + row * row_size);
  }
  png_write_end(writer->png, writer->info);
}

static void write_guarded(png_writer *writer) {
  writer->info = png_create_info_struct(writer->png);
  if (writer->info == NULL) {
    cimages_fail(&writer->report, CIMAGES_NO_MEMORY, "not enough memory");
    return;
  }
  if (setjmp(png_jmpbuf(writer->png)) != 0) return;
  png_set_write_fn(writer->png, writer, append_bytes, flush);
  write_image(writer);
}

cimages_status cimages_encode_png(
    const cimages_image *image, cimages_bytes *encoded, char *message, size_t capacity) {
  *encoded = (cimages_bytes){0};
  png_writer writer = {
      .image = image, .encoded = encoded, .report = cimages_report_into(message, capacity)};
  if (image->channels != 1 && image->channels != 3) {
    cimages_fail(&writer.report, CIMAGES_UNSUPPORTED, "only 1 or 3 channels can be written");
    return writer.report.status;
  }
  writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, on_error, on_warning);
  if (writer.png == NULL) {
    cimages_fail(&writer.report, CIMAGES_NO_MEMORY, "not enough memory");
    return writer.report.status;
  }
  write_guarded(&writer);
  png_destroy_write_struct(&writer.png, &writer.info);
  if (writer.report.status != CIMAGES_OK) {
    cimages_free(encoded->bytes);
    *encoded = (cimages_bytes){0};
  }
  return writer.report.status;
}
