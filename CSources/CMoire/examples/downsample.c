// Three ways to keep every second sample, and how far each is from moving with its input.
//   cc downsample.c $(pkg-config --cflags --libs moire) -lm -o downsample && ./downsample
#include <math.h>
#include <moire.h>
#include <stdio.h>

enum { SIZE = 64, HALF = SIZE / 2 };

// 12 cycles per row, which a stride of 2 holds, and 24 that fold onto 32 - 24 = 8.
static void make(float map[SIZE], int moved) {
  for (int x = 0; x < SIZE; x += 1) {
    const double at = 2 * M_PI * (x + moved) / SIZE;
    map[x] = (float)(cos(12 * at) + 0.5 * cos(24 * at));
  }
}

// The mean square of a - b.
static double distance(const float *a, const float *b) {
  double sum = 0;
  for (int x = 0; x < HALF; x += 1) { sum += (a[x] - b[x]) * (a[x] - b[x]); }
  return sum / HALF;
}

int main(void) {
  // A map of height 1 is a row; every handle is made once for a size and then only read.
  moire_fir *blur = NULL;
  moire_resampler *ideal = NULL, *half = NULL;
  const moire_blur_options blurring = {
    moire_blur_zhang, moire_padding_circular, .filter_height = 1, .filter_width = 5,
    .stride_height = 1, .stride_width = 2, .height = 1, .width = SIZE};
  const moire_ideal_pool_options pooling = {
    .height = 1, .width = SIZE, .stride_height = 1, .stride_width = 2};
  // One sample of the input is half a sample of what comes out.
  const moire_shift_options shifting = {.height = 1, .width = HALF, .shift_width = 0.5};
  moire_status status = moire_blur_create(&blur, NULL, NULL, &blurring);
  if (!status) { status = moire_ideal_pool_create(&ideal, &pooling); }
  if (!status) { status = moire_shift_create(&half, &shifting); }
  const size_t sizes[] = {
    moire_fir_workspace_size(blur), moire_resampler_workspace_size(ideal),
    moire_resampler_workspace_size(half)};
  size_t bytes = sizes[0];
  for (int i = 1; i < 3; i += 1) { bytes = sizes[i] > bytes ? sizes[i] : bytes; }
  void *workspace = moire_alloc(bytes);

  float map[SIZE], out[3][2][HALF], expected[HALF];
  for (int moved = 0; moved < 2 && !status; moved += 1) {
    make(map, moved);
    const moire_planes in = {map, 1, SIZE, SIZE, 1};
    for (int x = 0; x < HALF; x += 1) { out[0][moved][x] = map[2 * x]; }
    status = moire_fir_execute(
      blur, &in, &(moire_output){out[1][moved], HALF, HALF, 1}, workspace, bytes);
    if (!status) {
      status = moire_resampler_execute(
        ideal, &in, &(moire_output){out[2][moved], HALF, HALF, 1}, workspace, bytes);
    }
  }
  const char *name[] = {"every second sample", "BlurPool, binomial 5", "ideal low-pass"};
  for (int way = 0; way < 3 && !status; way += 1) {
    const moire_planes still = {out[way][0], 1, HALF, HALF, 1};
    status = moire_resampler_execute(
      half, &still, &(moire_output){expected, HALF, HALF, 1}, workspace, bytes);
    if (!status) { printf("%-20s  %.5f\n", name[way], distance(out[way][1], expected)); }
  }
  if (status) { fprintf(stderr, "%s\n", moire_status_message(status)); }
  moire_free(workspace);
  moire_fir_destroy(blur);
  moire_resampler_destroy(ideal);
  moire_resampler_destroy(half);
  return (int)status;
}
