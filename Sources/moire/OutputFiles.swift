import Foundation
import MoireKit

/// Several files that are written all or none.
enum OutputFiles {
  /// Writes every file beside its place, then gives all of them their names.
  ///
  /// - Throws: ``CommandError/unwritable(path:reason:)``; then nothing has changed.
  static func write(_ files: [(path: String, data: Data)]) throws {
    let mark = String(UInt64.random(in: .min ... .max), radix: 36)
    func temporary(_ path: String) -> String {
      let url = URL(fileURLWithPath: path)
      return url.deletingLastPathComponent()
        .appendingPathComponent(".\(url.lastPathComponent).\(mark)").path
    }
    defer { for file in files { unlink(temporary(file.path)) } }
    for file in files {
      var status = stat()
      if stat(file.path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
        throw CommandError.unwritable(path: file.path, reason: "there is a folder of this name")
      }
      do {
        try file.data.write(to: URL(fileURLWithPath: temporary(file.path)))
      } catch {
        throw CommandError.unwritable(path: file.path, reason: systemReason(error))
      }
    }
    for file in files {
      guard rename(temporary(file.path), file.path) == 0 else {
        throw CommandError.unwritable(
          path: file.path, reason: String(cString: strerror(errno)).lowercased())
      }
    }
  }
}
