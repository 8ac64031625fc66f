import CLayers
import MoireTensors

/// The positions that the windows of a pool cover along each axis, without those in its padding.
struct WindowBins {
  struct Bin {
    let start: Int
    let count: Int
    let dilation: Int
    /// What a mean divides by along this axis.
    let divisor: Int
  }

  let rows, columns: [Bin]
  let dilation: HW

  init(_ layer: Pooling, from input: HW, to output: HW) {
    let includes = layer.operation == .average(includesPadding: true)
    dilation = layer.dilation
    rows = (0..<output.height).map {
      Self.bin(
        $0 * layer.stride.height - layer.padding.top, layer.kernel.height, layer.dilation.height,
        input.height, includes ? layer.padding.bottom : nil)
    }
    columns = (0..<output.width).map {
      Self.bin(
        $0 * layer.stride.width - layer.padding.left, layer.kernel.width, layer.dilation.width,
        input.width, includes ? layer.padding.right : nil)
    }
  }

  /// Bin i of N positions that become M is ⌊iN/M⌋ ..< ⌈(i + 1)N/M⌉.
  init(adaptiveFrom input: HW, to output: HW) {
    func bins(_ count: Int, _ outputs: Int) -> [Bin] {
      (0..<outputs).map { index in
        let start = index * count / outputs
        let size = ((index + 1) * count).divided(up: outputs) - start
        return Bin(start: start, count: size, dilation: 1, divisor: size)
      }
    }
    dilation = 1
    rows = bins(input.height, output.height)
    columns = bins(input.width, output.width)
  }

  /// - Parameter trail: the padding behind the axis where it counts as zeros.
  private static func bin(
    _ first: Int, _ taps: Int, _ dilation: Int, _ size: Int, _ trail: Int?
  ) -> Bin {
    let inside = (0..<taps).filter { (0..<size).contains(first + $0 * dilation) }
    let counted = trail.map { trail in
      (0..<taps).filter { first + $0 * dilation < size + trail }.count
    }
    return Bin(
      start: inside.first.map { first + $0 * dilation } ?? 0, count: inside.count,
      dilation: dilation, divisor: max(counted ?? inside.count, 1))
  }

  /// Calls a function of C with the tables.
  func withCBins<Result>(_ body: (UnsafePointer<cl_bins>) throws -> Result) rethrows -> Result {
    let tables = [rows.map(\.start), rows.map(\.count), columns.map(\.start), columns.map(\.count)]
      .map { $0.map(Int32.init) }
    return try tables[0].withUnsafeBufferPointer { rowStarts in
      try tables[1].withUnsafeBufferPointer { rowCounts in
        try tables[2].withUnsafeBufferPointer { columnStarts in
          try tables[3].withUnsafeBufferPointer { columnCounts in
            var bins = cl_bins(
              row_starts: rowStarts.baseAddress!, row_counts: rowCounts.baseAddress!,
              column_starts: columnStarts.baseAddress!, column_counts: columnCounts.baseAddress!,
              dilation: cl_pair(dilation))
            return try body(&bins)
          }
        }
      }
    }
  }
}
