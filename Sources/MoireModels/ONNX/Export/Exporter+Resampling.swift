import MoireLayers
import MoireTensors

/// Interpolation, and pools whose windows follow the size of the map.
extension Exporter {
  mutating func resize(_ layer: Resize, _ x: Value, output: [Int]) throws -> String {
    var attributes: [String: GraphWriter.Attribute] = [
      "coordinate_transformation_mode": .string(Exporter.name(of: layer.coordinates))
    ]
    switch layer.mode {
    case .nearest(let rounding):
      attributes["mode"] = .string("nearest")
      attributes["nearest_mode"] = .string(Exporter.name(of: rounding))
    case .bilinear: attributes["mode"] = .string("linear")
    case .bicubic(let coefficient):
      attributes["mode"] = .string("cubic")
      attributes["cubic_coeff_a"] = .float(Float(coefficient))
    }
    switch layer.target {
    case .size(let size):
      let sizes = [size.height, size.width]
      // The first two dimensions are taken over: sizes need all four, the number of images is open.
      let head = graph.node(
        "Shape", [x.name], ["start": .int(0), "end": .int(2)])
      let whole = graph.node(
        "Concat", [head, graph.integers("size", sizes)], ["axis": .int(0)])
      return graph.node("Resize", [x.name, "", "", whole], attributes)
    case .factors(let height, let width):
      let scales = try Tensor(
        shape: [4],
        values: [
          1, 1, try factor(height, x.shape[1], output[1]), try factor(width, x.shape[2], output[2]),
        ])
      return graph.node(
        "Resize", [x.name, "", try graph.constant("scales", scales)], attributes)
    }
  }

  /// A factor in single precision with which ⌊N·factor⌋ is still M.
  private func factor(_ factor: Double, _ input: Int, _ output: Int) throws -> Float {
    let rounded = Float(factor)
    for candidate in [rounded, rounded.nextUp, rounded.nextDown]
    where Int(candidate * Float(input)) == output { return candidate }
    throw refuse("no factor in single precision makes \(input) positions \(output)")
  }

  private static func name(of coordinates: Resize.Coordinates) -> String {
    switch coordinates {
    case .halfPixel: "half_pixel"
    case .pytorchHalfPixel: "pytorch_half_pixel"
    case .alignCorners: "align_corners"
    case .asymmetric: "asymmetric"
    }
  }

  private static func name(of rounding: Resize.Rounding) -> String {
    switch rounding {
    case .floor: "floor"
    case .ceil: "ceil"
    case .roundPreferFloor: "round_prefer_floor"
    case .roundPreferCeil: "round_prefer_ceil"
    }
  }

  /// Bins of one size are a pool; others are means by two constant matrices, `A·x·Bᵀ`, or the largest
  /// of gathered rows and columns.
  mutating func adaptivePooling(
    _ operation: Pooling.Operation, _ x: Value, _ size: HW
  ) throws -> String {
    let rows = AdaptiveBins(positions: x.shape[1], bins: size.height)
    let columns = AdaptiveBins(positions: x.shape[2], bins: size.width)
    if let (kernelHeight, strideHeight) = rows.window,
      let (kernelWidth, strideWidth) = columns.window
    {
      let pool = Pooling(
        operation, kernel: HW(kernelHeight, kernelWidth), stride: HW(strideHeight, strideWidth))
      return try pooling(pool, x, output: size)
    }
    guard case .average = operation else {
      return largest(columns, axis: 3, "columns", of: largest(rows, axis: 2, "rows", of: x.name))
    }
    let left = try Tensor(shape: [size.height, x.shape[1]], values: rows.means)
    let right = try Tensor(shape: [size.width, x.shape[2]], values: columns.means)
    let narrow = graph.node("MatMul", [try graph.constant("rows", left), x.name])
    let turned = try GraphWriter.transposed(right)
    return graph.node("MatMul", [narrow, try graph.constant("columns", turned)])
  }

  private mutating func largest(
    _ bins: AdaptiveBins, axis: Int, _ name: String, of x: String
  ) -> String {
    let longest = bins.ranges.map(\.count).max() ?? 1
    // Shorter bins repeat their last position.
    let indices = bins.ranges.flatMap { range in
      (0..<longest).map { min(range.lowerBound + $0, range.upperBound - 1) }
    }
    let gathered = graph.node(
      "Gather", [x, graph.integers(name, indices, shape: [bins.ranges.count, longest])],
      ["axis": .int(axis)])
    return graph.node(
      "ReduceMax", [gathered], ["axes": .ints([axis + 1]), "keepdims": .int(0)])
  }
}

/// The bins that adaptive pooling makes of an axis: ⌊iN/M⌋ ..< ⌈(i + 1)N/M⌉.
struct AdaptiveBins {
  let positions: Int
  let ranges: [Range<Int>]

  init(positions: Int, bins: Int) {
    self.positions = positions
    ranges = (0..<bins).map {
      $0 * positions / bins..<(($0 + 1) * positions + bins - 1) / bins
    }
  }

  /// Kernel and stride when all bins are as long and as far from each other.
  var window: (kernel: Int, stride: Int)? {
    let stride = ranges.count > 1 ? ranges[1].lowerBound : 1
    let kernel = ranges[0].count
    let regular = ranges.enumerated().allSatisfy { index, range in
      range == index * stride..<index * stride + kernel
    }
    return regular && stride > 0 ? (kernel, stride) : nil
  }

  /// The matrix `[bins, positions]` that takes the mean of each bin.
  var means: [Float] {
    ranges.flatMap { range in
      (0..<positions).map { range.contains($0) ? 1 / Float(range.count) : 0 }
    }
  }
}
