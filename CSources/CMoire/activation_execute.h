// The execution for the precision that these name: REAL, NAME(x), PLANES, OUTPUT, SHEET, WIDTH,
// SELF (its moire_precision). No include guard: it is a template.

static SHEET NAME(sheet_at)(
  const moire_activation *activation, const PLANES *planes, size_t first) {
  const size_t left = planes->count - first;
  return (SHEET){
    .data = planes->data + (ptrdiff_t)first * planes->plane_stride,
    .count = left < WIDTH ? left : WIDTH,
    .height = activation->options.height, .width = activation->options.width,
    .plane = planes->plane_stride, .row = planes->row_stride, .column = planes->column_stride};
}

static int NAME(is_finite)(const moire_activation *activation, const PLANES *planes) {
  for (size_t first = 0; first < planes->count; first += WIDTH) {
    SHEET sheet = NAME(sheet_at)(activation, planes, first);
    NAME(moire_sheet_scale)(&sheet);
    if (sheet.lost) { return 0; }
  }
  return 1;
}

static void NAME(read_group)(
  const moire_activation *activation, const OUTPUT *output, moire_activation_reading *readings,
  const SHEET *sheet, void *workspace) {
  moire_activation_parts parts;
  moire_activation_sums sums[WIDTH] = {{0}}, doubled[WIDTH] = {{0}};
  const int twice = readings && activation->options.doubled;
  // First the finer grid: the output may take the place of the input.
  if (twice) {
    moire_activation_layout(&parts, activation, &activation->doubled, workspace);
    NAME(moire_activate_sheet)(activation, &activation->doubled, NULL, doubled, sheet, &parts);
  }
  moire_activation_layout(&parts, activation, &activation->grid, workspace);
  NAME(moire_activate_sheet)(
    activation, &activation->grid, output, readings ? sums : NULL, sheet, &parts);
  for (size_t p = 0; readings && p < sheet->count; p += 1) {
    readings[p].total = sums[p].total;
    readings[p].alias = sums[p].alias;
    readings[p].alias_doubled = twice ? doubled[p].alias : sums[p].alias;
  }
}

moire_status NAME(moire_activation_execute)(
  const moire_activation *activation, const PLANES *planes, const OUTPUT *output,
  moire_activation_reading *readings, void *workspace, size_t workspace_bytes) {
  if (!activation || !planes || (output && !output->data)) { return moire_null_argument; }
  if (activation->options.precision != SELF) { return moire_invalid_argument; }
  if (planes->count == 0) { return moire_ok; }
  if (!planes->data || !workspace) { return moire_null_argument; }
  if (!moire_stands(planes->data, _Alignof(REAL)) ||
      (output && !moire_stands(output->data, _Alignof(REAL)))) {
    return moire_invalid_argument;
  }
  if (output && planes->data == output->data &&
      (planes->plane_stride != output->plane_stride || planes->row_stride != output->row_stride ||
       planes->column_stride != output->column_stride)) {
    return moire_invalid_argument;
  }
  if (workspace_bytes < moire_activation_workspace_size(activation)) {
    return moire_workspace_too_small;
  }
  if (readings && !NAME(is_finite)(activation, planes)) { return moire_not_finite; }
  for (size_t first = 0; first < planes->count; first += WIDTH) {
    const SHEET sheet = NAME(sheet_at)(activation, planes, first);
    OUTPUT to = {0};
    if (output) {
      to = *output;
      to.data += (ptrdiff_t)first * output->plane_stride;
    }
    NAME(read_group)(
      activation, output ? &to : NULL, readings ? readings + first : NULL, &sheet, workspace);
  }
  return moire_ok;
}
