#include "internal.h"

// jpeglib.h takes size_t and FILE as given.
#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

enum {
  EXIF_PREFIX = 6,  // "Exif" and two zero bytes
  MARKER_LIMIT = 0xFFFF,
  // A progressive file of a few kilobytes can ask for minutes of work; photographs have about 10.
  SCAN_LIMIT = 500
};

typedef struct {
  struct jpeg_decompress_struct codec;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  const uint8_t *bytes;
  size_t count;
  cimages_image *image;
  uint8_t *ink_row;  // one row of four components, for CMYK only
  cimages_report report;
} jpeg_reader;

static void leave(j_common_ptr codec, cimages_status status) {
  jpeg_reader *reader = codec->client_data;
  char text[JMSG_LENGTH_MAX];
  codec->err->format_message(codec, text);
  cimages_fail(&reader->report, status, text);
  longjmp(reader->escape, 1);
}

static void on_error(j_common_ptr codec) {
  switch (codec->err->msg_code) {
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF: leave(codec, CIMAGES_TRUNCATED); break;
    case JERR_OUT_OF_MEMORY: leave(codec, CIMAGES_NO_MEMORY); break;
    case JERR_BAD_PRECISION:
    case JERR_SOF_UNSUPPORTED:
    case JERR_NOT_COMPILED:
    case JERR_CONVERSION_NOTIMPL: leave(codec, CIMAGES_UNSUPPORTED); break;
    default: leave(codec, CIMAGES_CORRUPT);
  }
}

// Warnings after which libjpeg goes on with pixels of its own invention end the decoding; those
// about stray bytes between segments or odd version numbers do not touch the pixels.
static void on_message(j_common_ptr codec, int level) {
  if (level >= 0) return;
  switch (codec->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER: leave(codec, CIMAGES_TRUNCATED); break;
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
    case JWRN_BOGUS_PROGRESSION: leave(codec, CIMAGES_CORRUPT); break;
    default: codec->err->num_warnings++;
  }
}

static void on_progress(j_common_ptr codec) {
  jpeg_reader *reader = codec->client_data;
  if (reader->codec.input_scan_number <= SCAN_LIMIT) return;
  cimages_fail(&reader->report, CIMAGES_CORRUPT, "more than 500 scans");
  longjmp(reader->escape, 1);
}

static void give_up(jpeg_reader *reader, cimages_status status, const char *text) {
  cimages_fail(&reader->report, status, text);
  longjmp(reader->escape, 1);
}

static void read_orientation(jpeg_reader *reader) {
  for (jpeg_saved_marker_ptr marker = reader->codec.marker_list; marker; marker = marker->next) {
    if (marker->marker != JPEG_APP0 + 1 || marker->data_length < EXIF_PREFIX) continue;
    if (memcmp(marker->data, "Exif\0\0", EXIF_PREFIX) != 0) continue;
    reader->image->orientation = cimages_tiff_orientation(
        marker->data + EXIF_PREFIX, marker->data_length - EXIF_PREFIX);
    return;
  }
}

static void choose_colours(jpeg_reader *reader) {
  struct jpeg_decompress_struct *codec = &reader->codec;
  switch (codec->num_components) {
    case 1: codec->out_color_space = JCS_GRAYSCALE; break;
    case 3: codec->out_color_space = JCS_RGB; break;
    case 4: codec->out_color_space = JCS_CMYK; break;
    default:
      give_up(reader, CIMAGES_UNSUPPORTED, "a JPEG must have 1, 3 or 4 components to be read");
  }
  reader->image->channels = codec->num_components == 1 ? 1 : 3;
}

// a·b/255, rounded.
static uint8_t product(uint32_t a, uint32_t b) {
  const uint32_t scaled = a * b + 128;
  return (uint8_t)((scaled + (scaled >> 8)) >> 8);
}

// Adobe stores 255 − ink: the stored key is the brightness that is left, each ink takes its share.
static void inks_to_rgb(const uint8_t *inks, uint8_t *rgb, size_t width) {
  for (size_t x = 0; x < width; x++, inks += 4, rgb += 3) {
    const uint32_t brightness = inks[3];
    for (int c = 0; c < 3; c++) {
      rgb[c] = (uint8_t)(brightness - product(255u - inks[c], brightness));
    }
  }
}

static void read_rows(jpeg_reader *reader) {
  struct jpeg_decompress_struct *codec = &reader->codec;
  const size_t row_size = (size_t)reader->image->width * reader->image->channels;
  while (codec->output_scanline < codec->output_height) {
    uint8_t *row = reader->image->pixels + codec->output_scanline * row_size;
    JSAMPROW target = reader->ink_row != NULL ? reader->ink_row : row;
    if (jpeg_read_scanlines(codec, &target, 1) != 1) {
      give_up(reader, CIMAGES_TRUNCATED, "the data end before the image is complete");
    }
    if (reader->ink_row != NULL) inks_to_rgb(reader->ink_row, row, reader->image->width);
  }
}

static void read_image(jpeg_reader *reader) {
  struct jpeg_decompress_struct *codec = &reader->codec;
  jpeg_save_markers(codec, JPEG_APP0 + 1, MARKER_LIMIT);
  jpeg_mem_src(codec, reader->bytes, reader->count);
  jpeg_read_header(codec, TRUE);
  reader->image->width = codec->image_width;
  reader->image->height = codec->image_height;
  choose_colours(reader);
  read_orientation(reader);
  if (cimages_allocate(&reader->report, reader->image) != CIMAGES_OK) longjmp(reader->escape, 1);
  if (codec->out_color_space == JCS_CMYK) {
    reader->ink_row = malloc((size_t)codec->image_width * 4);
    if (reader->ink_row == NULL) give_up(reader, CIMAGES_NO_MEMORY, "not enough memory");
  }
  jpeg_start_decompress(codec);
  read_rows(reader);
  jpeg_finish_decompress(codec);
}

static void read_guarded(jpeg_reader *reader) {
  reader->codec.err = jpeg_std_error(&reader->errors);
  reader->codec.client_data = reader;
  reader->errors.error_exit = on_error;
  reader->errors.emit_message = on_message;
  if (setjmp(reader->escape) != 0) return;
  jpeg_create_decompress(&reader->codec);
  reader->progress.progress_monitor = on_progress;
  reader->codec.progress = &reader->progress;
  read_image(reader);
}

cimages_status cimages_decode_jpeg(
    const uint8_t *bytes, size_t count, cimages_image *image, char *message, size_t capacity) {
  *image = (cimages_image){.orientation = 1};
  jpeg_reader reader = {
      .bytes = bytes, .count = count, .image = image,
      .report = cimages_report_into(message, capacity)};
  read_guarded(&reader);
  jpeg_destroy_decompress(&reader.codec);
  free(reader.ink_row);
  if (reader.report.status != CIMAGES_OK) {
    cimages_free(image->pixels);
    image->pixels = NULL;
  }
  return reader.report.status;
}
