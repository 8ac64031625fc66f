import Foundation
import MoireTensors

/// Constant operators that compare, choose, repeat and reduce.
extension Importer {
  /// Two operands brought to one shape.
  private func matched(
    _ op: Operator, _ a: Constant, _ b: Constant
  ) throws -> (Constant, Constant, shape: [Int]) {
    let shape = try Layout.broadcast(a.shape, b.shape, op)
    try charge(shape, for: op)
    return (
      a.picking(Layout.indices(of: a.shape, broadcastTo: shape), shape: shape),
      b.picking(Layout.indices(of: b.shape, broadcastTo: shape), shape: shape), shape
    )
  }

  func foldComparison(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let (a, b, shape) = try matched(
      op, try required(op, inputs, 0), try required(op, inputs, 1))
    func answer<T: Comparable>(_ x: T, _ y: T) -> Bool {
      switch op.type {
      case "Equal": x == y
      case "Greater": x > y
      case "GreaterOrEqual": x >= y
      case "Less": x < y
      default: x <= y
      }
    }
    if let x = a.integers, let y = b.integers {
      return Constant(
        shape: shape,
        .integers(
          zip(x, y).map { x, y in
            if let x = x.value, let y = y.value { return .known(answer(x, y) ? 1 : 0) }
            return Importer.openComparison(op.type, x, y)
          }))
    }
    return Constant(
      shape: shape, .integers(zip(a.floats, b.floats).map { .known(answer($0, $1) ? 1 : 0) }))
  }

  /// The number of images is 1 or more: never 0 and never below it.
  private static func openComparison(_ type: String, _ a: Extent, _ b: Extent) -> Extent {
    switch (a, b) {
    case (.batch, .known(let value)) where value < 1:
      return .known(type == "Greater" || type == "GreaterOrEqual" ? 1 : 0)
    case (.known(let value), .batch) where value < 1:
      return .known(type == "Less" || type == "LessOrEqual" ? 1 : 0)
    case (.batch, .batch): return .known(type.hasSuffix("Equal") ? 1 : 0)
    default: return .open
    }
  }

  func foldLogic(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let a = try required(op, inputs, 0)
    if op.type == "Not" {
      try charge(a.shape, for: op)
      return Constant(
        shape: a.shape, .integers(try known(op, a).map { .known($0 == 0 ? 1 : 0) }))
    }
    let (x, y, shape) = try matched(op, a, try required(op, inputs, 1))
    let values = zip(try known(op, x), try known(op, y)).map { x, y -> Extent in
      let answer = op.type == "And" ? x != 0 && y != 0 : x != 0 || y != 0
      return .known(answer ? 1 : 0)
    }
    return Constant(shape: shape, .integers(values))
  }

  func foldWhere(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let (a, b) = (try required(op, inputs, 1), try required(op, inputs, 2))
    let condition = try required(op, inputs, 0)
    let shape = try Layout.broadcast(
      condition.shape, try Layout.broadcast(a.shape, b.shape, op), op)
    try charge(shape, for: op)
    func spread(_ constant: Constant) -> Constant {
      constant.picking(Layout.indices(of: constant.shape, broadcastTo: shape), shape: shape)
    }
    let (choices, x, y) = (try known(op, spread(condition)), spread(a), spread(b))
    if let first = x.integers, let second = y.integers {
      return Constant(
        shape: shape,
        .integers(choices.indices.map { choices[$0] != 0 ? first[$0] : second[$0] }))
    }
    let (first, second) = (x.floats, y.floats)
    return Constant(
      shape: shape, .floats(choices.indices.map { choices[$0] != 0 ? first[$0] : second[$0] }))
  }

  func foldExpand(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    let wanted = try known(op, try required(op, inputs, 1))
    let shape = try Layout.broadcast(input.shape, wanted, op)
    try charge(shape, for: op)
    return input.picking(Layout.indices(of: input.shape, broadcastTo: shape), shape: shape)
  }

