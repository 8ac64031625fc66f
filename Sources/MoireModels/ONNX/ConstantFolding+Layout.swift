import MoireTensors

/// Positions in row-major order.
enum Layout {
  static func strides(of shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] &* shape[axis + 1]
    }
    return strides
  }

  /// The positions of all elements of `shape`, in its order, walked by `strides`.
  static func indices(_ shape: [Int], strides: [Int], offset: Int = 0) -> [Int] {
    guard !shape.contains(0) else { return [] }
    var result = [offset]
    for (extent, stride) in zip(shape, strides) where extent != 1 {
      result = result.flatMap { base in (0..<extent).map { base + $0 * stride } }
    }
    return result
  }

  /// The common shape of two operands, dimensions of 1 stretching.
  static func broadcast(_ a: [Int], _ b: [Int], _ op: Operator) throws -> [Int] {
    let rank = max(a.count, b.count)
    let x = [Int](repeating: 1, count: rank - a.count) + a
    let y = [Int](repeating: 1, count: rank - b.count) + b
    return try zip(x, y).map { x, y in
      guard x == y || x == 1 || y == 1 else {
        throw op.mismatch("\(a) and \(b) cannot be combined")
      }
      return x == 1 ? y : x
    }
  }

  static func indices(of shape: [Int], broadcastTo target: [Int]) -> [Int] {
    let missing = target.count - shape.count
    let own = strides(of: shape)
    let strides = target.indices.map { axis in
      axis < missing || shape[axis - missing] == 1 ? 0 : own[axis - missing]
    }
    return indices(target, strides: strides)
  }
}

/// Constant operators that move values.
extension Importer {
  /// The axes of a node: an attribute in older opsets, an input in newer ones.
  func axes(_ op: Operator, input: Int) throws -> [Int]? {
    if let axes = op.integers("axes") { return axes }
    guard let constant = try constant(op, input) else { return nil }
    return try known(op, constant)
  }

  func foldTranspose(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    return try transposed(op, input, try permutation(op, rank: input.shape.count))
  }

  func permutation(_ op: Operator, rank: Int) throws -> [Int] {
    let order = op.integers("perm") ?? (0..<rank).reversed()
    guard order.sorted() == Array(0..<rank) else {
      throw op.refuse("perm \(order) is no order of \(rank) dimensions")
    }
    return order
  }

  func transposed(_ op: Operator, _ input: Constant, _ order: [Int]) throws -> Constant {
    let shape = order.map { input.shape[$0] }
    try charge(shape, for: op)
    let strides = Layout.strides(of: input.shape)
    return input.picking(
      Layout.indices(shape, strides: order.map { strides[$0] }), shape: shape)
  }

  func foldGather(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let data = try required(op, inputs, 0)
    let chosen = try required(op, inputs, 1)
    let axis = try op.axis(op.integer("axis", default: 0), rank: data.shape.count)
    let extent = data.shape[axis]
    let positions = try known(op, chosen).map { index in
      guard (-extent..<extent).contains(index) else {
        throw op.refuse("index \(index) of a dimension of \(extent)")
      }
      return index < 0 ? index + extent : index
    }
    let shape = Array(data.shape[..<axis]) + chosen.shape + data.shape[(axis + 1)...]
    try charge(shape, for: op)
    guard !shape.contains(0) else { return data.picking([], shape: shape) }
    let inner = data.shape[(axis + 1)...].reduce(1, *)
    let outer = data.shape[..<axis].reduce(1, *)
    var indices: [Int] = []
    for block in 0..<outer {
      for position in positions {
        let start = (block * extent + position) * inner
        indices += start..<start + inner
      }
    }
    return data.picking(indices, shape: shape)
  }

  func foldConcat(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let parts = try inputs.indices.map { try required(op, inputs, $0) }
    guard let first = parts.first else { throw op.refuse("no inputs") }
    let axis = try op.axis(op.integer("axis", default: 0), rank: first.shape.count)
    func outside(_ shape: [Int]) -> [Int] { Array(shape[..<axis]) + shape[(axis + 1)...] }
    guard parts.allSatisfy({ $0.shape.count == first.shape.count }),
      parts.allSatisfy({ outside($0.shape) == outside(first.shape) })
    else { throw op.mismatch("\(parts.map(\.shape)) cannot stand one after the other") }
    var shape = first.shape
    shape[axis] = parts.reduce(0) { $0 &+ $1.shape[axis] }
    try charge(shape, for: op)
    guard !shape.contains(0) else { return first.picking([], shape: shape) }
    let outer = shape[..<axis].reduce(1, *)
    if parts.allSatisfy({ $0.integers != nil }) {
      let rows = (0..<outer).flatMap { row in
        parts.flatMap { part in Importer.row(row, of: outer, part.integers ?? []) }
      }
      return Constant(shape: shape, .integers(rows))
    }
    let rows = (0..<outer).flatMap { row in
      parts.flatMap { part in Importer.row(row, of: outer, part.floats) }
    }
    return Constant(shape: shape, .floats(rows))
  }

  private static func row<T>(_ row: Int, of rows: Int, _ values: [T]) -> ArraySlice<T> {
    let length = values.count / rows
    return values[row * length..<(row + 1) * length]
  }

  func foldReshape(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    let wanted = try known(op, try required(op, inputs, 1))
    let copies = op.integer("allowzero", default: 0) == 0
    var shape = try wanted.enumerated().map { axis, extent in
      guard extent == 0, copies else { return extent }
      guard axis < input.shape.count else { throw op.mismatch("\(input.shape) to \(wanted)") }
      return input.shape[axis]
    }
    if let free = shape.firstIndex(of: -1) {
      shape[free] = 1
      guard let rest = try? Tensor.count(of: shape), rest > 0, input.count % rest == 0 else {
        throw op.mismatch("\(input.shape) to \(wanted)")
      }
      shape[free] = input.count / rest
    }
    guard (try? Tensor.count(of: shape)) == input.count else {
      throw op.mismatch("\(input.shape) to \(wanted)")
    }
    return input.reshaped(shape)
  }

  func foldSqueeze(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    return input.reshaped(try squeezed(op, input.shape.map { .known($0) }).compactMap(\.value))
  }

  func foldUnsqueeze(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    return input.reshaped(try unsqueezed(op, input.shape.map { .known($0) }).compactMap(\.value))
  }

  /// A shape without the node's axes, which must have extent 1.
  func squeezed(_ op: Operator, _ shape: [Extent]) throws -> [Extent] {
    let axes = try axes(op, input: 1)
    let removed =
      try axes.map { try Set($0.map { try op.axis($0, rank: shape.count) }) }
      ?? Set(shape.indices.filter { shape[$0] == .known(1) })
    for axis in removed where shape[axis] != .known(1) {
      throw op.mismatch("axis \(axis) cannot be removed, it is not 1")
    }
    return shape.indices.filter { !removed.contains($0) }.map { shape[$0] }
  }

  /// A shape with new axes of extent 1.
  func unsqueezed(_ op: Operator, _ shape: [Extent]) throws -> [Extent] {
    guard let axes = try axes(op, input: 1) else { throw op.refuse("axes are missing") }
    let rank = shape.count + axes.count
    let added = Set(try axes.map { try op.axis($0, rank: rank) })
    guard added.count == axes.count else { throw op.refuse("axes \(axes) name one twice") }
    var rest = shape[...]
    return (0..<rank).map { added.contains($0) ? .known(1) : rest.removeFirst() }
  }
}
