#pragma once

#include <stddef.h>
#include <stdint.h>

// PNG and JPEG from and to memory, 8 bits a channel.
//
// Every function is re-entrant, keeps nothing between calls, and reports trouble as a status; the
// jumps by which libpng and libjpeg leave their own frames end inside this library. A message goes
// into the caller's buffer, always closed by a zero byte. Pixels and bytes that a function hands out
// are released by `cimages_free`.

#ifdef __cplusplus
extern "C" {
#endif

// A header that claims more pixels than this is refused before anything is allocated for them.
#define CIMAGES_MAX_PIXELS ((uint64_t)1 << 28)

typedef enum {
  CIMAGES_OK = 0,
  CIMAGES_TRUNCATED,    // the data end before the image does
  CIMAGES_CORRUPT,      // the data contradict the format
  CIMAGES_UNSUPPORTED,  // a legal image of a kind that is not read here
  CIMAGES_TOO_LARGE,    // more than CIMAGES_MAX_PIXELS pixels
  CIMAGES_NO_MEMORY
} cimages_status;

typedef struct {
  uint32_t width;
  uint32_t height;
  uint32_t channels;     // 1 gray, 3 red, green, blue, 4 and alpha; interleaved, rows without padding
  uint32_t orientation;  // 1 to 8 as in EXIF; the pixels are as stored, not yet turned
  uint8_t *pixels;
} cimages_image;

typedef struct {
  uint8_t *bytes;
  size_t count;
} cimages_bytes;

// Decodes a PNG of any colour type, bit depth and interlacing.
//
// Palettes are looked up, 1, 2 and 4 bits are spread to 0…255, of 16 bits the upper 8 stay, alpha
// and tRNS are dropped without compositing. Gamma and colour profiles are left alone. On failure
// `image` holds no pixels.
cimages_status cimages_decode_png(
    const uint8_t *bytes, size_t count, cimages_image *image, char *message, size_t capacity);

// The same with alpha: always 4 channels, red, green, blue and alpha, not premultiplied. Alpha and tRNS
// are kept; an image that has neither is opaque.
cimages_status cimages_decode_png_alpha(
    const uint8_t *bytes, size_t count, cimages_image *image, char *message, size_t capacity);

// Decodes a baseline or progressive JPEG of 1, 3 or 4 components.
//
// YCbCr becomes RGB with the accurate integer DCT and smooth chroma upsampling. Four components are
// read by Adobe's convention (inverted CMYK or YCCK) and become RGB. Damage that libjpeg would fill
// with invented pixels is a failure here.
cimages_status cimages_decode_jpeg(
    const uint8_t *bytes, size_t count, cimages_image *image, char *message, size_t capacity);

// Encodes 8-bit gray (1 channel) or RGB (3 channels) as a PNG; the same pixels give the same bytes.
cimages_status cimages_encode_png(
    const cimages_image *image, cimages_bytes *encoded, char *message, size_t capacity);

// Releases pixels or bytes; a null pointer is fine.
void cimages_free(void *memory);

#ifdef __cplusplus
}
#endif
