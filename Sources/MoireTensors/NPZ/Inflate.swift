/// Decompression of DEFLATE (RFC 1951).
struct Inflate {
  private var reader: BitReader
  private var output: [UInt8] = []
  private let size: Int

  /// The `size` bytes that `source` holds compressed.
  ///
  /// - Throws: ``ZipFault`` where the data are damaged or give another number of bytes.
  static func bytes(_ source: ArraySlice<UInt8>, size: Int) throws(ZipFault) -> [UInt8] {
    // No stream of this format expands by more.
    guard size / 1032 <= source.count else {
      throw ZipFault("\(source.count) compressed bytes cannot hold \(size)")
    }
    var inflate = Inflate(reader: BitReader(source), size: size)
    inflate.output.reserveCapacity(size)
    try inflate.run()
    guard inflate.output.count == size else {
      throw ZipFault("the compressed data hold \(inflate.output.count) bytes, expected \(size)")
    }
    return inflate.output
  }

  private init(reader: BitReader, size: Int) {
    self.reader = reader
    self.size = size
  }

  private mutating func run() throws(ZipFault) {
    var isLast = false
    while !isLast {
      isLast = try reader.take(1) == 1
      switch try reader.take(2) {
      case 0: try stored()
      case 1: try compressed(Inflate.fixed)
      case 2: try compressed(try dynamicCodes())
      default: throw ZipFault("the compressed data hold a block of unknown type")
      }
    }
  }

  private typealias Codes = (literals: HuffmanCode, distances: HuffmanCode)

  private mutating func stored() throws(ZipFault) {
    let head = Array(try reader.takeBytes(4))
    let length = Int(head[0]) | Int(head[1]) << 8
    guard length == ~(Int(head[2]) | Int(head[3]) << 8) & 0xFFFF else {
      throw ZipFault("a stored block contradicts its length")
    }
    try makeRoom(length)
    output += try reader.takeBytes(length)
  }

  private mutating func compressed(_ codes: Codes) throws(ZipFault) {
    while true {
      let symbol = try codes.literals.symbol(&reader)
      if symbol == 256 { return }
      if symbol < 256 {
        try makeRoom(1)
        output.append(UInt8(symbol))
      } else {
        try copy(symbol - 257, codes.distances)
      }
    }
  }

  /// Repeats bytes that came before, possibly some that this very copy makes.
  private mutating func copy(_ index: Int, _ distances: HuffmanCode) throws(ZipFault) {
    guard index < Inflate.lengths.count else { throw ZipFault("a length has no meaning") }
    let length = Inflate.lengths[index] + (try reader.take(Inflate.lengthBits[index]))
    let symbol = try distances.symbol(&reader)
    guard symbol < Inflate.distances.count else { throw ZipFault("a distance has no meaning") }
    let distance = Inflate.distances[symbol] + (try reader.take(Inflate.distanceBits[symbol]))
    guard distance <= output.count else { throw ZipFault("a distance reaches before the data") }
    try makeRoom(length)
    for _ in 0..<length { output.append(output[output.count - distance]) }
  }

  private func makeRoom(_ count: Int) throws(ZipFault) {
    guard count <= size - output.count else {
      throw ZipFault("the compressed data hold more than \(size) bytes")
    }
  }

  private mutating func dynamicCodes() throws(ZipFault) -> Codes {
    let literals = try reader.take(5) + 257
    let distances = try reader.take(5) + 1
    var lengths = [Int](repeating: 0, count: 19)
    for index in 0..<(try reader.take(4) + 4) {
      lengths[Inflate.order[index]] = try reader.take(3)
    }
    let code = try HuffmanCode(lengths: lengths)
    var all: [Int] = []
    while all.count < literals + distances {
      let symbol = try code.symbol(&reader)
      switch symbol {
      case 0...15: all.append(symbol)
      case 16:
        guard let last = all.last else { throw ZipFault("a repetition has nothing before it") }
        all += Array(repeating: last, count: try reader.take(2) + 3)
      case 17: all += Array(repeating: 0, count: try reader.take(3) + 3)
      default: all += Array(repeating: 0, count: try reader.take(7) + 11)
      }
    }
    guard all.count == literals + distances else { throw ZipFault("there are too many lengths") }
    return (
      try HuffmanCode(lengths: Array(all[..<literals])),
      try HuffmanCode(lengths: Array(all[literals...]))
    )
  }

  private static var fixed: Codes {
    get throws(ZipFault) {
      let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
      return (
        try HuffmanCode(lengths: lengths),
        try HuffmanCode(lengths: Array(repeating: 5, count: 30))
      )
    }
  }

  private static let order = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]
  private static let lengthBits =
    [Int](repeating: 0, count: 8) + (1...5).flatMap { [$0, $0, $0, $0] } + [0]
  private static let lengths = running(from: 3, lengthBits).dropLast() + [258]
  private static let distanceBits = [0, 0] + (0...13).flatMap { [$0, $0] }
  private static let distances = running(from: 1, distanceBits)

  /// Where each code begins that stands for 2^bits values.
  private static func running(from start: Int, _ bits: [Int]) -> [Int] {
    var next = start
    return bits.map { width in
      defer { next += 1 << width }
      return next
    }
  }
}
