/// The directory of a ZIP file (APPNOTE 6.3, with ZIP64) and what its entries hold.
struct ZipArchive {
  struct Entry {
    var name: String
    var isEncrypted: Bool
    /// 0 stored, 8 DEFLATE.
    var method: Int
    var checksum: UInt32
    var compressedSize, size, offset: Int
  }

  private let bytes: [UInt8]
  private(set) var entries: [Entry] = []

  init(_ bytes: [UInt8]) throws(ZipFault) {
    self.bytes = bytes
    guard bytes.starts(with: [0x50, 0x4B]) else {
      throw ZipFault("it does not begin as a ZIP file does")
    }
    var (position, count) = try directory()
    while count > 0 {
      guard try number(position, 4) == 0x0201_4B50 else { throw ZipFault.damaged }
      let lengths = try (0..<3).map { index throws(ZipFault) in
        try number(position + 28 + 2 * index, 2)
      }
      entries.append(try entry(position, nameLength: lengths[0], extraLength: lengths[1]))
      position += 46 + lengths.reduce(0, +)
      count -= 1
    }
  }

  /// What an entry holds, decompressed and checked against its checksum.
  func contents(of entry: Entry) throws(ZipFault) -> [UInt8] {
    guard !entry.isEncrypted else { throw ZipFault("it is encrypted") }
    guard try number(entry.offset, 4) == 0x0403_4B50 else { throw ZipFault.damaged }
    let start =
      entry.offset + 30 + (try number(entry.offset + 26, 2)) + (try number(entry.offset + 28, 2))
    guard start <= bytes.count, entry.compressedSize <= bytes.count - start else {
      throw ZipFault("the file is cut off")
    }
    let data = bytes[start..<start + entry.compressedSize]
    let contents: [UInt8]
    switch entry.method {
    case 0 where entry.size == entry.compressedSize: contents = Array(data)
    case 0: throw ZipFault.damaged
    case 8: contents = try Inflate.bytes(data, size: entry.size)
    default: throw ZipFault("compression method \(entry.method) is not read, only DEFLATE")
    }
    guard Checksum.crc32(contents) == entry.checksum else {
      throw ZipFault("its checksum is wrong: the file is damaged")
    }
    return contents
  }

  /// Where the directory begins and how many entries it has, from the record at the file's end.
  private func directory() throws(ZipFault) -> (position: Int, count: Int) {
    // A comment of up to 65535 bytes may follow the record.
    let lowest = max(0, bytes.count - 22 - 0xFFFF)
    var end = bytes.count - 22
    while end >= lowest, try number(end, 4) != 0x0605_4B50 { end -= 1 }
    guard end >= lowest else { throw ZipFault("the file is cut off: it has no directory") }
    let (count, position) = (try number(end + 10, 2), try number(end + 16, 4))
    guard count == 0xFFFF || position == 0xFFFF_FFFF else { return (position, count) }
    guard end >= 20, try number(end - 20, 4) == 0x0706_4B50 else { throw ZipFault.damaged }
    let wide = try number(end - 12, 8)
    guard try number(wide, 4) == 0x0606_4B50 else { throw ZipFault.damaged }
    return (try number(wide + 48, 8), try number(wide + 32, 8))
  }

  private func entry(
    _ position: Int, nameLength: Int, extraLength: Int
  ) throws(ZipFault) -> Entry {
    let start = position + 46
    guard extraLength + nameLength <= bytes.count - start else { throw ZipFault.damaged }
    let name = String(decoding: bytes[start..<start + nameLength], as: UTF8.self)
    var entry = Entry(
      name: name, isEncrypted: try number(position + 8, 2) & 1 == 1,
      method: try number(position + 10, 2),
      checksum: UInt32(try number(position + 16, 4)),
      compressedSize: try number(position + 20, 4), size: try number(position + 24, 4),
      offset: try number(position + 42, 4))
    try widen(&entry, extra: start + nameLength, length: extraLength)
    return entry
  }

  /// Sizes that do not fit 32 bits stand in an extra field, in this order, each only where needed.
  private func widen(_ entry: inout Entry, extra: Int, length: Int) throws(ZipFault) {
    var position = extra
    while position + 4 <= extra + length {
      let (kind, size) = (try number(position, 2), try number(position + 2, 2))
      if kind == 1 {
        var field = position + 4
        for value in [\Entry.size, \Entry.compressedSize, \Entry.offset]
        where entry[keyPath: value] == 0xFFFF_FFFF {
          entry[keyPath: value] = try number(field, 8)
          field += 8
        }
      }
      position += 4 + size
    }
  }

  /// A little-endian number of `width` bytes.
  private func number(_ position: Int, _ width: Int) throws(ZipFault) -> Int {
    guard position >= 0, position <= bytes.count - width else { throw ZipFault.damaged }
    let value = (0..<width).reduce(0 as UInt64) {
      $0 | UInt64(bytes[position + $1]) << UInt64(8 * $1)
    }
    guard value <= UInt64(Int.max / 2) else { throw ZipFault.damaged }
    return Int(value)
  }
}

extension ZipFault {
  static let damaged = ZipFault("the archive is damaged")
}
