import Foundation
public import MoireTensors

/// A safetensors file: named tensors behind a JSON header.
///
/// The file is 8 bytes of header length (little-endian), the header, and the values, little-endian and
/// without gaps. It is mapped into memory; values are read when asked for.
public struct Safetensors: Sendable {
  /// A tensor as the header describes it.
  public struct Entry: Sendable, Hashable {
    public let name: String
    public let type: ScalarType
    public let shape: [Int]
    /// Where its bytes are in the file.
    public let range: Range<Int>
  }

  /// The file's path, or the name given.
  public let label: String
  /// The tensors, in the order of their bytes.
  public let entries: [Entry]
  /// The header's own key-value pairs.
  public let metadata: [String: String]

  let data: Data
  private let indexOfName: [String: Int]

  /// Maps a file and checks its header.
  ///
  /// - Throws: ``ModelError/file(path:reason:)``, ``ModelError/notSafetensors(file:reason:)``,
  ///   ``ModelError/safetensor(file:tensor:reason:)``.
  public init(contentsOf path: String) throws {
    let data: Data
    do {
      data = try fileContents(path, isMapped: true)
    } catch { throw ModelError.file(path: path, reason: systemReason(error)) }
    try self.init(data, label: path)
  }

  /// Reads from bytes in memory.
  ///
  /// - Throws: as ``init(contentsOf:)``.
  public init(bytes: [UInt8], name: String) throws {
    try self.init(Data(bytes), label: name)
  }

  private init(_ data: Data, label: String) throws {
    let header = try SafetensorsHeader(data, label: label)
    self.data = data
    self.label = label
    entries = header.entries
    metadata = header.metadata
    indexOfName = Dictionary(
      uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
  }

  /// The description of a tensor, if the file has it.
  public func entry(_ name: String) -> Entry? { indexOfName[name].map { entries[$0] } }

  /// The values of a tensor as Float; see ``ScalarType`` for what is rounded.
  ///
  /// - Throws: ``ModelError/safetensor(file:tensor:reason:)`` when there is none of that name or its
  ///   type is not read.
  public func tensor(_ name: String) throws -> Tensor {
    guard let entry = entry(name) else {
      throw ModelError.safetensor(file: label, tensor: name, reason: "there is none of this name")
    }
    let values = data.withUnsafeBytes { bytes in
      entry.type.floats(
        in: UnsafeRawBufferPointer(rebasing: bytes[entry.range]),
        count: entry.range.count / entry.type.size)
    }
    guard let values else {
      let types = ScalarType.allCases.filter(\.isReadable).map(\.rawValue)
      throw ModelError.safetensor(
        file: label, tensor: name,
        reason: "holds \(entry.type.rawValue), can read \(types.joined(separator: ", "))")
    }
    return try Tensor(shape: entry.shape, values: values)
  }
}
