// How much of a map aliases when every second row and column of it is kept.
//   cc alias.c $(pkg-config --cflags --libs moire) -lm -o alias && ./alias
#include <math.h>
#include <moire.h>
#include <stdio.h>

enum { SIZE = 64, STRIDE = 2 };

int main(void) {
  // Two tones: 3 cycles per row survive a stride of 2 (fewer than SIZE / 4), 30 cycles do not.
  static float map[SIZE][SIZE];
  for (int y = 0; y < SIZE; y += 1) {
    for (int x = 0; x < SIZE; x += 1) {
      map[y][x] = (float)(cos(2 * M_PI * 3 * x / SIZE) + 0.5 * cos(2 * M_PI * 30 * x / SIZE));
    }
  }
  // A reader is planned once for a size and a stride; any number of threads may share it.
  moire_reader *reader = NULL;
  moire_reader_options options = {SIZE, SIZE, STRIDE, STRIDE, .boundary = moire_boundary_periodic};
  moire_status status = moire_reader_create(&reader, &options);
  // The caller owns the scratch memory: reading allocates nothing.
  size_t bytes = status == moire_ok ? moire_reader_workspace_size(reader, 0) : 0;
  void *workspace = moire_alloc(bytes);
  // Planes are described by strides, in floats: NCHW, NHWC or anything else is read in place.
  moire_planes planes = {&map[0][0], 1, SIZE * SIZE, SIZE, 1};
  moire_energies energies;
  moire_reading reading = {.energies = &energies};
  if (status == moire_ok) {
    status = moire_reader_read(reader, &planes, &reading, workspace, bytes);
  }
  if (status != moire_ok) {
    fprintf(stderr, "%s\n", moire_status_message(status));
  } else {
    printf("alias fraction %.4f\n", energies.alias / energies.total);  // 0.25 / 1.25
  }
  moire_free(workspace);
  moire_reader_destroy(reader);
  return status;
}
