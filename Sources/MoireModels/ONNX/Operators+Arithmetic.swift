import MoireLayers
import MoireTensors

/// Sums and products, of two values or of a value and a constant.
extension Importer {
  func addition(_ op: Operator) throws {
    guard op.type == "Add" else { return try sum(op) }
    if let (value, constant) = try operands(op) {
      return try affine(op, value, factor: Constant(floats: [1]), offset: constant)
    }
    let (inputs, order) = try pair(op)
    give(op, try append(op, path(of: op), .layer(.add), inputs: inputs), order: order)
  }

  /// Sum, of any number of values.
  private func sum(_ op: Operator) throws {
    let path = path(of: op)
    let terms = try op.proto.input.indices.map { try image(op, $0) }
    if try giveChosenPhase(op, path, terms) || givePlacedPhase(op, path, terms)
      || giveAdaptiveFilter(op, path, terms)
    {
      return
    }
    var total = terms[0]
    for term in terms.dropFirst() {
      total = try append(op, path, .layer(.add), inputs: [total, term])
    }
    give(op, total)
  }

  func multiplication(_ op: Operator) throws {
    if let (value, constant) = try operands(op) {
      return try affine(op, value, factor: constant, offset: Constant(floats: [0]))
    }
    let (inputs, order) = try pair(op)
    if try giveSquare(op, inputs, order) || giveNormalised(op, inputs, order, divides: false) {
      return
    }
    for (a, b) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard let (input, activation) = product(a, gatedBy: b) else { continue }
      let result = try append(
        op, path(of: op), .layer(.activation(activation)), inputs: [input])
      return give(op, result, order: order)
    }
    let result = try append(op, path(of: op), .layer(.multiply), inputs: inputs)
    noteWeighting(result, inputs)
    noteTap(result, inputs)
    give(op, result, order: order)
  }

  func subtraction(_ op: Operator) throws {
    guard let (value, constant) = try operands(op) else { return try difference(op) }
    let negative = try mapped(op, constant) { -$0 }
    if case .constant = try self.value(op.proto.input[0], for: op) {
      return try affine(op, value, factor: Constant(floats: [-1]), offset: constant)
    }
    try affine(op, value, factor: Constant(floats: [1]), offset: negative)
  }

  /// a − b as the sum of a and −b, or as the first part of a normalisation.
  private func difference(_ op: Operator) throws {
    let (inputs, order) = try pair(op)
    if try giveCentred(op, inputs, order) { return }
    let path = path(of: op)
    let negative = try scale(op, path, inputs[1], by: -1)
    give(op, try append(op, path, .layer(.add), inputs: [inputs[0], negative]), order: order)
  }

  func negation(_ op: Operator) throws {
    let (step, order) = try oriented(op)
    give(op, try scale(op, path(of: op), step, by: -1), order: order)
  }

  /// A step times one number.
  func scale(_ op: Operator, _ path: String, _ index: Int, by factor: Float) throws -> Int {
    let layer = try normalization(op, path, index, factors: [factor], offsets: [0], name: "")
    return try append(
      op, path, .layer(.batchNormalization(layer)), inputs: [index], scalar: (factor, 0))
  }

  func division(_ op: Operator) throws {
    guard let (value, constant) = try operands(op) else { return try quotient(op) }
    guard case .image = try self.value(op.proto.input[0], for: op) else {
      let (step, order) = try oriented(op, value)
      let inverse = try append(
        op, path(of: op), .layer(.activation(.power(-1))), inputs: [step])
      return try affine(
        op, inverse, order, named: op.proto.input[0], factor: constant,
        offset: Constant(floats: [0]))
    }
    try affine(
      op, value, factor: try mapped(op, constant) { 1 / $0 }, offset: Constant(floats: [0]))
  }

  /// a/b as the product of a and 1/b, or as the last part of a normalisation.
  private func quotient(_ op: Operator) throws {
    let (inputs, order) = try pair(op)
    if try giveNormalised(op, inputs, order, divides: true) { return }
    let path = path(of: op)
    let inverse = try append(
      op, path, .layer(.activation(.power(-1))), inputs: [inputs[1]])
    give(op, try append(op, path, .layer(.multiply), inputs: [inputs[0], inverse]), order: order)
  }

  private func mapped(
    _ op: Operator, _ constant: Constant, _ function: (Float) -> Float
  ) throws -> Constant {
    try charge(constant.shape, for: op)
    return Constant(shape: constant.shape, .floats(constant.floats.map(function)))
  }

  /// Both inputs in one order, that of the larger one.
  private func pair(_ op: Operator) throws -> ([Int], order: [Int]) {
    let (a, b) = (try oriented(op, 0), try oriented(op, 1))
    guard a.order.count == b.order.count else {
      throw op.mismatch(
        "images of shapes \(seen(a.step, a.order)) and \(seen(b.step, b.order)) cannot be combined")
    }
    if a.order == b.order { return ([a.step, b.step], a.order) }
    let larger = shapes[a.step].reduce(1, *) >= shapes[b.step].reduce(1, *) ? a : b
    return (
      [
        try turned(op, a.step, a.order, to: larger.order),
        try turned(op, b.step, b.order, to: larger.order),
      ], larger.order
    )
  }

  /// The input that is a value of the images (its index), and the constant beside it, if one is.
  func operands(_ op: Operator) throws -> (Int, Constant)? {
    guard let a = op.input(0), let b = op.input(1) else { throw op.refuse("needs two inputs") }
    switch (try value(a, for: op), try value(b, for: op)) {
    case (.constant(let constant), _): return (1, constant)
    case (_, .constant(let constant)): return (0, constant)
    default: return nil
    }
  }
}
