import Foundation
import MoireTensors

/// The header of a safetensors file, checked against the bytes behind it.
struct SafetensorsHeader {
  /// The longest header the format allows.
  static let longest = 100_000_000

  let entries: [Safetensors.Entry]
  let metadata: [String: String]

  init(_ data: Data, label: String) throws {
    let length = try Self.length(of: data, label)
    var entries: [Safetensors.Entry] = []
    var metadata: [String: String] = [:]
    do {
      try data.withUnsafeBytes { bytes in
        var scanner = HeaderScanner(UnsafeRawBufferPointer(rebasing: bytes[8..<8 + length]))
        try scanner.object { scanner, name in
          if name == "__metadata__" {
            try scanner.object { metadata[$1] = try $0.string() }
          } else {
            entries.append(
              try Self.entry(name, &scanner, label, start: 8 + length, end: data.count))
          }
        }
        try scanner.end()
      }
    } catch let failure as HeaderScanner.Failure {
      throw ModelError.notSafetensors(
        file: label, reason: "at byte \(8 + failure.offset) of the header: \(failure.reason)")
    }
    self.metadata = metadata
    self.entries = entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound, $0.name)
        < ($1.range.lowerBound, $1.range.upperBound, $1.name)
    }
    try checkCover(start: 8 + length, end: data.count, label)
  }

  private static func length(of data: Data, _ label: String) throws -> Int {
    guard data.count >= 8 else {
      throw ModelError.notSafetensors(
        file: label, reason: "it has \(data.count) bytes, the header's length alone takes 8")
    }
    let length = data.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(longest), Int(length) <= data.count - 8 else {
      throw ModelError.notSafetensors(
        file: label,
        reason: "a header of \(length) bytes is announced, \(data.count - 8) follow and the format "
          + "allows \(longest)")
    }
    return Int(length)
  }

  private static func entry(
    _ name: String, _ scanner: inout HeaderScanner, _ label: String, start: Int, end: Int
  ) throws -> Safetensors.Entry {
    var (type, shape, offsets): (String?, [Int]?, [Int]?) = (nil, nil, nil)
    try scanner.object { scanner, key in
      switch key {
      case "dtype": type = try scanner.string()
      case "shape": shape = try scanner.integers()
      case "data_offsets": offsets = try scanner.integers()
      default:
        throw scanner.failure("'\(name)' has the key '\(key)', which the format does not know")
      }
    }
    let fault = { ModelError.safetensor(file: label, tensor: name, reason: $0) }
    guard let type, let shape, let offsets else {
      throw fault("needs dtype, shape and data_offsets")
    }
    guard let element = ScalarType(rawValue: type) else {
      let known = ScalarType.allCases.map(\.rawValue).joined(separator: ", ")
      throw fault("has the type '\(type)', known are \(known)")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= end - start else {
      throw fault("has data_offsets \(offsets), the file has bytes 0 to \(end - start)")
    }
    guard let count = try? Tensor.count(of: shape + [element.size]) else {
      throw fault("has shape \(shape), whose product does not fit 64 bits")
    }
    guard count == offsets[1] - offsets[0] else {
      throw fault("has shape \(shape) of \(type), \(count) bytes, at data_offsets \(offsets)")
    }
    return Safetensors.Entry(
      name: name, type: element, shape: shape, range: start + offsets[0]..<start + offsets[1])
  }

  /// Every byte behind the header belongs to one tensor.
  private func checkCover(start: Int, end: Int, _ label: String) throws {
    var position = start
    for entry in entries {
      guard entry.range.lowerBound == position else {
        let relation = entry.range.lowerBound < position ? "overlaps the tensor" : "leaves a gap"
        throw ModelError.safetensor(
          file: label, tensor: entry.name,
          reason: "begins at byte \(entry.range.lowerBound - start) and \(relation) before it, "
            + "which ends at \(position - start)")
      }
      position = entry.range.upperBound
    }
    guard position == end else {
      throw ModelError.notSafetensors(
        file: label, reason: "\(end - position) bytes behind the last tensor belong to none")
    }
  }
}
