#include "cembedded.h"

#include <string.h>

// #embed is C23; the compiler offers it in earlier modes as an extension and says so.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char default_onnx[] = {
#embed "files/default.onnx"
};
static const unsigned char fashion_images[] = {
#embed "files/fashion-images.idx3"
};
static const unsigned char fashion_labels[] = {
#embed "files/fashion-labels.idx1"
};
static const unsigned char astronaut[] = {
#embed "files/astronaut.jpg"
};
static const unsigned char chelsea[] = {
#embed "files/chelsea.jpg"
};

static const moire_embedded_file files[] = {
    {"default.onnx", default_onnx, sizeof default_onnx},
    {"fashion-images.idx3", fashion_images, sizeof fashion_images},
    {"fashion-labels.idx1", fashion_labels, sizeof fashion_labels},
    {"astronaut.jpg", astronaut, sizeof astronaut},
    {"chelsea.jpg", chelsea, sizeof chelsea},
};

const moire_embedded_file *moire_embedded(const char *name) {
  for (size_t i = 0; name != NULL && i < moire_embedded_count(); i++)
    if (strcmp(files[i].name, name) == 0) return &files[i];
  return NULL;
}

size_t moire_embedded_count(void) { return sizeof files / sizeof files[0]; }

const moire_embedded_file *moire_embedded_at(size_t index) {
  return index < moire_embedded_count() ? &files[index] : NULL;
}
