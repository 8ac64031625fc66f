# The whole library counts its branches where the compiler has libFuzzer, so that it can find them.
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -fsanitize=fuzzer)
check_c_source_compiles("
  #include <stddef.h>
  int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) { return !data && !size; }"
  MOIRE_HAS_LIBFUZZER)
unset(CMAKE_REQUIRED_FLAGS)
if(MOIRE_HAS_LIBFUZZER)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
