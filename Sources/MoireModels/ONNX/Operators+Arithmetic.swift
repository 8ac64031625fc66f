import MoireLayers
import MoireTensors

/// Sums and products, of two values or of a value and a constant.
extension Importer {
  func addition(_ op: Operator) throws {
    guard op.type == "Add" else { return try sum(op) }
    if let (value, constant) = try operands(op) {
      return try affine(op, value, factor: Constant(floats: [1]), offset: constant)
    }
    try give(op, .add, inputs: try pair(op))
  }

  /// Sum, of any number of values.
  private func sum(_ op: Operator) throws {
    let path = path(of: op)
    var total = try image(op)
    for index in op.proto.input.indices.dropFirst() {
      total = try append(op, path, .layer(.add), inputs: [total, try image(op, index)])
    }
    give(op, total)
  }

  func multiplication(_ op: Operator) throws {
    if let (value, constant) = try operands(op) {
      return try affine(op, value, factor: constant, offset: Constant(floats: [0]))
    }
    let inputs = try pair(op)
    for (a, b) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard let (input, activation) = product(a, gatedBy: b) else { continue }
      return try give(op, .activation(activation), inputs: [input])
    }
    try give(op, .multiply, inputs: inputs)
  }

  func subtraction(_ op: Operator) throws {
    guard let (value, constant) = try operands(op) else {
      throw op.refuse("of two values is not supported, only with a constant")
    }
    let negative = try mapped(op, constant) { -$0 }
    if case .constant = try self.value(op.proto.input[0], for: op) {
      return try affine(op, value, factor: Constant(floats: [-1]), offset: constant)
    }
    try affine(op, value, factor: Constant(floats: [1]), offset: negative)
  }

  func division(_ op: Operator) throws {
    guard let (value, constant) = try operands(op),
      case .image = try self.value(op.proto.input[0], for: op)
    else { throw op.refuse("is supported only by a constant") }
    try affine(
      op, value, factor: try mapped(op, constant) { 1 / $0 }, offset: Constant(floats: [0]))
  }

  private func mapped(
    _ op: Operator, _ constant: Constant, _ function: (Float) -> Float
  ) throws -> Constant {
    try charge(constant.shape, for: op)
    return Constant(shape: constant.shape, .floats(constant.floats.map(function)))
  }

  private func pair(_ op: Operator) throws -> [Int] {
    let inputs = [try image(op, 0), try image(op, 1)]
    let (a, b) = (shapes[inputs[0]], shapes[inputs[1]])
    guard a.count == b.count else {
      throw op.mismatch("images of shapes \(a) and \(b) cannot be combined")
    }
    return inputs
  }

  /// The input that is a value of the images (its index), and the constant beside it, if one is.
  private func operands(_ op: Operator) throws -> (Int, Constant)? {
    guard let a = op.input(0), let b = op.input(1) else { throw op.refuse("needs two inputs") }
    switch (try value(a, for: op), try value(b, for: op)) {
    case (.constant(let constant), _): return (1, constant)
    case (_, .constant(let constant)): return (0, constant)
    default: return nil
    }
  }

  /// `factor·x + offset`, each a scalar or one number a channel.
  private func affine(
    _ op: Operator, _ input: Int, factor: Constant, offset: Constant
  ) throws {
    let index = try image(op, input)
    let (factors, offsets) = (
      try perChannel(op, factor, shapes[index]), try perChannel(op, offset, shapes[index])
    )
    if factors == [1], try spread(op, offsets, op.proto.input[input], index) { return }
    var scalar: (factor: Float, offset: Float)?
    if let f = factors.first, let o = offsets.first, factors.count == 1, offsets.count == 1 {
      scalar = (f, o)
      if let (value, activation) = scaled(index, by: f, plus: o) {
        return try give(op, .activation(activation), inputs: [value])
      }
    }
    let path = path(of: op)
    let name = op.proto.input[1 - input]
    let channels = shapes[index].first ?? 0
    try charge([4, channels], for: op)
    func vector(_ values: [Float]) throws -> Tensor {
      let all = values.count == 1 ? [Float](repeating: values[0], count: channels) : values
      return try tensor(Constant(floats: all), layer: path, name: name)
    }
    let layer = BatchNormalization(
      scale: try vector(factors), shift: try vector(offsets), mean: try vector([0]),
      variance: try vector([1]), epsilon: 0)
    give(
      op,
      try append(
        op, path, .layer(.batchNormalization(layer)), inputs: [index], scalar: scalar))
  }

  private func spread(
    _ op: Operator, _ offsets: [Float], _ name: String, _ index: Int
  ) throws -> Bool {
    let count = shapes[index].first ?? 0
    guard offsets.count == 1, count != 1, case .linear? = step(index)?.layer else {
      return try linear(op, name, index, plus: offsets)
    }
    try charge([count], for: op)
    return try linear(op, name, index, plus: [Float](repeating: offsets[0], count: count))
  }

  /// The numbers of a constant that is a scalar, or one number for each channel.
  private func perChannel(
    _ op: Operator, _ constant: Constant, _ shape: [Int]
  ) throws -> [Float] {
    let rank = shape.count + 1
    let aligned = [Int](repeating: 1, count: max(rank - constant.shape.count, 0)) + constant.shape
    var single = [Int](repeating: 1, count: rank)
    if aligned == single { return constant.floats }
    single[1] = shape[0]
    guard aligned == single else {
      throw op.refuse(
        "a constant of shape \(constant.shape) and an image of shape \(shape); only one number "
          + "or one a channel, \(single.dropFirst()), is supported")
    }
    return constant.floats
  }
}
