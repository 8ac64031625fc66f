import Foundation
import MoireTensors

/// Bytes of a file that hold a tensor.
struct FileRange: Sendable {
  /// Why they could not be read.
  struct Failure: Error { let reason: String }

  let path: String
  let offset: Int
  let count: Int
  /// What the file was when these bytes were found in it; nil where that is not known.
  var stamp: FileStamp?

  /// The values, without a second copy of single precision; nothing is allocated before the file is known
  /// to hold them.
  ///
  /// - Throws: ``Failure``.
  func values(as type: ElementType) throws -> Constant.Storage {
    if let stamp, FileStamp(path: path) != stamp {
      throw Failure(reason: "\(path) has changed since the model was read from it")
    }
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      let size = Int(clamping: try handle.seekToEnd())
      guard offset <= size, count <= size - offset else {
        throw Failure(reason: "\(path) holds \(size) bytes, need \(count) from byte \(offset) on")
      }
      try handle.seek(toOffset: UInt64(offset))
      guard type == .float else {
        return ONNXTensor.decode(try read(count, from: handle), as: type)
      }
      return .floats(try floats(from: handle))
    } catch let failure as Failure {
      throw failure
    } catch {
      throw Failure(reason: "\(path) cannot be read: \(systemReason(error))")
    }
  }

  private func floats(from handle: FileHandle) throws -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(count / 4)
    for start in stride(from: 0, to: count, by: 1 << 20) {
      let part = try read(min(1 << 20, count - start), from: handle)
      part.withUnsafeBytes { result.append(contentsOf: LittleEndian.floats($0)) }
    }
    return result
  }

  private func read(_ count: Int, from handle: FileHandle) throws -> Data {
    let data = count == 0 ? Data() : try handle.read(upToCount: count) ?? Data()
    guard data.count == count else { throw Failure(reason: "\(path) ends early") }
    return data
  }
}

/// What tells one version of a regular file from another.
struct FileStamp: Sendable, Equatable {
  private let device, number, size: UInt64
  private let seconds, nanoseconds: Int

  /// - Returns: nil for what is not a regular file.
  init?(path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    (device, number) = (UInt64(status.st_dev), UInt64(status.st_ino))
    size = UInt64(status.st_size)
    (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }
}
