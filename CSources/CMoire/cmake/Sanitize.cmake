# Compiles and links everything with the sanitizers of MOIRE_SANITIZE; the first finding ends the program.
if(MOIRE_SANITIZE)
  add_compile_options(
    -fsanitize=${MOIRE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g -O1)
  add_link_options(-fsanitize=${MOIRE_SANITIZE})
endif()
