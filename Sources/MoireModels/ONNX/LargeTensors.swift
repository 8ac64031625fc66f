import Foundation

/// The raw data of large tensors, left in the model's file: what is parsed is the message without them, so
/// that weights are held once and not twice.
///
/// The raw data are field 9 of the tensors, which are field 5 of the graph, which is field 7 of the model.
struct LargeTensors {
  /// The message without the large raw data.
  let rest: Data
  /// The bytes of the file that hold them, by the place of the tensor among the initialisers.
  let ranges: [Int: Range<Int>]

  /// - Parameter threshold: from so many bytes on raw data count as large.
  /// - Returns: nil where little is won, and for what is not understood, which is then parsed as it is.
  init?(_ file: Data, threshold: Int = 1 << 16) {
    var ranges: [Int: Range<Int>] = [:]
    let rest = file.withUnsafeBytes { bytes -> Data? in
      let model = WireMessage(bytes: bytes, range: 0..<bytes.count)
      // Of two graphs, or raw data, protocol buffers make one.
      guard let graphs = model.messages(7), graphs.count == 1,
        let tensors = graphs[0].messages(5)
      else { return nil }
      for (place, tensor) in tensors.enumerated() {
        guard let raw = tensor.messages(9), raw.count == 1, raw[0].range.count >= threshold
        else { continue }
        ranges[place] = raw[0].range
      }
      guard ranges.values.reduce(0, { $0 + $1.count }) >= file.count / 2 else { return nil }
      return model.bytes(without: Set(ranges.values), at: [7, 5, 9])
    }
    guard let rest, !ranges.isEmpty else { return nil }
    (self.rest, self.ranges) = (rest, ranges)
  }
}

/// A protocol-buffer message in its bytes: a row of fields, each a key (8 · number + kind) and its value, a
/// varint (kind 0), 8 bytes (1), a length and so many bytes (2), or 4 bytes (5).
private struct WireMessage {
  struct Field {
    let number: Int
    let kind: Int
    /// With its key and length.
    let whole: Range<Int>
    let content: Range<Int>
  }

  let bytes: UnsafeRawBufferPointer
  let range: Range<Int>

  /// nil where the message is damaged, has fields of another kind, or more of them than are worth a list.
  var fields: [Field]? {
    var fields: [Field] = []
    var place = range.lowerBound
    while place < range.upperBound {
      let start = place
      guard let key = varint(&place) else { return nil }
      let count: Int?
      switch key & 7 {
      case 0: count = skip(&place) ? 0 : nil
      case 1: count = 8
      case 2: count = varint(&place)
      case 5: count = 4
      default: count = nil
      }
      guard let count, count <= range.upperBound - place, fields.count < 1 << 20 else { return nil }
      let content = place..<place + count
      fields.append(
        Field(
          number: key >> 3, kind: key & 7, whole: start..<content.upperBound, content: content))
      place += count
    }
    return fields
  }

  /// The fields of a number that hold bytes.
  func messages(_ number: Int) -> [WireMessage]? {
    fields?.filter { $0.number == number && $0.kind == 2 }
      .map { WireMessage(bytes: bytes, range: $0.content) }
  }

  /// The message without some of the fields at the end of a path of numbers.
  func bytes(without cut: Set<Range<Int>>, at path: ArraySlice<Int>) -> Data {
    var result = Data()
    for field in fields ?? [] {
      let inner = WireMessage(bytes: bytes, range: field.content)
      if cut.contains(field.content) { continue }
      guard field.number == path.first, field.kind == 2, path.count > 1, inner.fields != nil else {
        result.append(contentsOf: bytes[field.whole])
        continue
      }
      let content = inner.bytes(without: cut, at: path.dropFirst())
      WireMessage.append(field.number << 3 | 2, to: &result)
      WireMessage.append(content.count, to: &result)
      result.append(content)
    }
    return result
  }

  // MARK: Numbers: seven bits a byte, lowest first

  private static func append(_ number: Int, to data: inout Data) {
    var value = number
    while value >= 0x80 {
      data.append(UInt8(value & 0x7F | 0x80))
      value >>= 7
    }
    data.append(UInt8(value))
  }

  /// nil beyond 63 bits and at the end.
  private func varint(_ place: inout Int) -> Int? {
    var value = 0
    for shift in stride(from: 0, to: 63, by: 7) {
      guard place < range.upperBound else { return nil }
      let byte = Int(bytes[place])
      place += 1
      value |= (byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  /// Passes a number of up to 64 bits.
  private func skip(_ place: inout Int) -> Bool {
    for _ in 0..<10 where place < range.upperBound {
      place += 1
      if bytes[place - 1] < 0x80 { return true }
    }
    return false
  }
}
