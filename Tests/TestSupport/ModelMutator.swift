import MoireTensors

/// Damages files of protocol buffers: at any byte, or at a field with all lengths around it kept right,
/// so that the damage reaches what reads the model.
public struct ModelMutator {
  var generator: SeededGenerator

  public init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func pick(_ count: Int) -> Int { generator.integer(in: 0..<count) }

  /// The bytes with one to four changes.
  public mutating func mutated(_ file: [UInt8]) -> [UInt8] {
    var bytes = file
    for _ in 0...pick(3) {
      guard !bytes.isEmpty else { break }
      switch pick(8) {
      case 0: bytes.removeLast(pick(bytes.count))
      case 1: bytes = changed(bytes)
      default: bytes = inMessage(bytes, depth: 0)
      }
    }
    return bytes
  }

  /// Flips, sets, drops or inserts a byte, or repeats a run of them.
  private mutating func changed(_ file: [UInt8]) -> [UInt8] {
    var bytes = file
    let place = pick(bytes.count)
    switch pick(5) {
    case 0: bytes[place] ^= 1 << UInt8(pick(8))
    case 1: bytes[place] = UInt8(pick(256))
    case 2: bytes.remove(at: place)
    case 3: bytes.insert(UInt8(pick(256)), at: place)
    default:
      let run = Array(bytes[place..<min(bytes.count, place + 1 + pick(64))])
      bytes.insert(contentsOf: run, at: pick(bytes.count))
    }
    return bytes
  }

  // MARK: Fields

  /// A field of a message: number and type as they stand there, and what follows.
  private struct Field {
    var tag: [UInt8]
    /// The number, for a varint.
    var number: [UInt8] = []
    /// The content, for a field with a length.
    var content: [UInt8]?

    /// The bytes of the field, with a length that is right, or the one given.
    func bytes(length: UInt64? = nil) -> [UInt8] {
      guard let content else { return tag + number }
      return tag + ModelMutator.varint(length ?? UInt64(content.count)) + content
    }
  }

  static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    repeat {
      bytes.append(UInt8(rest & 127) | (rest > 127 ? 128 : 0))
      rest >>= 7
    } while rest > 0
    return bytes
  }

  /// The fields of a message; nil for bytes that are none.
  private static func fields(_ bytes: [UInt8]) -> [Field]? {
    var (place, result) = (0, [Field]())
    func varint() -> (raw: [UInt8], value: UInt64)? {
      let start = place
      var value: UInt64 = 0
      while place < bytes.count, place - start < 10 {
        value |= UInt64(bytes[place] & 127) << UInt64(min(7 * (place - start), 63))
        place += 1
        if bytes[place - 1] < 128 { return (Array(bytes[start..<place]), value) }
      }
      return nil
    }
    while place < bytes.count {
      guard let tag = varint(), tag.value >> 3 > 0 else { return nil }
      switch tag.value & 7 {
      case 0:
        guard let number = varint() else { return nil }
        result.append(Field(tag: tag.raw, number: number.raw))
      case 2:
        guard let length = varint(), length.value <= UInt64(bytes.count - place) else { return nil }
        let end = place + Int(length.value)
        result.append(Field(tag: tag.raw, content: Array(bytes[place..<end])))
        place = end
      case let type where type == 1 || type == 5:
        let size = type == 1 ? 8 : 4
        guard size <= bytes.count - place else { return nil }
        result.append(Field(tag: tag.raw, number: Array(bytes[place..<place + size])))
        place += size
      default: return nil
      }
    }
    return result
  }

  private mutating func inMessage(_ bytes: [UInt8], depth: Int) -> [UInt8] {
    guard !bytes.isEmpty else { return [UInt8(pick(256))] }
    guard depth < 8, var fields = Self.fields(bytes), !fields.isEmpty else {
      return pick(2) == 0 ? numbers(bytes) : changed(bytes)
    }
    let place = pick(fields.count)
    if let content = fields[place].content, pick(5) > 0 {
      fields[place].content = inMessage(content, depth: depth + 1)
      return fields.flatMap { $0.bytes() }
    }
    switch pick(6) {
    case 0: fields.insert(fields[place], at: pick(fields.count))
    case 1: fields.remove(at: place)
    case 2: fields.swapAt(place, pick(fields.count))
    case 3:
      // A length that lies.
      let length = extreme()
      return fields.enumerated().flatMap { $0 == place ? $1.bytes(length: length) : $1.bytes() }
    case 4:
      for _ in 0..<1 << pick(10) { fields.append(fields[place]) }
    default:
      if fields[place].content == nil {
        fields[place].number = Self.varint(extreme())
      } else {
        fields[place].content = numbers(fields[place].content ?? [])
      }
    }
    return fields.flatMap { $0.bytes() }
  }

  /// Numbers one after the other, one of which becomes extreme.
  private mutating func numbers(_ bytes: [UInt8]) -> [UInt8] {
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte < 128 { starts.append(index + 1) }
    let place = pick(starts.count)
    let end = place + 1 < starts.count ? starts[place + 1] : bytes.count
    return bytes[..<starts[place]] + Self.varint(extreme()) + bytes[max(end, starts[place])...]
  }

  private mutating func extreme() -> UInt64 {
    let edges: [UInt64] = [
      0, 1, 2, 3, 7, 127, 128, 255, 1 << 16, 1 << 20, 1 << 24, 1 << 28, 1 << 31, 1 << 32, 1 << 40,
      1 << 62, 1 << 63, .max, .max - 1,
    ]
    return pick(4) == 0 ? UInt64(pick(100)) : edges[pick(edges.count)]
  }
}
