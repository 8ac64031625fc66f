import Foundation
public import MoireTensors

extension Safetensors {
  /// Writes tensors as `F32`, in the order given; the header is padded with spaces so that the values
  /// begin at a multiple of 8.
  ///
  /// The file is written beside and then renamed: it is there whole or not at all.
  /// - Throws: ``ModelError/unwritable(path:reason:)``; ``ModelError/safetensor(file:tensor:reason:)``
  ///   for a name given twice or `__metadata__`.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws {
    let data = try encoded(tensors, metadata: metadata, label: path)
    do {
      try data.write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch { throw ModelError.unwritable(path: path, reason: systemReason(error)) }
  }

  static func encoded(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String], label: String
  ) throws -> Data {
    var header = try headerText(tensors, metadata, label)
    header += String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
    var length = UInt64(header.utf8.count).littleEndian
    var data = Data(bytes: &length, count: 8)
    data.reserveCapacity(8 + header.utf8.count + 4 * tensors.reduce(0) { $0 + $1.tensor.count })
    data.append(contentsOf: header.utf8)
    for (_, tensor) in tensors {
      data.append(contentsOf: LittleEndian.bytes(tensor.values))
    }
    return data
  }

  private static func headerText(
    _ tensors: [(name: String, tensor: Tensor)], _ metadata: [String: String], _ label: String
  ) throws -> String {
    var names: Set<String> = ["__metadata__"]
    var offset = 0
    var members = try tensors.map { name, tensor in
      guard names.insert(name).inserted else {
        throw ModelError.safetensor(
          file: label, tensor: name, reason: "cannot be written, the name is taken")
      }
      let end = offset + 4 * tensor.count
      defer { offset = end }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      return "\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],"
        + "\"data_offsets\":[\(offset),\(end)]}"
    }
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0)):\(quoted($1))" }
      members.insert("\"__metadata__\":{\(pairs.joined(separator: ","))}", at: 0)
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
