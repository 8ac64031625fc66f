import CLayers
import MoireTensors

/// Filters of their own at every position, on maps in blocks.
extension Lowering {
  mutating func lowerAdaptiveFilter(_ index: Int, _ layer: AdaptiveFilter) throws {
    let inputs = network.nodes[index].inputs
    let size = HW(shapes[inputs[0]][1], shapes[inputs[0]][2])
    let source = try inBlocks(values[inputs[0]]!, dims(of: inputs[0]))
    let logits = try inBlocks(values[inputs[1]]!, dims(of: inputs[1]))
    var (value, stride) = (index + 1, HW(1, 1))
    if let next = soleConsumer(of: value), siteOfNode[next] == nil,
      case .subsample(let every, offset: 0) = network.nodes[next].layer
    {
      // What is thrown away need not be computed.
      done.insert(next)
      (value, stride) = (next + 1, every)
    }
    values[value] =
      try filter(layer, source, logits, size: size, stride: stride, to: dims(of: value)).result
  }

  /// Weights by softmax at every stride-th position, and what they make of the map there.
  mutating func filter(
    _ layer: AdaptiveFilter, _ source: Int, _ logits: Int, size: HW, stride: HW, to dims: [Int]
  ) throws -> (weights: Int, result: Int) {
    let weights = try newBlocked([batch, layer.logits, dims[2], dims[3]])
    try appendWeights(layer, logits, stride, to: weights, rows: dims[2])
    let target = try newBlocked(dims)
    let taps = FilterTaps(layer, size: size, stride: stride, output: HW(dims[2], dims[3]))
    try program.append(
      "kernel:adaptive-filter", [source, weights], to: target, parts: program.blocks(of: target)
    ) { sources, target, part, _ in
      var target = target
      taps.withTaps { cl_filter_adaptively(sources, &target, Int64(part), $0) }
      return true
    }
    return (weights, target)
  }

  /// The softmax of the logits at every stride-th position.
  private func appendWeights(
    _ layer: AdaptiveFilter, _ logits: Int, _ stride: HW, to weights: Int, rows: Int
  ) throws {
    let (scope, stride) = (Int64(layer.softmaxCount), cl_pair(stride))
    try program.append(
      "kernel:filter-weights", [logits], to: weights, parts: batch * rows,
      workspaceBytes: layer.logits * MemoryLayout<Float>.size
    ) { sources, target, part, workspace in
      guard let workspace else { return false }
      var target = target
      cl_filter_weights(
        sources, &target, Int64(part), scope, stride,
        workspace.assumingMemoryBound(to: Float.self))
      return true
    }
  }
}

/// Which samples the filters of every position read.
struct FilterTaps: Sendable {
  private let kernel: cl_pair
  private let groups: Int64
  private let rows: [Int32]
  private let columns: [Int32]

  init(_ layer: AdaptiveFilter, size: HW, stride: HW, output: HW) {
    (kernel, groups) = (cl_pair(layer.kernel), Int64(layer.groups))
    rows = layer.positions(\.height, size.height, stride.height, count: output.height)
    columns = layer.positions(\.width, size.width, stride.width, count: output.width)
  }

  func withTaps(_ body: (UnsafePointer<cl_filter_taps>) -> Void) {
    rows.withUnsafeBufferPointer { rows in
      columns.withUnsafeBufferPointer { columns in
        var taps = cl_filter_taps(
          kernel: kernel, groups: groups, rows: rows.baseAddress!, columns: columns.baseAddress!)
        body(&taps)
      }
    }
  }
}

extension AdaptiveFilter {
  /// How many logits one softmax is taken over.
  var softmaxCount: Int { scope == .joint ? logits : kernel.area }

  /// The source position of each output and tap of an axis, −1 for none.
  func positions(_ axis: KeyPath<HW, Int>, _ size: Int, _ stride: Int, count: Int) -> [Int32] {
    let taps = kernel[keyPath: axis]
    return (0..<count).flatMap { output in
      (0..<taps).map { tap in
        let position = output * stride + tap - taps / 2
        return Int32(MapGrid.index(position, size, paddingMode) ?? -1)
      }
    }
  }
}
