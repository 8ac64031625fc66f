// Stands in where the compiler has no libFuzzer: random bytes from a seed, for as long as asked.
//   fuzz_measure [-max_total_time=SECONDS] [-seed=N] [FILE...]

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state = 1;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static int run_file(const char *path) {
  static uint8_t data[1 << 16];
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    return 1;
  }
  const size_t size = fread(data, 1, sizeof data, file);
  fclose(file);
  return LLVMFuzzerTestOneInput(data, size);
}

int main(int count, char **arguments) {
  long seconds = 10, runs = 0;
  int files = 0;
  for (int i = 1; i < count; i += 1) {
    if (sscanf(arguments[i], "-max_total_time=%ld", &seconds) == 1) { continue; }
    if (!strncmp(arguments[i], "-seed=", 6)) {
      state = strtoull(arguments[i] + 6, NULL, 10) * 2 + 1;
    } else if (arguments[i][0] != '-') {
      files += 1;
      if (run_file(arguments[i])) { return 1; }
    }
  }
  if (files > 0) { return 0; }
  for (const time_t end = time(NULL) + seconds; time(NULL) < end; runs += 1) {
    uint8_t data[2048];
    const size_t size = next() % (sizeof data + 1);
    for (size_t i = 0; i < size; i += 1) { data[i] = (uint8_t)(next() >> 32); }
    LLVMFuzzerTestOneInput(data, size);
  }
  printf("%ld runs\n", runs);
  return 0;
}
