import MoireLayers

/// Functions of each value alone.
extension Importer {
  private func give(_ op: Operator, _ activation: Activation) throws {
    let (step, order) = try oriented(op)
    let result = try append(op, path(of: op), .layer(.activation(activation)), inputs: [step])
    give(op, result, order: order)
  }

  func relu(_ op: Operator) throws { try give(op, .relu) }
  func sigmoid(_ op: Operator) throws { try give(op, .sigmoid) }
  func tanh(_ op: Operator) throws { try give(op, .tanh) }
  func softplus(_ op: Operator) throws { try give(op, .softplus) }
  func hardSwish(_ op: Operator) throws { try give(op, .hardSwish) }
  func mish(_ op: Operator) throws { try give(op, .mish) }

  func leakyRelu(_ op: Operator) throws {
    try give(op, .leakyRelu(slope: try finite(op, "alpha", 0.01)))
  }

  func elu(_ op: Operator) throws { try give(op, .elu(alpha: try finite(op, "alpha", 1))) }

  func hardSigmoid(_ op: Operator) throws {
    try give(
      op, .hardSigmoid(alpha: try finite(op, "alpha", 0.2), beta: try finite(op, "beta", 0.5)))
  }

  func gelu(_ op: Operator) throws {
    switch op.string("approximate") ?? "none" {
    case "none": try give(op, .gelu)
    case "tanh": try give(op, .geluTanh)
    case let other: throw op.refuse("approximation \(other) is unknown")
    }
  }

  private func finite(_ op: Operator, _ name: String, _ value: Float) throws -> Float {
    let value = op.float(name, default: value)
    guard value.isFinite else { throw op.refuse("\(name) is \(value), must be finite") }
    return value
  }

  func clip(_ op: Operator) throws {
    func bound(_ name: String, _ index: Int, _ value: Float) throws -> Float {
      guard op.opset >= 11 else { return op.float(name, default: value) }
      guard let stored = try constant(op, index) else { return value }
      guard let scalar = stored.scalar else {
        throw op.refuse("\(name) has \(stored.count) values, need 1")
      }
      return scalar
    }
    let most = Float.greatestFiniteMagnitude
    let low = max(try bound("min", 1, -most), -most)
    let high = min(try bound("max", 2, most), most)
    guard low <= high else { throw op.refuse("bounds \(low) and \(high) leave no value") }
    try give(op, low == 0 && high == most ? .relu : .clip(low: low, high: high))
  }

  func selu(_ op: Operator) throws {
    let (alpha, gamma) = (try finite(op, "alpha", 1.6732632), try finite(op, "gamma", 1.050701))
    guard abs(alpha - 1.6732632) < 1e-5, abs(gamma - 1.050701) < 1e-5 else {
      throw op.refuse("alpha \(alpha) and gamma \(gamma), only the usual ones are supported")
    }
    try give(op, .selu)
  }

  func celu(_ op: Operator) throws {
    let alpha = try finite(op, "alpha", 1)
    guard alpha != 0 else { throw op.refuse("alpha is 0") }
    try give(op, .celu(alpha: alpha))
  }

  func softsign(_ op: Operator) throws { try give(op, .softsign) }

  func thresholdedRelu(_ op: Operator) throws {
    try give(op, .thresholdedRelu(threshold: try finite(op, "alpha", 1)))
  }

  func absolute(_ op: Operator) throws { try give(op, .abs) }
  func exponential(_ op: Operator) throws { try give(op, .exp) }
  func logarithm(_ op: Operator) throws { try give(op, .log) }

  func reciprocal(_ op: Operator) throws {
    if try giveInverseDeviation(op) { return }
    try give(op, .power(-1))
  }

  func squareRoot(_ op: Operator) throws {
    if try giveDeviation(op) { return }
    try give(op, .sqrt)
  }

  func power(_ op: Operator) throws {
    guard let stored = try constant(op, 1), let exponent = stored.scalar, exponent.isFinite else {
      throw op.refuse("the exponent must be one finite number")
    }
    if exponent == 2, try giveSquare(op) { return }
    try give(op, exponent == 0.5 ? .sqrt : .power(exponent))
  }

  /// Max and Min with a constant are a bound; of two values of the images they have no layer.
  func bound(_ op: Operator) throws {
    guard op.proto.input.count == 2, let (input, constant) = try operands(op),
      let bound = constant.scalar, bound.isFinite
    else { throw op.refuse("is supported only with one finite number as the other input") }
    let most = Float.greatestFiniteMagnitude
    let activation: Activation =
      op.type == "Min"
      ? .clip(low: -most, high: bound)
      : bound == 0 ? .relu : .clip(low: bound, high: most)
    let (step, order) = try oriented(op, input)
    give(
      op, try append(op, path(of: op), .layer(.activation(activation)), inputs: [step]),
      order: order)
  }

  /// PRelu, with a slope a channel or one for all.
  func prelu(_ op: Operator) throws {
    let path = path(of: op, weight: op.input(1))
    let (step, order) = try oriented(op)
    guard let stored = try constant(op, 1) else { throw op.refuse("no slope") }
    let slopes = try perChannel(op, stored, step, order)
    let slope = try tensor(Constant(floats: slopes), layer: path, name: op.input(1) ?? "")
    give(op, try append(op, path, .layer(.prelu(slope)), inputs: [step]), order: order)
  }

  func errorFunction(_ op: Operator) throws {
    let (step, order) = try oriented(op)
    give(op, try append(op, path(of: op), .part(.erf), inputs: [step]), order: order)
  }

  func identity(_ op: Operator) throws { pass(op) }

  func castImage(_ op: Operator) throws {
    let code = op.integer("to", default: 0)
    if case .part(.index)? = step(try oriented(op).step)?.operation { return pass(op) }
    guard let type = Int32(exactly: code).flatMap(ElementType.init(rawValue:)), type.isFloating
    else { throw op.refuse("to a type that is not floating-point is not supported") }
    pass(op)
  }

  func dropout(_ op: Operator) throws {
    if let mask = op.proto.output.dropFirst().first, section.uses[mask] != nil {
      throw op.refuse("its second output, the mask, is not supported")
    }
    if let training = try constant(op, 2), training.scalar != 0 {
      throw op.refuse("is in training mode; export the model in evaluation mode")
    }
    pass(op)
  }

  /// The output is the first input as it stands.
  private func pass(_ op: Operator) {
    values[op.proto.output[0]] = op.input(0).flatMap { values[$0] }
  }
}