  func foldTile(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    let repeats = try known(op, try required(op, inputs, 1))
    guard repeats.count == input.shape.count, repeats.allSatisfy(Operator.sizes.contains) else {
      throw op.mismatch("repeats \(repeats) of a value of shape \(input.shape)")
    }
    // Each dimension as two: how often it stands there, and itself.
    let strides = Layout.strides(of: input.shape)
    let doubled = zip(repeats, input.shape).flatMap { [$0, $1] }
    let shape = zip(repeats, input.shape).map { $0.multipliedReportingOverflow(by: $1) }
    guard !shape.contains(where: \.overflow) else { throw op.refuse("repeats \(repeats)") }
    try charge(shape.map(\.partialValue), for: op)
    return input.picking(
      Layout.indices(doubled, strides: strides.flatMap { [0, $0] }),
      shape: shape.map(\.partialValue))
  }

  func foldFlatten(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    let (stored, rank) = (op.integer("axis", default: 1), input.shape.count)
    guard (-rank...rank).contains(stored) else { throw op.refuse("axis \(stored) of \(rank)") }
    let axis = stored < 0 ? stored + rank : stored
    guard !input.shape.contains(0) else { throw op.refuse("of nothing") }
    return input.reshaped([
      input.shape[..<axis].reduce(1, *), input.shape[axis...].reduce(1, *),
    ])
  }

  func foldSize(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    Constant(shape: [], .integers([.known(try required(op, inputs, 0).count)]))
  }

  func foldCastLike(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let (input, like) = (try required(op, inputs, 0), try required(op, inputs, 1))
    guard (input.integers == nil) == (like.integers == nil) else {
      throw op.refuse("between floats and whole numbers is not supported")
    }
    return input
  }

  /// Sums, products and extremes over some or all dimensions.
  func foldReduction(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    let rank = input.shape.count
    let axes = try Set(
      (try axes(op, input: 1) ?? Array(0..<rank)).map { try op.axis($0, rank: rank) })
    let keeps = op.integer("keepdims", default: 1) != 0
    let kept = input.shape.indices.filter { !axes.contains($0) }
    try charge(input.shape, for: op)
    let strides = Layout.strides(of: input.shape)
    let starts = Layout.indices(kept.map { input.shape[$0] }, strides: kept.map { strides[$0] })
    let inside = axes.sorted()
    let offsets = Layout.indices(
      inside.map { input.shape[$0] }, strides: inside.map { strides[$0] })
    let shape = input.shape.indices.compactMap { axis in
      axes.contains(axis) ? (keeps ? 1 : nil) : input.shape[axis]
    }
    guard !offsets.isEmpty else { throw op.refuse("over nothing") }
    func reduced<T>(_ values: [T], _ combine: (T, T) throws -> T) rethrows -> [T] {
      try starts.map { start in
        try offsets.dropFirst().reduce(values[start + offsets[0]]) {
          try combine($0, values[start + $1])
        }
      }
    }
    let name = ["ReduceSum": "Add", "ReduceProd": "Mul", "ReduceMax": "Max"][op.type] ?? "Min"
    if let integers = input.integers {
      return Constant(
        shape: shape, .integers(try reduced(integers) { try integer(op, name, $0, $1) }))
    }
    return Constant(
      shape: shape, .floats(reduced(input.floats) { Importer.float(name, $0, $1) }))
  }

  /// GatherND without batch dimensions.
  func foldGatherND(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let (data, chosen) = (try required(op, inputs, 0), try required(op, inputs, 1))
    guard op.integer("batch_dims", default: 0) == 0, let depth = chosen.shape.last,
      depth <= data.shape.count, depth > 0
    else { throw op.refuse("indices of shape \(chosen.shape) for a value \(data.shape)") }
    let rest = Array(data.shape[depth...])
    let shape = chosen.shape.dropLast() + rest
    try charge(shape, for: op)
    let strides = Layout.strides(of: data.shape)
    let inner = Layout.indices(rest, strides: Array(strides[depth...]))
    let numbers = try known(op, chosen)
    let starts = try stride(from: 0, to: numbers.count, by: depth).map { start in
      try (0..<depth).reduce(0) { sum, axis in
        let (index, extent) = (numbers[start + axis], data.shape[axis])
        guard (-extent..<extent).contains(index) else {
          throw op.refuse("index \(index) of a dimension of \(extent)")
        }
        return sum + (index < 0 ? index + extent : index) * strides[axis]
      }
    }
    return data.picking(starts.flatMap { start in inner.map { start + $0 } }, shape: shape)
  }
}
