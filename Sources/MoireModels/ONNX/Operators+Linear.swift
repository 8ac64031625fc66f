import MoireLayers
import MoireTensors

/// Matrix products and softmax.
extension Importer {
  func gemm(_ op: Operator) throws {
    let path = path(of: op, weight: op.input(1))
    guard op.integer("transA", default: 0) == 0 else {
      throw op.refuse("transA 1 is not supported")
    }
    let weight = try matrix(
      op, transposed: op.integer("transB", default: 0) != 0,
      factor: op.float("alpha", default: 1), layer: path)
    var bias = try self.weight(op, 2, layer: path)
    if let stored = bias {
      let beta = op.float("beta", default: 1)
      bias = try tensor(
        Constant(floats: try spread(op, stored, count: weight.shape[0]).map { $0 * beta }),
        layer: path, name: op.input(2) ?? "")
    }
    try give(op, .linear(Linear(weight: weight, bias: bias)), inputs: [try image(op)], path: path)
  }

  func matrixProduct(_ op: Operator) throws {
    if case .constant(let rows) = try value(op.input(0) ?? "", for: op) {
      return try giveProduct(op, rows: rows, of: 1)
    }
    let (step, order) = try oriented(op)
    if order == [0, 1, 2, 3], let columns = try constant(op, 1) {
      return try giveProduct(op, columns: columns, of: 0)
    }
    let path = path(of: op, weight: op.input(1))
    let weight = try matrix(op, transposed: false, factor: 1, layer: path)
    if order.count == 4, order.last == 1 {
      // A matrix product over channels that come last is a convolution with 1×1 filters.
      let filters = Convolution(weight: try weight.reshaped(weight.shape + [1, 1]))
      let result = try append(op, path, .layer(.convolution(filters)), inputs: [step])
      return give(op, result, order: order)
    }
    let input = try image(op)
    try give(op, .linear(Linear(weight: weight)), inputs: [input], path: path)
  }

  /// Input 1 as `[out, in]`.
  private func matrix(
    _ op: Operator, transposed: Bool, factor: Float, layer: String
  ) throws -> Tensor {
    guard let stored = try constant(op, 1) else { throw op.refuse("no weight") }
    guard stored.shape.count == 2, !stored.shape.contains(0) else {
      throw op.mismatch("weight \(stored.shape), need a matrix")
    }
    var constant = transposed ? stored : try self.transposed(op, stored, [1, 0])
    if factor != 1 {
      try charge(constant.shape, for: op)
      constant = Constant(shape: constant.shape, .floats(constant.floats.map { $0 * factor }))
    }
    return try tensor(constant, layer: layer, name: op.input(1) ?? "")
  }

  /// A bias of one number or `count`, `[count]` or `[1, count]`.
  private func spread(_ op: Operator, _ bias: Tensor, count: Int) throws -> [Float] {
    try charge([count], for: op)
    if bias.count == 1 { return [Float](repeating: bias[0], count: count) }
    guard bias.count == count, bias.shape.last == count else {
      throw op.mismatch("bias \(bias.shape), need [\(count)]")
    }
    return bias.values
  }

  func softmax(_ op: Operator) throws {
    let (input, order) = try oriented(op)
    let shape = shapes[input]
    let rank = shape.count + 1
    let flattens = op.opset < 13
    let axis = order[try op.axis(op.integer("axis", default: flattens ? 1 : -1), rank: rank)]
    if try giveGroupSoftmax(op, input, order, axis: axis) { return }
    guard axis == 1 else {
      throw op.refuse("over dimension \(axis) of \(rank), only dimension 1 is supported")
    }
    // Before opset 13 the axis was the first of all that were taken together.
    guard !flattens || shape.dropFirst().allSatisfy({ $0 == 1 }) else {
      throw op.refuse("opset \(op.opset) takes \(shape) together, only [F] is supported")
    }
    give(op, try append(op, path(of: op), .layer(.softmax), inputs: [input]), order: order)
  }
}
