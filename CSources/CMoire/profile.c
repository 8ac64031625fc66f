#include <math.h>

#include "half_spectrum.h"

moire_status moire_spectrum_alias_to_signal(double *ratio, const moire_spectrum *spectrum) {
  const moire_status status = ratio ? moire_spectrum_check(spectrum) : moire_null_argument;
  if (status != moire_ok) { return status; }
  if (!moire_spectrum_divides(spectrum)) { return moire_not_exact; }
  const size_t height = spectrum->height / spectrum->stride_height;
  const size_t width = spectrum->width / spectrum->stride_width;
  for (size_t k = 0; k < height; k += 1) {
    const size_t own_y = k < (height + 1) / 2 ? k : k + spectrum->height - height;
    for (size_t l = 0; l < width; l += 1) {
      const size_t own_x = l < (width + 1) / 2 ? l : l + spectrum->width - width;
      double folded = 0;
      for (size_t y = k; y < spectrum->height; y += height) {
        for (size_t x = l; x < spectrum->width; x += width) {
          if (y != own_y || x != own_x) { folded += moire_spectrum_bin(spectrum, y, x); }
        }
      }
      const double own = moire_spectrum_bin(spectrum, own_y, own_x);
      ratio[k * width + l] = folded == 0 ? 0 : folded / own;
    }
  }
  return moire_ok;
}

moire_status moire_spectrum_centred(double *power, const moire_spectrum *spectrum) {
  const moire_status status = power ? moire_spectrum_check(spectrum) : moire_null_argument;
  if (status != moire_ok) { return status; }
  const size_t height = spectrum->height, width = spectrum->width;
  for (size_t y = 0; y < height; y += 1) {
    for (size_t x = 0; x < width; x += 1) {
      power[(y + height / 2) % height * width + (x + width / 2) % width] =
        moire_spectrum_bin(spectrum, y, x);
    }
  }
  return moire_ok;
}

static size_t longer(size_t height, size_t width) { return height > width ? height : width; }

size_t moire_slice_length(size_t height, size_t width, moire_slice slice) {
  if (height == 0 || width == 0) { return 0; }
  switch (slice) {
    case moire_slice_0: return width / 2 + 1;
    case moire_slice_90: return height / 2 + 1;
    case moire_slice_45:
    case moire_slice_135: return longer(height, width) / 2 + 1;
  }
  return 0;
}

// The bin nearest to r / longest cycles per sample, the lower one of two: ⌈r size / longest - ½⌉.
static size_t nearest_bin(size_t r, size_t size, size_t longest) {
  if (r == 0 || size == longest) { return r; }
  return (size_t)ceil((double)r * (double)size / (double)longest - 0.5);
}

moire_status moire_spectrum_slice(
  double *power, double *frequency, const moire_spectrum *spectrum, moire_slice slice) {
  const moire_status status =
    power && frequency ? moire_spectrum_check(spectrum) : moire_null_argument;
  if (status != moire_ok) { return status; }
  if ((unsigned)slice > moire_slice_135) { return moire_invalid_argument; }
  const size_t height = spectrum->height, width = spectrum->width;
  const size_t longest = longer(height, width);
  const size_t length = moire_slice_length(height, width, slice);
  for (size_t r = 0; r < length; r += 1) {
    size_t y = slice == moire_slice_0 ? 0 : r, x = slice == moire_slice_90 ? 0 : r;
    if (slice == moire_slice_45 || slice == moire_slice_135) {
      y = nearest_bin(r, height, longest);
      x = nearest_bin(r, width, longest);
    }
    frequency[r] = hypot(moire_bin_frequency(y, height), moire_bin_frequency(x, width));
    if (slice == moire_slice_135) { y = (height - y) % height; }
    power[r] = moire_spectrum_bin(spectrum, y, x);
  }
  return moire_ok;
}
