#ifndef MOIRE_BASE_H
#define MOIRE_BASE_H

#include <stddef.h>

// What stands around the declarations of every header: C linkage, visibility where the library is
// built with everything else hidden, pointers that are never NULL unless MOIRE_NULLABLE says so.
#if defined(__cplusplus)
#define MOIRE_LINKAGE_BEGIN extern "C" {
#define MOIRE_LINKAGE_END }
#else
#define MOIRE_LINKAGE_BEGIN
#define MOIRE_LINKAGE_END
#endif

#if defined(__GNUC__)
#define MOIRE_VISIBLE_BEGIN _Pragma("GCC visibility push(default)")
#define MOIRE_VISIBLE_END _Pragma("GCC visibility pop")
#else
#define MOIRE_VISIBLE_BEGIN
#define MOIRE_VISIBLE_END
#endif

#if defined(__clang__)
#define MOIRE_NONNULL_BEGIN                                                                       \
  _Pragma("clang diagnostic push")                                                                \
  _Pragma("clang diagnostic ignored \"-Wnullability-extension\"")                                 \
  _Pragma("clang assume_nonnull begin")
#define MOIRE_NONNULL_END _Pragma("clang assume_nonnull end") _Pragma("clang diagnostic pop")
#define MOIRE_NULLABLE _Nullable
#define MOIRE_ENUM __attribute__((enum_extensibility(open)))
#else
#define MOIRE_NONNULL_BEGIN
#define MOIRE_NONNULL_END
#define MOIRE_NULLABLE
#define MOIRE_ENUM
#endif

#define MOIRE_BEGIN MOIRE_LINKAGE_BEGIN MOIRE_VISIBLE_BEGIN MOIRE_NONNULL_BEGIN
#define MOIRE_END MOIRE_NONNULL_END MOIRE_VISIBLE_END MOIRE_LINKAGE_END

MOIRE_BEGIN

typedef enum MOIRE_ENUM moire_status {
  moire_ok = 0,
  /// A pointer that must be there is NULL.
  moire_null_argument = 1,
  /// A size or a stride is 0, or a value is outside its documented range.
  moire_invalid_argument = 2,
  /// A product of sizes does not fit.
  moire_size_overflow = 3,
  moire_no_memory = 4,
  moire_workspace_too_small = 5,
  /// A plane holds a NaN, an infinity, or values whose squares overflow a double.
  moire_not_finite = 6,
  /// The identity was asked for where it does not hold: a stride that does not divide the size, or
  /// a boundary other than periodic.
  moire_not_exact = 7
} moire_status;

/// A short English description, without a full stop; never NULL.
const char *moire_status_message(moire_status status);

/// The version of this library, as "0.1.0".
const char *moire_version(void);

/// The version line of the FFTW library in use.
const char *moire_fftw_version(void);

/// Memory aligned for vectors; NULL when there is none or `bytes` is 0. Release with moire_free.
void *MOIRE_NULLABLE moire_alloc(size_t bytes);
void moire_free(void *MOIRE_NULLABLE memory);

MOIRE_END

#endif
