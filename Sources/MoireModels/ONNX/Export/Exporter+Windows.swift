import MoireLayers
import MoireTensors

/// Layers that move windows over a map, and pads.
extension Exporter {
  mutating func convolution(_ layer: Convolution, _ x: Value) throws -> String {
    var (source, padding) = (x.name, layer.padding)
    if layer.paddingMode != .constant(0), !padding.isZero {
      source = try pad(x, padding, layer.paddingMode)
      padding = 0
    }
    var inputs = [source, try graph.constant("weight", layer.weight)]
    if let bias = layer.bias { inputs.append(try graph.constant("bias", bias)) }
    return graph.node(
      "Conv", inputs,
      [
        "kernel_shape": .ints(Exporter.pair(layer.kernel)),
        "strides": .ints(Exporter.pair(layer.stride)),
        "dilations": .ints(Exporter.pair(layer.dilation)),
        "pads": .ints(Exporter.sides(padding)), "group": .int(layer.groups),
      ])
  }

  mutating func transposedConvolution(
    _ layer: TransposedConvolution, _ x: Value
  ) throws -> String {
    var inputs = [x.name, try graph.constant("weight", layer.weight)]
    if let bias = layer.bias { inputs.append(try graph.constant("bias", bias)) }
    return graph.node(
      "ConvTranspose", inputs,
      [
        "kernel_shape": .ints(Exporter.pair(layer.kernel)),
        "strides": .ints(Exporter.pair(layer.stride)),
        "dilations": .ints(Exporter.pair(layer.dilation)),
        "pads": .ints(Exporter.sides(layer.padding)),
        "output_padding": .ints(Exporter.pair(layer.outputPadding)), "group": .int(layer.groups),
      ])
  }

  /// A pool in floor mode: runtimes differ in where the last window of ceil mode may begin, so its
  /// trailing pads are written out.
  mutating func pooling(_ layer: Pooling, _ x: Value, output: HW) throws -> String {
    var input = x
    var layer = layer
    if layer.ceilMode {
      let exact = Exporter.trailingPads(layer, x.size, output)
      let own = layer.padding
      if layer.operation == .average(includesPadding: true),
        exact.bottom > own.bottom || exact.right > own.right
      {
        // What a window covers beyond the padding does not count: with the padding made real,
        // leaving out counts right.
        input = try padded(x, own, .constant(0))
        layer.operation = .average(includesPadding: false)
        layer.padding = Padding(
          bottom: max(0, exact.bottom - own.bottom), right: max(0, exact.right - own.right))
      } else {
        layer.padding = exact
      }
    }
    guard layer.isWide else { return pool(layer, input) }
    if case .average(let includesPadding) = layer.operation {
      return try mean(layer, input, output, includesPadding)
    }
    let pads = layer.padding
    layer.padding = 0
    return pool(layer, try padded(input, pads, .constant(-.greatestFiniteMagnitude)))
  }

  /// A mean as a depthwise convolution, whose padding may be as wide as it likes; what it has too much
  /// in the divisor is made up for behind it.
  private mutating func mean(
    _ layer: Pooling, _ x: Value, _ output: HW, _ includesPadding: Bool
  ) throws -> String {
    let channels = x.shape[0]
    let weight = try Tensor(
      shape: [channels, 1, layer.kernel.height, layer.kernel.width],
      repeating: 1 / Float(layer.kernel.area))
    let sum = graph.node(
      "Conv", [x.name, try graph.constant("mean", weight)],
      [
        "kernel_shape": .ints(Exporter.pair(layer.kernel)),
        "strides": .ints(Exporter.pair(layer.stride)),
        "dilations": .ints(Exporter.pair(layer.dilation)),
        "pads": .ints(Exporter.sides(layer.padding)), "group": .int(channels),
      ])
    guard !includesPadding else { return sum }
    let shares = try Exporter.shares(layer, x.size, output)
    return graph.node("Mul", [sum, try graph.constant("shares", shares)])
  }

  private mutating func pool(_ layer: Pooling, _ input: Value) -> String {
    var attributes: [String: GraphWriter.Attribute] = [
      "kernel_shape": .ints(Exporter.pair(layer.kernel)),
      "strides": .ints(Exporter.pair(layer.stride)), "pads": .ints(Exporter.sides(layer.padding)),
    ]
    if layer.operation == .max || layer.dilation != 1 {
      attributes["dilations"] = .ints(Exporter.pair(layer.dilation))
    }
    guard case .average(let includesPadding) = layer.operation else {
      return graph.node("MaxPool", [input.name], attributes)
    }
    attributes["count_include_pad"] = .int(includesPadding ? 1 : 0)
    // The mean of a dilated window came with operator set 19.
    return graph.node(
      "AveragePool", [input.name], attributes, opset: layer.dilation == 1 ? 17 : 19)
  }

