// One execution for both precisions. Before including it define REAL (float or double), FFTW(name),
// PRECISION, PLANES, OUTPUT, FORWARD, INVERSE and EXECUTE.

// The mean as the first sample and what the others differ from it: exact for a constant.
static REAL gather(
  REAL *restrict plane, const REAL *data, ptrdiff_t row, ptrdiff_t column, size_t height,
  size_t width) {
  const double first = data[0];
  double sum = 0;
  for (size_t y = 0; y < height; y += 1) {
    const REAL *from = data + (ptrdiff_t)y * row;
    for (size_t x = 0; x < width; x += 1) {
      const REAL value = from[(ptrdiff_t)x * column];
      plane[y * width + x] = value;
      sum += value - first;
    }
  }
  const REAL mean = (REAL)(first + sum / ((double)height * (double)width));
  for (size_t i = 0; i < height * width; i += 1) { plane[i] -= mean; }
  return mean;
}

static void scatter(
  REAL *data, ptrdiff_t row, ptrdiff_t column, const REAL *restrict plane, REAL mean,
  size_t height, size_t width) {
  for (size_t y = 0; y < height; y += 1) {
    REAL *to = data + (ptrdiff_t)y * row;
    for (size_t x = 0; x < width; x += 1) {
      to[(ptrdiff_t)x * column] = plane[y * width + x] + mean;
    }
  }
}

static void multiply(REAL *restrict spectrum, const moire_spectral_filter *filter) {
  const REAL *restrict table = filter->table;
  const size_t bins = filter->height * filter->half;
  if (!filter->is_complex) {
    for (size_t i = 0; i < bins; i += 1) {
      spectrum[2 * i] *= table[i];
      spectrum[2 * i + 1] *= table[i];
    }
    return;
  }
  for (size_t i = 0; i < bins; i += 1) {
    const REAL re = spectrum[2 * i], im = spectrum[2 * i + 1];
    spectrum[2 * i] = re * table[2 * i] - im * table[2 * i + 1];
    spectrum[2 * i + 1] = re * table[2 * i + 1] + im * table[2 * i];
  }
}

moire_status EXECUTE(
  const moire_spectral_filter *filter, const PLANES *planes, const OUTPUT *output,
  void *workspace, size_t workspace_bytes) {
  if (!filter || !planes || !output) { return moire_null_argument; }
  if (filter->precision != PRECISION) { return moire_invalid_argument; }
  if (planes->count == 0) { return moire_ok; }
  if (!planes->data || !output->data || !workspace) { return moire_null_argument; }
  if (!moire_stands(planes->data, _Alignof(REAL)) ||
      !moire_stands(output->data, _Alignof(REAL))) {
    return moire_invalid_argument;
  }
  void *plane = NULL, *spectrum = NULL;
  if (workspace_bytes < moire_spectral_filter_layout(filter, workspace, &plane, &spectrum)) {
    return moire_workspace_too_small;
  }
  for (size_t p = 0; p < planes->count; p += 1) {
    const REAL *from = planes->data + (ptrdiff_t)p * planes->plane_stride;
    REAL *to = output->data + (ptrdiff_t)p * output->plane_stride;
    const REAL mean = gather(
      plane, from, planes->row_stride, planes->column_stride, filter->height, filter->width);
    FFTW(execute_dft_r2c)(filter->FORWARD, plane, spectrum);
    multiply(spectrum, filter);
    FFTW(execute_dft_c2r)(filter->INVERSE, spectrum, plane);
    scatter(
      to, output->row_stride, output->column_stride, plane, (REAL)(mean * filter->dc),
      filter->height, filter->width);
  }
  return moire_ok;
}
