/// Reads the JSON that safetensors headers are made of: objects of strings, arrays of integers.
///
/// A general JSON reader would keep one of two equal keys and say nothing; here they are an error.
struct HeaderScanner {
  /// Why the text is not such JSON.
  struct Failure: Error {
    let reason: String
    let offset: Int
  }

  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  func failure(_ reason: String) -> Failure { Failure(reason: reason, offset: position) }

  /// Goes through an object; `member` reads the value of each key.
  mutating func object(_ member: (inout HeaderScanner, String) throws -> Void) throws {
    try expect("{")
    var keys: Set<String> = []
    if accept("}") { return }
    repeat {
      let key = try string()
      guard keys.insert(key).inserted else { throw failure("the key '\(key)' stands there twice") }
      try expect(":")
      try member(&self, key)
    } while accept(",")
    try expect("}")
  }

  /// An array of integers from 0 on.
  mutating func integers() throws -> [Int] {
    try expect("[")
    var result: [Int] = []
    if accept("]") { return result }
    repeat { result.append(try integer()) } while accept(",")
    try expect("]")
    return result
  }

  /// A string with its escapes resolved.
  mutating func string() throws -> String {
    try expect("\"")
    var result: [UInt8] = []
    while true {
      let byte = try next()
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: result, as: UTF8.self) else {
          throw failure("a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): result += try escape()
      case 0..<0x20: throw failure("a control character stands in a string")
      default: result.append(byte)
      }
    }
  }

  /// Only spaces may follow.
  mutating func end() throws {
    skipSpace()
    guard position == bytes.count else { throw failure("something follows the header's object") }
  }

  // MARK: Pieces

  private mutating func escape() throws -> [UInt8] {
    let byte = try next()
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "u"): return Array(String(Character(try escapedScalar())).utf8)
    default: throw failure("an escape that JSON does not have")
    }
  }

  private mutating func escapedScalar() throws -> Unicode.Scalar {
    let first = try hexadecimal()
    guard (0xD800..<0xDC00).contains(first) else {
      guard let scalar = Unicode.Scalar(first) else { throw failure("half a surrogate pair") }
      return scalar
    }
    guard try next() == UInt8(ascii: "\\"), try next() == UInt8(ascii: "u") else {
      throw failure("half a surrogate pair")
    }
    let second = try hexadecimal()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw failure("half a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(try next())).hexDigitValue else {
        throw failure("\\u needs four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  private mutating func integer() throws -> Int {
    skipSpace()
    var value = 0
    var digits = 0
    while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
      let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow) = tens.addingReportingOverflow(Int(bytes[position] - 0x30))
      guard !tooLarge, !overflow else { throw failure("a number beyond 64 bits") }
      value = sum
      digits += 1
      position += 1
    }
    guard digits > 0 else { throw failure("a whole number from 0 on was due") }
    return value
  }

  private mutating func next() throws -> UInt8 {
    guard position < bytes.count else { throw failure("it is cut off") }
    defer { position += 1 }
    return bytes[position]
  }

  private mutating func expect(_ symbol: Unicode.Scalar) throws {
    guard accept(symbol) else { throw failure("'\(symbol)' was due") }
  }

  private mutating func accept(_ symbol: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < bytes.count, bytes[position] == UInt8(ascii: symbol) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }
}
