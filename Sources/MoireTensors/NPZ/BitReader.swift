/// Bits of a DEFLATE stream, the lowest of each byte first.
struct BitReader {
  private let bytes: ArraySlice<UInt8>
  private var position: Int
  private var bits: UInt64 = 0
  private var count = 0

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The next `width` bits, 0 … 32, as a number.
  mutating func take(_ width: Int) throws(ZipFault) -> Int {
    let value = peek(width)
    try skip(width)
    return value
  }

  /// The next bits without moving on; beyond the end they are 0.
  mutating func peek(_ width: Int) -> Int {
    while count < width, position < bytes.endIndex {
      bits |= UInt64(bytes[position]) << UInt64(count)
      position += 1
      count += 8
    }
    return Int(bits & (1 << UInt64(width) - 1))
  }

  mutating func skip(_ width: Int) throws(ZipFault) {
    guard width <= count else { throw ZipFault("the compressed data are cut off") }
    bits >>= UInt64(width)
    count -= width
  }

  /// `length` whole bytes from the next byte's beginning on.
  mutating func takeBytes(_ length: Int) throws(ZipFault) -> ArraySlice<UInt8> {
    position -= count / 8
    (bits, count) = (0, 0)
    guard length <= bytes.endIndex - position else {
      throw ZipFault("the compressed data are cut off")
    }
    position += length
    return bytes[position - length..<position]
  }
}

/// What is wrong with an archive, in words; ``NPZ`` says where.
struct ZipFault: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}
