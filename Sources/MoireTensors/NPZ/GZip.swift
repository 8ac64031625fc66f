/// The gzip format (RFC 1952): one member with its checksum.
package enum GZip {
  /// Whether bytes begin as gzip does.
  package static func begins(_ bytes: [UInt8]) -> Bool { bytes.starts(with: [0x1F, 0x8B]) }

  /// What a file holds decompressed.
  ///
  /// - Throws: ``TensorError/file(path:reason:)`` where the data are damaged.
  package static func decompressed(_ bytes: [UInt8], path: String) throws -> [UInt8] {
    do {
      let body = try body(bytes)
      let size = number(bytes, at: bytes.count - 4)
      let result = try Inflate.bytes(bytes[body..<bytes.count - 8], size: size)
      guard Checksum.crc32(result) == UInt32(number(bytes, at: bytes.count - 8)) else {
        throw ZipFault("the checksum does not fit the data")
      }
      return result
    } catch let fault as ZipFault {
      throw TensorError.file(path: path, reason: "not a whole gzip file: \(fault.reason)")
    }
  }

  /// Where the compressed data begin.
  private static func body(_ bytes: [UInt8]) throws(ZipFault) -> Int {
    guard bytes.count >= 18, begins(bytes), bytes[2] == 8 else {
      throw ZipFault("it has \(bytes.count) bytes and no gzip header")
    }
    let flags = bytes[3]
    var position = 10
    if flags & 4 != 0 { position += 2 + Int(bytes[10]) + Int(bytes[11]) << 8 }
    for flag in [UInt8(8), 16] where flags & flag != 0 {
      while position < bytes.count, bytes[position] != 0 { position += 1 }
      position += 1
    }
    if flags & 2 != 0 { position += 2 }
    guard position <= bytes.count - 8 else { throw ZipFault("the header is cut off") }
    return position
  }

  private static func number(_ bytes: [UInt8], at position: Int) -> Int {
    (0..<4).reduce(0) { $0 | Int(bytes[position + $1]) << (8 * $1) }
  }
}
