# Compiles and links everything with the sanitizers of MOIRE_SANITIZE; the first finding ends the
# program.
if(NOT MOIRE_SANITIZE)
  return()
endif()
include(CheckCSourceCompiles)
include(CheckLinkerFlag)

add_compile_options(
  -fsanitize=${MOIRE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g)
add_link_options(-fsanitize=${MOIRE_SANITIZE})

# Other linkers warn about hundreds of symbols of the runtime.
check_linker_flag(C -fuse-ld=lld MOIRE_HAS_LLD)
if(MOIRE_HAS_LLD)
  add_link_options(-fuse-ld=lld)
endif()

# The thread sanitizer of a Swift toolchain's clang stands on libdispatch, which lies beside it.
set(CMAKE_REQUIRED_FLAGS -fsanitize=${MOIRE_SANITIZE})
check_c_source_compiles("int main(void) { return 0; }" MOIRE_SANITIZER_LINKS)
unset(CMAKE_REQUIRED_FLAGS)
if(NOT MOIRE_SANITIZER_LINKS)
  get_filename_component(compiler ${CMAKE_C_COMPILER} REALPATH)
  get_filename_component(toolchain ${compiler} DIRECTORY)
  find_library(MOIRE_DISPATCH NAMES dispatch HINTS ${toolchain}/../lib/swift/linux REQUIRED)
  get_filename_component(runtime ${MOIRE_DISPATCH} DIRECTORY)
  add_link_options(-L${runtime} -Wl,-rpath,${runtime})
  link_libraries(dispatch BlocksRuntime)
endif()
