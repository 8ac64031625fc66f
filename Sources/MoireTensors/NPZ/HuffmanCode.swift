/// A canonical Huffman code of DEFLATE (RFC 1951, 3.2.2), as a table by the next bits of the stream.
struct HuffmanCode {
  /// Bits of the longest code word.
  let width: Int
  /// By the next `width` bits: the symbol above four bits with the word's length; 0 for no word.
  private let table: [UInt32]

  /// - Parameter lengths: of the code words by symbol, 0 … 15; 0 for a symbol that does not occur.
  init(lengths: [Int]) throws(ZipFault) {
    width = max(1, lengths.max() ?? 0)
    var counts = [Int](repeating: 0, count: 17)
    for length in lengths where length > 0 { counts[length] += 1 }
    var next = [Int](repeating: 0, count: 17)
    for length in 1...15 { next[length + 1] = (next[length] + counts[length]) << 1 }
    var table = [UInt32](repeating: 0, count: 1 << width)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let word = next[length]
      next[length] += 1
      guard word < 1 << length else { throw ZipFault("a Huffman code has too many words") }
      // The stream holds code words from their highest bit on, all else from the lowest.
      let start = HuffmanCode.reversed(word, length)
      for index in stride(from: start, to: 1 << width, by: 1 << length) {
        table[index] = UInt32(symbol << 4 | length)
      }
    }
    self.table = table
  }

  /// The next symbol of a stream.
  func symbol(_ reader: inout BitReader) throws(ZipFault) -> Int {
    let entry = table[reader.peek(width)]
    guard entry != 0 else { throw ZipFault("the compressed data hold an unknown code word") }
    try reader.skip(Int(entry & 15))
    return Int(entry >> 4)
  }

  private static func reversed(_ word: Int, _ length: Int) -> Int {
    (0..<length).reduce(0) { $0 << 1 | (word >> $1 & 1) }
  }
}
