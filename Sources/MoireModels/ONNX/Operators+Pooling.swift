import MoireLayers
import MoireTensors

/// Pools, global pools and means over height and width.
extension Importer {
  func maxPool(_ op: Operator) throws {
    if let indices = op.proto.output.dropFirst().first, section.uses[indices] != nil {
      throw op.refuse("its second output, the indices, is not supported")
    }
    try pool(op, .max)
  }

  func averagePool(_ op: Operator) throws {
    try pool(op, .average(includesPadding: op.integer("count_include_pad", default: 0) != 0))
  }

  private func pool(_ op: Operator, _ operation: Pooling.Operation) throws {
    var input = try image(op)
    let kernel = try op.pair("kernel_shape", default: nil)
    let window = try window(op, kernel: kernel, input: shapes[input])
    var layer = Pooling(
      operation, kernel: kernel, stride: window.stride, padding: window.padding,
      dilation: window.dilation, ceilMode: op.integer("ceil_mode", default: 0) != 0)
    let reach = HW(
      (kernel.height - 1) * window.dilation.height, (kernel.width - 1) * window.dilation.width)
    let pads = window.padding
    guard max(pads.top, pads.bottom) <= reach.height, max(pads.left, pads.right) <= reach.width
    else {
      throw op.refuse("pads \(pads) (top, left, bottom, right) leave a window without a sample")
    }
    while let (padding, before) = foldablePad(layer, input, reach) {
      layer.operation = .average(includesPadding: true)
      layer.padding = padding
      input = before
    }
    try give(op, .pooling(layer), inputs: [input])
  }

  /// The padding with a zero pad before an average taken in, and what that pad reads.
  private func foldablePad(_ layer: Pooling, _ input: Int, _ reach: HW) -> (Padding, Int)? {
    // In ceil mode the last window counts what it covers, so that the two are not the same.
    guard case .average(let included) = layer.operation, included || layer.padding.isZero,
      !layer.ceilMode, let before = step(input), case .pad(let outer, .constant(0))? = before.layer,
      outer.isGrowing
    else { return nil }
    let sum = layer.padding + outer
    guard max(sum.top, sum.bottom) <= reach.height, max(sum.left, sum.right) <= reach.width else {
      return nil
    }
    return (sum, before.inputs[0])
  }

  func globalAveragePool(_ op: Operator) throws {
    try give(op, .globalPooling(.average(includesPadding: false)), inputs: [try image(op)])
  }

  func globalMaxPool(_ op: Operator) throws {
    try give(op, .globalPooling(.max), inputs: [try image(op)])
  }

  func reduceMean(_ op: Operator) throws { try reduce(op, .average(includesPadding: false)) }

  func reduceMaximum(_ op: Operator) throws { try reduce(op, .max) }

  private func reduce(_ op: Operator, _ operation: Pooling.Operation) throws {
    let (input, order) = try oriented(op)
    let rank = order.count
    let stored = try axes(op, input: 1)
    if stored ?? [] == [], op.integer("noop_with_empty_axes", default: 0) != 0 {
      return give(op, input, order: order)
    }
    let axes = try Set((stored ?? Array(0..<rank)).map { order[try op.axis($0, rank: rank)] })
    let keeps = op.integer("keepdims", default: 1) != 0
    if keeps, case .average = operation, try giveMean(op, input, order, axes: axes) { return }
    let path = path(of: op)
    if operation == .max, !keeps, try giveLargestOfBins(op, path, input, axes) { return }
    if operation == .max, axes == [1, 2, 3], keeps {
      return give(op, try largest(op, path, of: input), order: order)
    }
    guard let pooled = try pooled(op, path, operation, input, axes) else {
      throw op.refuse(
        "over \(stored.map { "dimensions \($0)" } ?? "all dimensions") of \(rank), only height, width or "
          + "both are supported, or the channels as a part of a normalisation")
    }
    if keeps, shapes[pooled].count == rank - 1 { return give(op, pooled, order: order) }
    let rest = order.dropFirst().filter { keeps || !axes.contains($0) }
    let shape = rest.map { axes.contains($0) ? 1 : shapes[input][$0 - 1] }
    try give(op, shape.count == 1 ? .flatten : .reshape(shape), inputs: [pooled], path: path)
  }

  /// The mean or the largest value over height, width or both, each kept with extent 1.
  private func pooled(
    _ op: Operator, _ path: String, _ operation: Pooling.Operation, _ input: Int, _ axes: Set<Int>
  ) throws -> Int? {
    let shape = shapes[input]
    if shape.count == 3, axes == [2, 3] {
      return try append(op, path, .layer(.globalPooling(operation)), inputs: [input])
    }
    if shape.count == 3, axes == [2] || axes == [3] {
      let kernel = axes == [2] ? HW(shape[1], 1) : HW(1, shape[2])
      return try append(
        op, path, .layer(.pooling(Pooling(operation, kernel: kernel, stride: 1))), inputs: [input])
    }
    // Height and width that a Reshape has made one dimension, [C, H·W].
    guard shape.count == 2, axes == [2], let source = source(of: input),
      shapes[source].count == 3, shapes[source][0] == shape[0]
    else { return nil }
    return try append(op, path, .layer(.globalPooling(operation)), inputs: [source])
  }

  // MARK: Adaptive maxima, written as gathered bins

  /// Positions of an axis by bins, `[bins, longest]`: a shorter bin repeats its last position.
  func giveBins(_ op: Operator, _ input: Int, axis: Int, _ chosen: Constant) throws -> Bool {
    let shape = shapes[input]
    guard chosen.shape.count == 2, shape.count == 3, axis > 1, let numbers = chosen.knownIntegers,
      !numbers.isEmpty
    else { return false }
    let longest = chosen.shape[1]
    let bins = AdaptiveBins(positions: shape[axis - 1], bins: chosen.shape[0])
    let fits = numbers.indices.allSatisfy { index in
      let range = bins.ranges[index / longest]
      return numbers[index] == min(range.lowerBound + index % longest, range.upperBound - 1)
    }
    guard fits, bins.ranges.allSatisfy({ $0.count <= longest }) else { return false }
    var gathered = shape
    gathered[axis - 1] = chosen.shape[0]
    gathered.insert(longest, at: axis)
    give(
      op,
      try append(
        op, path(of: op), .part(.bins(axis: axis)), inputs: [input], partShape: gathered))
    return true
  }

  /// The largest of each bin; the other axis just before is joined.
  private func giveLargestOfBins(
    _ op: Operator, _ path: String, _ index: Int, _ axes: Set<Int>
  ) throws -> Bool {
    guard let gathered = step(index), case .part(.bins(let axis)) = gathered.operation,
      axes == [axis + 1]
    else { return false }
    var input = gathered.inputs[0]
    var size = HW(shapes[input][1], shapes[input][2])
    let count = shapes[index][axis - 1]
    if let before = step(input), case .adaptivePooling(.max, _)? = before.layer,
      shapes[before.inputs[0]][axis - 1] == shapes[input][axis - 1]
    {
      input = before.inputs[0]
    }
    if axis == 2 { size.height = count } else { size.width = count }
    try give(op, .adaptivePooling(.max, size: size), inputs: [input], path: path)
    return true
  }
}
