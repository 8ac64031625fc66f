import CLayers
import MoireSpectral
import MoireTensors

/// The positions that the windows of a pool cover along each axis, without those in its padding.
struct WindowBins {
  struct Bin {
    let positions: [Int]
    /// What a mean divides by along this axis.
    let divisor: Int
  }

  private(set) var rows, columns: [Bin]

  init(_ layer: Pooling, from input: HW, to output: HW) {
    let includes = layer.operation == .average(includesPadding: true)
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
        let positions = index * count / outputs..<((index + 1) * count).divided(up: outputs)
        return Bin(positions: Array(positions), divisor: positions.count)
      }
    }
    rows = bins(input.height, output.height)
    columns = bins(input.width, output.width)
  }

  /// The same windows where their map is another one of `size` that was padded with values of its own:
  /// what they cover there. For the largest value, to which one that counts twice adds nothing.
  func behind(_ padding: Padding, _ mode: PaddingMode, of size: HW) -> WindowBins {
    func bins(_ bins: [Bin], _ before: Int, _ size: Int) -> [Bin] {
      bins.map { bin in
        let sources = bin.positions.compactMap { mode.border.source($0 - before, size: size) }
        return Bin(positions: sources, divisor: bin.divisor)
      }
    }
    var result = self
    result.rows = bins(rows, padding.top, size.height)
    result.columns = bins(columns, padding.left, size.width)
    return result
  }

  /// - Parameter trail: the padding behind the axis where it counts as zeros.
  private static func bin(
    _ first: Int, _ taps: Int, _ dilation: Int, _ size: Int, _ trail: Int?
  ) -> Bin {
    let positions = (0..<taps).map { first + $0 * dilation }
    let inside = positions.filter { (0..<size).contains($0) }
    let counted = trail.map { trail in positions.filter { $0 < size + trail }.count }
    return Bin(positions: inside, divisor: max(counted ?? inside.count, 1))
  }

  /// Calls a function of C with the tables.
  func withCBins<Result>(_ body: (UnsafePointer<cl_bins>) throws -> Result) rethrows -> Result {
    func starts(_ bins: [Bin]) -> [Int32] {
      bins.reduce(into: [0]) { starts, bin in
        starts.append(starts.last! + Int32(bin.positions.count))
      }
    }
    // An empty array has no address; the one more is not read.
    let tables = [
      starts(rows), rows.flatMap(\.positions).map(Int32.init) + [0],
      starts(columns), columns.flatMap(\.positions).map(Int32.init) + [0],
    ]
    return try tables[0].withUnsafeBufferPointer { rowStarts in
      try tables[1].withUnsafeBufferPointer { rows in
        try tables[2].withUnsafeBufferPointer { columnStarts in
          try tables[3].withUnsafeBufferPointer { columns in
            var bins = cl_bins(
              row_starts: rowStarts.baseAddress!, rows: rows.baseAddress!,
              column_starts: columnStarts.baseAddress!, columns: columns.baseAddress!)
            return try body(&bins)
          }
        }
      }
    }
  }
}

extension PaddingMode {
  /// Where the values of a pad come from; nowhere for constant ones.
  var border: BorderMode {
    switch self {
    case .constant: .zero
    case .reflect: .reflect
    case .replicate: .replicate
    case .circular: .circular
    }
  }
}
