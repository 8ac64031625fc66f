import MoireLayers
import MoireTensors

/// A value times constants plus constants: one number, one a channel, or one for each value.
extension Importer {
  /// `factor·x + offset` of an input, each a scalar or one number a channel.
  func affine(
    _ op: Operator, _ input: Int, factor: Constant, offset: Constant
  ) throws {
    let (index, order) = try oriented(op, input)
    try affine(
      op, index, order, named: op.proto.input[1 - input], reads: op.proto.input[input],
      factor: factor, offset: offset)
  }

  /// - Parameters:
  ///   - name: the constant's name, for messages.
  ///   - reads: the name of the value, when nobody else may read it where layers are joined.
  func affine(
    _ op: Operator, _ index: Int, _ order: [Int], named name: String, reads: String? = nil,
    factor: Constant, offset: Constant
  ) throws {
    guard let factors = channelNumbers(factor, index, order),
      let offsets = channelNumbers(offset, index, order)
    else {
      let path = path(of: op)
      return give(
        op, try mapAffine(op, path, index, order, factor: factor, offset: offset), order: order)
    }
    if let epsilon = offsets.first, factors == [1], offsets.count == 1,
      try giveShifted(op, index, order, by: epsilon)
    {
      return
    }
    if let reads, section.uses[reads] == 1,
      try joined(op, index, order, factors, offsets, name: name)
    {
      return
    }
    var scalar: (factor: Float, offset: Float)?
    if let f = factors.first, let o = offsets.first, factors.count == 1, offsets.count == 1 {
      scalar = (f, o)
      if let (value, activation) = scaled(index, by: f, plus: o) {
        let result = try append(
          op, path(of: op), .layer(.activation(activation)), inputs: [value])
        return give(op, result, order: order)
      }
    }
    let path = path(of: op)
    let layer = try normalization(
      op, path, index, factors: factors, offsets: offsets, name: name)
    let result = try append(
      op, path, .layer(.batchNormalization(layer)), inputs: [index], scalar: scalar)
    give(op, result, order: order)
  }

  func normalization(
    _ op: Operator, _ path: String, _ index: Int, factors: [Float], offsets: [Float], name: String
  ) throws -> BatchNormalization {
    let channels = shapes[index].first ?? 0
    try charge([4, channels], for: op)
    func vector(_ values: [Float]) throws -> Tensor {
      try tensor(
        Constant(floats: Importer.spread(values, channels)), layer: path, name: name)
    }
    return BatchNormalization(
      scale: try vector(factors), shift: try vector(offsets), mean: try vector([0]),
      variance: try vector([1]), epsilon: 0)
  }

  private static func spread(_ values: [Float], _ count: Int) -> [Float] {
    values.count == 1 ? [Float](repeating: values[0], count: count) : values
  }

  /// Takes a factor or an offset into the layer before, which nobody else reads: as its bias, or as
  /// scale and shift of a normalisation.
  private func joined(
    _ op: Operator, _ index: Int, _ order: [Int], _ factors: [Float], _ offsets: [Float],
    name: String
  ) throws -> Bool {
    guard let before = step(index), let channels = shapes[index].first,
      case .layer(var layer) = before.operation
    else { return false }
    func vector(_ values: [Float]) throws -> Tensor {
      try charge([channels], for: op)
      return try tensor(
        Constant(floats: Importer.spread(values, channels)), layer: before.path, name: name)
    }
    switch layer {
    case .linear(var linear) where factors == [1] && linear.bias == nil:
      linear.bias = try vector(offsets)
      layer = .linear(linear)
    case .convolution(var convolution) where factors == [1] && convolution.bias == nil:
      convolution.bias = try vector(offsets)
      layer = .convolution(convolution)
    case .normalization(var normal)
    where offsets == [0] && normal.scale == nil && normal.shift == nil:
      normal.scale = try vector(factors)
      layer = .normalization(normal)
    case .normalization(var normal) where factors == [1] && normal.shift == nil:
      normal.shift = try vector(offsets)
      layer = .normalization(normal)
    default: return false
    }
    let result = try append(op, before.path, .layer(layer), inputs: before.inputs)
    give(op, result, order: order)
    return true
  }

  /// The numbers of a constant that is a scalar, or one number for each channel.
  func perChannel(
    _ op: Operator, _ constant: Constant, _ index: Int, _ order: [Int]
  ) throws -> [Float] {
    guard let numbers = channelNumbers(constant, index, order) else {
      throw op.refuse(
        "a constant of shape \(constant.shape) and an image of shape \(seen(index, order)); only "
          + "one number or one a channel is supported")
    }
    return numbers
  }

  /// The same, or nil where the constant is neither.
  private func channelNumbers(_ constant: Constant, _ index: Int, _ order: [Int]) -> [Float]? {
    let rank = order.count
    let aligned = [Int](repeating: 1, count: max(rank - constant.shape.count, 0)) + constant.shape
    var single = [Int](repeating: 1, count: rank)
    if aligned == single { return constant.floats }
    single[order.firstIndex(of: 1) ?? 1] = shapes[index][0]
    return aligned == single ? constant.floats : nil
  }

  /// `factor·x + offset` with numbers of their own for rows and columns, as a normalisation of every
  /// value by itself.
  func mapAffine(
    _ op: Operator, _ path: String, _ index: Int, _ order: [Int], factor: Constant, offset: Constant
  ) throws -> Int {
    let shape = shapes[index]
    let count = shape.reduce(1, *)
    try charge([4, count], for: op)
    let vector = try append(op, path, .layer(.flatten), inputs: [index])
    let layer = try normalization(
      op, path, vector, factors: try spread(op, factor, index, order),
      offsets: try spread(op, offset, index, order), name: "")
    let scaled = try append(op, path, .layer(.batchNormalization(layer)), inputs: [vector])
    return try append(op, path, .layer(.reshape(shape)), inputs: [scaled])
  }

  /// A number for each value of a step, in its own order.
  private func spread(
    _ op: Operator, _ constant: Constant, _ index: Int, _ order: [Int]
  ) throws -> [Float] {
    let seen = [1] + seen(index, order)
    let shape =
      [Int](repeating: 1, count: max(seen.count - constant.shape.count, 0)) + constant.shape
    guard shape.count == seen.count, zip(shape, seen).allSatisfy({ $0 == 1 || $0 == $1 }) else {
      throw op.mismatch(
        "a constant of shape \(constant.shape) and an image of shape \(seen.dropFirst())")
    }
    let strides = Layout.strides(of: shape)
    var own = [Int](repeating: 0, count: seen.count)
    for axis in shape.indices where shape[axis] != 1 { own[order[axis]] = strides[axis] }
    let floats = constant.floats
    return Layout.indices(shapes[index], strides: Array(own.dropFirst())).map { floats[$0] }
  }
}
