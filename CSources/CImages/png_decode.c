#include "internal.h"

#include <png.h>
#include <setjmp.h>
#include <string.h>

typedef struct {
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  int keeps_alpha;
  cimages_image *image;
  cimages_report report;
} png_reader;

static void on_error(png_structp png, png_const_charp text) {
  png_reader *reader = png_get_error_ptr(png);
  cimages_fail(&reader->report, CIMAGES_CORRUPT, text);
  png_longjmp(png, 1);
}

// Warnings concern ancillary chunks, which leave the pixels as they are.
static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_bytes(png_structp png, png_bytep target, size_t count) {
  png_reader *reader = png_get_io_ptr(png);
  if (count > reader->count - reader->position) {
    cimages_fail(&reader->report, CIMAGES_TRUNCATED, "the data end before the image is complete");
    png_error(png, "truncated");
  }
  memcpy(target, reader->bytes + reader->position, count);
  reader->position += count;
}

static void ask_for_8_bit_gray_or_rgb(png_reader *reader) {
  const int colour = png_get_color_type(reader->png, reader->info);
  const int depth = png_get_bit_depth(reader->png, reader->info);
  if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(reader->png);
  if (colour == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(reader->png);
  if (depth == 16) png_set_strip_16(reader->png);
  if (reader->keeps_alpha) {
    png_set_tRNS_to_alpha(reader->png);
    if (!(colour & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(reader->png);
    // Where there is alpha already, the filler is not used.
    png_set_add_alpha(reader->png, 0xff, PNG_FILLER_AFTER);
  } else {
    png_set_strip_alpha(reader->png);
  }
}

static void read_orientation(png_reader *reader) {
  png_bytep exif = NULL;
  png_uint_32 count = 0;
  if (png_get_eXIf_1(reader->png, reader->info, &count, &exif) != 0 && exif != NULL) {
    reader->image->orientation = cimages_tiff_orientation(exif, count);
  }
}

static void read_image(png_reader *reader) {
  cimages_image *image = reader->image;
  png_read_info(reader->png, reader->info);
  image->width = png_get_image_width(reader->png, reader->info);
  image->height = png_get_image_height(reader->png, reader->info);
  ask_for_8_bit_gray_or_rgb(reader);
  const int passes = png_set_interlace_handling(reader->png);
  png_read_update_info(reader->png, reader->info);

  image->channels = png_get_channels(reader->png, reader->info);
  const size_t row_size = (size_t)image->width * image->channels;
  if (png_get_rowbytes(reader->png, reader->info) != row_size) {
    png_error(reader->png, "the rows have an unexpected size");
  }
  if (cimages_allocate(&reader->report, image) != CIMAGES_OK) png_longjmp(reader->png, 1);
  for (int pass = 0; pass < passes; pass++) {
    for (size_t row = 0; row < image->height; row++) {
      png_read_row(reader->png, image->pixels + row * row_size, NULL);
    }
  }
  png_read_end(reader->png, reader->info);
  read_orientation(reader);
}

// Everything that changes lives behind the pointer, so nothing is lost when libpng jumps back here.
static void read_guarded(png_reader *reader) {
  reader->info = png_create_info_struct(reader->png);
  if (reader->info == NULL) {
    cimages_fail(&reader->report, CIMAGES_NO_MEMORY, "not enough memory");
    return;
  }
  if (setjmp(png_jmpbuf(reader->png)) != 0) return;
  png_set_read_fn(reader->png, reader, read_bytes);
  // libpng's own limit of a million a side would refuse long strips; the pixel count is checked.
  png_set_user_limits(reader->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  read_image(reader);
}

static cimages_status decode(
    const uint8_t *bytes, size_t count, int keeps_alpha, cimages_image *image, char *message,
    size_t capacity) {
  *image = (cimages_image){.orientation = 1};
  png_reader reader = {
      .bytes = bytes, .count = count, .keeps_alpha = keeps_alpha, .image = image,
      .report = cimages_report_into(message, capacity)};
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
  if (reader.png == NULL) {
    cimages_fail(&reader.report, CIMAGES_NO_MEMORY, "not enough memory");
    return reader.report.status;
  }
  read_guarded(&reader);
  png_destroy_read_struct(&reader.png, &reader.info, NULL);
  if (reader.report.status != CIMAGES_OK) {
    cimages_free(image->pixels);
    image->pixels = NULL;
  }
  return reader.report.status;
}

cimages_status cimages_decode_png(
    const uint8_t *bytes, size_t count, cimages_image *image, char *message, size_t capacity) {
  return decode(bytes, count, 0, image, message, capacity);
}

cimages_status cimages_decode_png_alpha(
    const uint8_t *bytes, size_t count, cimages_image *image, char *message, size_t capacity) {
  return decode(bytes, count, 1, image, message, capacity);
}
