// The files that travel inside the program: a small network, test images and two photos.
#ifndef CEMBEDDED_H
#define CEMBEDDED_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__clang__)
#pragma clang assume_nonnull begin
#define MOIRE_EMBEDDED_NULLABLE _Nullable
#else
#define MOIRE_EMBEDDED_NULLABLE
#endif

/// One embedded file. Name and bytes have static lifetime and must not be freed.
typedef struct moire_embedded_file {
  /// File name without folder, for example "default.onnx"; ends in a zero byte.
  const char *name;
  /// The file's bytes, without a zero byte behind them.
  const unsigned char *bytes;
  /// Number of bytes.
  size_t size;
} moire_embedded_file;

/// The file of this name, or NULL where there is none (or `name` is NULL).
///
/// The names: "default.onnx" (a CNN for Fashion-MNIST, input "image" [N,1,28,28], output "logits"
/// [N,10], class names in its metadata as "classes"), "fashion-images.idx3" and
/// "fashion-labels.idx1" (48 test images and their labels in idx format), "astronaut.jpg" and
/// "chelsea.jpg". Cost: a string comparison per file.
const moire_embedded_file *MOIRE_EMBEDDED_NULLABLE
moire_embedded(const char *MOIRE_EMBEDDED_NULLABLE name);

/// Number of embedded files.
size_t moire_embedded_count(void);

/// The file at `index`, or NULL from moire_embedded_count() on.
const moire_embedded_file *MOIRE_EMBEDDED_NULLABLE moire_embedded_at(size_t index);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#ifdef __cplusplus
}
#endif

#endif
