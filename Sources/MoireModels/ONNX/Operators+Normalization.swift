import MoireLayers
import MoireTensors

/// Normalisations by statistics of the values themselves.
extension Importer {
  private func epsilon(_ op: Operator) throws -> Float {
    let epsilon = op.float("epsilon", default: 1e-5)
    guard epsilon.isFinite, epsilon >= 0 else { throw op.refuse("epsilon is \(epsilon)") }
    return epsilon
  }

  func layerNormalization(_ op: Operator) throws {
    if let other = op.proto.output.dropFirst().first(where: { section.uses[$0] != nil }) {
      throw op.refuse("its output '\(other)', the statistics, is not supported")
    }
    let path = path(of: op, weight: op.input(1))
    let (step, order) = try oriented(op)
    let first = try op.axis(op.integer("axis", default: -1), rank: order.count)
    let axes = Set(order[first...])
    let kind: Normalization.Kind
    switch axes {
    case [1]: kind = .layer
    case Set(1..<order.count) where order.count == 4: kind = .layerAll
    default:
      throw op.refuse(
        "over dimensions \(Array(first..<order.count)) of \(seen(step, order)), only over the channels or "
          + "over channels, height and width is supported")
    }
    var layer = Normalization(kind, epsilon: try epsilon(op))
    let (scale, shift) = (try constant(op, 1), try constant(op, 2))
    func values(_ index: Int, _ constant: Constant) throws -> Tensor? {
      guard let values = try channelValues(op, constant, step, Array(order[first...])) else {
        return nil
      }
      return try tensor(Constant(floats: values), layer: path, name: op.input(index) ?? "")
    }
    layer.scale = try scale.flatMap { try values(1, $0) }
    layer.shift = try shift.flatMap { try values(2, $0) }
    let differs = (layer.scale == nil) != (scale == nil) || (layer.shift == nil) != (shift == nil)
    if differs { (layer.scale, layer.shift) = (nil, nil) }
    var result = try append(op, path, .layer(.normalization(layer)), inputs: [step])
    if differs {
      result = try mapAffine(
        op, path, result, order, factor: scale ?? Constant(floats: [1]),
        offset: shift ?? Constant(floats: [0]))
    }
    give(op, result, order: order)
  }

  /// One number a channel of a constant over the dimensions `axes`; nil where it is not the same along
  /// the others.
  private func channelValues(
    _ op: Operator, _ constant: Constant, _ step: Int, _ axes: [Int]
  ) throws -> [Float]? {
    let shape = axes.map { shapes[step][$0 - 1] }
    guard constant.shape == shape, let place = axes.firstIndex(of: 1) else {
      throw op.mismatch("a scale or shift of shape \(constant.shape), need \(shape)")
    }
    let floats = constant.floats
    let strides = Layout.strides(of: shape)
    let values = (0..<shape[place]).map { floats[$0 * strides[place]] }
    let same = floats.indices.allSatisfy {
      floats[$0] == values[$0 / strides[place] % shape[place]]
    }
    return same ? values : nil
  }

  /// On groups that a Reshape has made of the channels it is a group normalisation.
  func instanceNormalization(_ op: Operator) throws {
    let path = path(of: op, weight: op.input(1))
    let input = try image(op)
    let sets = shapes[input][0]
    guard let scale = try weightVector(op, 1, layer: path, count: sets),
      let shift = try weightVector(op, 2, layer: path, count: sets)
    else { throw op.refuse("scale or shift is missing") }
    if shapes[input].count == 3 {
      let layer = Normalization(
        .instance, scale: scale, shift: shift, epsilon: try epsilon(op))
      return try give(op, .normalization(layer), inputs: [input], path: path)
    }
    guard shapes[input].count == 2, let source = source(of: input),
      [1, 3].contains(shapes[source].count), shapes[source][0] % sets == 0
    else {
      throw op.refuse("of a value of shape \(shapes[input]) is not supported")
    }
    let layer = try grouped(op, sets, shapes[source][0], scale, shift)
    let result = try append(op, path, .layer(.normalization(layer)), inputs: [source])
    try give(op, .reshape(shapes[input]), inputs: [result], path: path)
  }

  func groupNormalization(_ op: Operator) throws {
    let path = path(of: op, weight: op.input(1))
    let input = try image(op)
    let (groups, channels) = (op.integer("num_groups", default: 0), shapes[input][0])
    guard groups > 0, channels % groups == 0 else {
      throw op.mismatch("\(channels) channels cannot be put into \(groups) equal groups")
    }
    // Before opset 21 scale and shift had one number a group.
    let count = op.opset < 21 ? groups : channels
    guard let scale = try weightVector(op, 1, layer: path, count: count),
      let shift = try weightVector(op, 2, layer: path, count: count)
    else { throw op.refuse("scale or shift is missing") }
    let layer = try grouped(op, groups, channels, scale, shift)
    try give(op, .normalization(layer), inputs: [input], path: path)
  }

  /// Scale and shift spread from groups to channels; ones and zeros are left out.
  private func grouped(
    _ op: Operator, _ groups: Int, _ channels: Int, _ scale: Tensor, _ shift: Tensor
  ) throws -> Normalization {
    func spread(_ tensor: Tensor, neutral: Float) throws -> Tensor? {
      if tensor.values.allSatisfy({ $0 == neutral }) { return nil }
      let size = channels / tensor.count
      try charge([channels], for: op)
      return try Tensor(shape: [channels], values: (0..<channels).map { tensor[$0 / size] })
    }
    return Normalization(
      .group(groups), scale: try spread(scale, neutral: 1), shift: try spread(shift, neutral: 0),
      epsilon: try epsilon(op))
  }

  /// The value that a chain of reshapes begins with; nil for what is no reshape.
  func source(of index: Int) -> Int? {
    var value = index
    while let step = step(value) {
      switch step.layer {
      case .reshape?, .flatten?: value = step.inputs[0]
      default: return value == index ? nil : value
      }
    }
    return value == index ? nil : value
  }
}
