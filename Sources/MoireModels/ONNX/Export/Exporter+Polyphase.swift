import MoireLayers
import MoireSpectral
import MoireTensors

/// Adaptive polyphase sampling in standard operators. A decision is a one-hot row for each image, so
/// that taking a phase is a sum of all phases, each times its entry.
extension Exporter {
  mutating func polyphaseDecision(_ layer: PolyphaseDecision, _ x: Value) throws -> String {
    let measures = try phases(of: x, layer.stride).map { phase in
      switch layer.criterion {
      case .l2, .l2Min: reduction("ReduceL2", phase)
      case .l1, .l1Min: reduction("ReduceL1", phase)
      case .lInfinity: reduction("ReduceMax", graph.node("Abs", [phase]))
      case .nonAbsMax: reduction("ReduceMax", phase)
      }
    }
    let table = graph.node("Concat", measures, ["axis": .int(1)])
    let smallest = layer.criterion == .l2Min || layer.criterion == .l1Min
    return try oneHot(table, best: smallest ? "ArgMin" : "ArgMax", of: measures.count)
  }

  /// 1 at the first of the largest of `count` entries.
  mutating func oneHotArgmax(_ x: Value) throws -> String {
    try oneHot(x.name, best: "ArgMax", of: x.shape[0])
  }

  mutating func polyphase(_ stride: HW, _ x: Value, decision: Value) throws -> String {
    let weights = entries(of: decision)
    let taken = try zip(phases(of: x, stride), weights).map { phase, weight in
      graph.node("Mul", [phase, weight])
    }
    return graph.node("Sum", taken)
  }

  mutating func polyphaseUpsample(_ stride: HW, _ x: Value, decision: Value) throws -> String {
    let (height, width) = (x.size.height, x.size.width)
    let placed = try entries(of: decision).enumerated().map { index, weight in
      let (row, column) = (index / stride.width, index % stride.width)
      // Each sample becomes a tile of its own, 0 but for the one place.
      let tiles = reshape(
        graph.node("Mul", [x.name, weight]), [x.shape[0], height, 1, width, 1])
      let pads = [
        0, 0, 0, row, 0, column, 0, 0, 0, stride.height - 1 - row, 0, stride.width - 1 - column,
      ]
      let spread = graph.node(
        "Pad", [tiles, graph.integers("pads", pads), try graph.scalar("zero", 0)],
        ["mode": .string("constant")])
      return reshape(spread, [x.shape[0], height * stride.height, width * stride.width])
    }
    return graph.node("Sum", placed)
  }

  /// The s_h · s_w phases of a map, ⌈N / s⌉ samples an axis: a stride that does not divide the size
  /// continues the map circularly.
  private mutating func phases(of x: Value, _ stride: HW) throws -> [String] {
    func missing(_ size: Int, _ stride: Int) -> Int { (stride - size % stride) % stride }
    let padding = Padding(
      bottom: missing(x.size.height, stride.height), right: missing(x.size.width, stride.width))
    let whole = padding.isZero ? x.name : try pad(x, padding, .circular)
    let size = HW(x.size.height + padding.bottom, x.size.width + padding.right)
    return (0..<stride.height * stride.width).map { index in
      slice(
        whole, axes: [2, 3], from: [index / stride.width, index % stride.width],
        to: [size.height, size.width], steps: [stride.height, stride.width])
    }
  }

  /// One number for each image, `[N, 1]`.
  private mutating func reduction(_ type: String, _ x: String) -> String {
    let number = graph.node(type, [x], ["axes": .ints([1, 2, 3]), "keepdims": .int(1)])
    return reshape(number, [1])
  }

  private mutating func oneHot(_ x: String, best: String, of count: Int) throws -> String {
    let index = graph.node(best, [x], ["axis": .int(1), "keepdims": .int(0)])
    let values = try graph.constant("entries", try Tensor(shape: [2], values: [0, 1]))
    return graph.node(
      "OneHot", [index, graph.integers("depth", [count], shape: []), values], ["axis": .int(1)])
  }

  /// The entries of a decision, each `[N, 1, 1, 1]`.
  private mutating func entries(of decision: Value) -> [String] {
    (0..<decision.shape[0]).map { index in
      reshape(slice(decision.name, axes: [1], from: [index], to: [index + 1]), [1, 1, 1])
    }
  }
}
