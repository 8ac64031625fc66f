import MoireLayers

/// Functions of each value alone.
extension Importer {
  private func give(_ op: Operator, _ activation: Activation) throws {
    try give(op, .activation(activation), inputs: [try image(op)])
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

  func errorFunction(_ op: Operator) throws {
    give(op, try append(op, path(of: op), .erf, inputs: [try image(op)]))
  }

  func identity(_ op: Operator) throws { pass(op) }

  func castImage(_ op: Operator) throws {
    let code = op.integer("to", default: 0)
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
