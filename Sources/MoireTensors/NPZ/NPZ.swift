import Foundation

/// The `.npz` format of NumPy: named `.npy` arrays in a ZIP file, stored or compressed.
public struct NPZ: Sendable {
  /// Stands in the messages.
  public let path: String
  /// The arrays' names, as `numpy.load` gives them, in the order of the file.
  public let names: [String]
  private let archive: ZipArchive

  /// Opens a file; the arrays are read when they are asked for.
  ///
  /// - Throws: ``TensorError/file(path:reason:)``, ``TensorError/invalidNPZ(path:reason:)``.
  public init(path: String) throws {
    let data: Data
    do {
      data = try fileContents(path)
    } catch {
      throw TensorError.file(path: path, reason: "cannot be read: \(systemReason(error))")
    }
    try self.init(decoding: [UInt8](data), path: path)
  }

  /// Opens the bytes of a file.
  ///
  /// - Throws: ``TensorError/invalidNPZ(path:reason:)``.
  public init(decoding bytes: [UInt8], path: String) throws {
    self.path = path
    do {
      archive = try ZipArchive(bytes)
    } catch {
      throw TensorError.invalidNPZ(path: path, reason: error.reason)
    }
    names = archive.entries.map { NPZ.name(of: $0) }
  }

  /// The array of a name, read as ``NPY/decode(_:path:)`` does.
  ///
  /// - Throws: ``TensorError/invalidNPZ(path:reason:)``, ``TensorError/invalidNPY(path:reason:)``.
  public func tensor(named name: String) throws -> Tensor {
    guard let entry = archive.entries.first(where: { NPZ.name(of: $0) == name }) else {
      let known = names.isEmpty ? "no array" : names.joined(separator: ", ")
      throw TensorError.invalidNPZ(path: path, reason: "no array '\(name)', it holds \(known)")
    }
    let contents: [UInt8]
    do {
      contents = try archive.contents(of: entry)
    } catch {
      throw TensorError.invalidNPZ(path: "\(path):\(name)", reason: error.reason)
    }
    return try NPY.decode(contents, path: "\(path):\(name)")
  }

  private static func name(of entry: ZipArchive.Entry) -> String {
    entry.name.hasSuffix(".npy") ? String(entry.name.dropLast(4)) : entry.name
  }
}
