#include "check.h"

static void messages(void) {
  for (int status = -2; status < 40; status += 1) {
    const char *text = moire_status_message((moire_status)status);
    EXPECT(text && text[0] && text[strlen(text) - 1] != '.');
  }
  EXPECT(strcmp(moire_status_message(moire_ok), moire_status_message(moire_not_exact)) != 0);
  EXPECT(moire_version()[0] != 0);
  EXPECT(strstr(moire_fftw_version(), "fftw"));
}

static void memory(void) {
  EXPECT(!moire_alloc(0));
  EXPECT(!moire_alloc(SIZE_MAX));
  EXPECT(!moire_alloc(SIZE_MAX - 100));
  EXPECT(!moire_alloc(SIZE_MAX / 2));
  moire_free(NULL);
  for (size_t bytes = 1; bytes <= (size_t)5 << 20; bytes = bytes * 3 + 1) {
    unsigned char *memory = moire_alloc(bytes);
    EXPECT(memory && (uintptr_t)memory % 64 == 0);
    if (memory) { memset(memory, 0xff, bytes); }
    moire_free(memory);
  }
}

int main(void) {
  messages();
  memory();
  return check_result();
}
