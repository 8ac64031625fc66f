package import Foundation

/// The bytes of a file, or of a pipe to its end.
///
/// - Parameter isMapped: whether a regular file may stay where it is and be read page by page.
/// - Throws: the system's error; for a device, which may have no end, an error that says so.
package func fileContents(_ path: String, isMapped: Bool = false) throws -> Data {
  let url = URL(fileURLWithPath: path)
  var status = stat()
  guard stat(path, &status) == 0 else { return try Data(contentsOf: url) }
  switch status.st_mode & S_IFMT {
  // Foundation's own reading refuses these as not permitted.
  case S_IFIFO, S_IFSOCK:
    let handle = try FileHandle(forReadingFrom: url)
    defer { try? handle.close() }
    return try handle.readToEnd() ?? Data()
  case S_IFCHR, S_IFBLK: throw DeviceError()
  default: return try Data(contentsOf: url, options: isMapped ? .mappedIfSafe : [])
  }
}

private struct DeviceError: LocalizedError {
  var errorDescription: String? { "is a device; need a file or a pipe" }
}