  /// Pads with which floor mode gives `output` positions.
  private static func trailingPads(_ layer: Pooling, _ input: HW, _ output: HW) -> Padding {
    func trailing(_ n: Int, _ count: Int, _ s: Int, _ k: Int, _ d: Int, _ before: Int) -> Int {
      max(0, (count - 1) * s + d * (k - 1) + 1 - n - before)
    }
    var result = layer.padding
    result.bottom = trailing(
      input.height, output.height, layer.stride.height, layer.kernel.height,
      layer.dilation.height, result.top)
    result.right = trailing(
      input.width, output.width, layer.stride.width, layer.kernel.width, layer.dilation.width,
      result.left)
    return result
  }

  /// Positions of each window over those of them that lie in the map, `[1, 1, H, W]`.
  private static func shares(_ layer: Pooling, _ input: HW, _ output: HW) throws -> Tensor {
    func inside(_ count: Int, _ s: Int, _ k: Int, _ d: Int, _ before: Int, _ n: Int) -> [Int] {
      (0..<count).map { index in
        (0..<k).count { (0..<n).contains(index * s - before + $0 * d) }
      }
    }
    let rows = inside(
      output.height, layer.stride.height, layer.kernel.height, layer.dilation.height,
      layer.padding.top, input.height)
    let columns = inside(
      output.width, layer.stride.width, layer.kernel.width, layer.dilation.width,
      layer.padding.left, input.width)
    let area = Float(layer.kernel.area)
    return try Tensor(
      shape: [1, 1, output.height, output.width],
      values: rows.flatMap { row in
        columns.map { row * $0 == 0 ? 0 : area / Float(row * $0) }
      })
  }

  private mutating func padded(
    _ x: Value, _ padding: Padding, _ mode: PaddingMode
  ) throws -> Value {
    let size = HW(
      x.size.height + padding.top + padding.bottom, x.size.width + padding.left + padding.right)
    return Value(
      name: try pad(x, padding, mode), shape: [x.shape[0], size.height, size.width])
  }

  /// Rows and columns around a map; negative pads crop what the positive ones have made.
  mutating func pad(_ x: Value, _ padding: Padding, _ mode: PaddingMode) throws -> String {
    let grown = Padding(
      top: max(0, padding.top), left: max(0, padding.left), bottom: max(0, padding.bottom),
      right: max(0, padding.right))
    var name = x.name
    if !grown.isZero || padding.isZero { name = try grow(x, grown, mode) }
    guard padding != grown else { return name }
    let size = HW(
      x.size.height + grown.top + grown.bottom, x.size.width + grown.left + grown.right)
    return slice(
      name, axes: [2, 3], from: [max(0, -padding.top), max(0, -padding.left)],
      to: [size.height - max(0, -padding.bottom), size.width - max(0, -padding.right)])
  }

  private mutating func grow(
    _ x: Value, _ padding: Padding, _ mode: PaddingMode
  ) throws -> String {
    switch mode {
    case .constant(let value):
      return pad(x.name, padding, "constant", [try graph.scalar("value", value)])
    case .replicate: return pad(x.name, padding, "edge")
    case .reflect:
      let folds =
        max(padding.top, padding.bottom) >= x.size.height
        || max(padding.left, padding.right) >= x.size.width
      if !folds { return pad(x.name, padding, "reflect") }
      // Pad reflects once only.
      return gather(x, padding) { position, count in
        let period = max(1, 2 * (count - 1))
        let wrapped = Exporter.modulo(position, period)
        return min(wrapped, period - wrapped)
      }
    case .circular:
      // Pad has its mode wrap from operator set 19 on.
      return gather(x, padding, Exporter.modulo)
    }
  }

  private mutating func pad(
    _ x: String, _ padding: Padding, _ mode: String, _ value: [String] = []
  ) -> String {
    let pads = [0, 0, padding.top, padding.left, 0, 0, padding.bottom, padding.right]
    return graph.node(
      "Pad", [x, graph.integers("pads", pads)] + value, ["mode": .string(mode)])
  }

  /// Rows and columns by their numbers: `source` maps a position outside of the map to one inside.
  private mutating func gather(
    _ x: Value, _ padding: Padding, _ source: (_ position: Int, _ count: Int) -> Int
  ) -> String {
    var name = x.name
    for (axis, before, after) in [
      (2, padding.top, padding.bottom), (3, padding.left, padding.right),
    ] where before > 0 || after > 0 {
      let count = x.shape[axis - 1]
      let indices = (-before..<count + after).map { source($0, count) }
      name = graph.node(
        "Gather", [name, graph.integers(axis == 2 ? "rows" : "columns", indices)],
        ["axis": .int(axis)])
    }
    return name
  }

  private static func modulo(_ a: Int, _ n: Int) -> Int { (a % n + n) % n }

  private static func pair(_ numbers: HW) -> [Int] { [numbers.height, numbers.width] }

  private static func sides(_ padding: Padding) -> [Int] {
    [padding.top, padding.left, padding.bottom, padding.right]
  }
}

extension Pooling {
  /// Whether its pads are those of a whole kernel or more, which runtimes refuse in a pool.
  fileprivate var isWide: Bool {
    max(padding.top, padding.bottom) >= kernel.height
      || max(padding.left, padding.right) >= kernel.width
  }
}
