import MoireLayers
import MoireTensors

/// Operators that take parts of a map: channels, rows, columns.
extension Importer {
  func split(_ op: Operator) throws {
    let (step, order) = try oriented(op)
    let axis = try op.axis(op.integer("axis", default: 0), rank: order.count)
    guard order[axis] == 1 else {
      throw op.refuse("along dimension \(axis), only the channels are supported")
    }
    let path = path(of: op)
    var start = 0
    for (index, size) in try parts(op, of: shapes[step][0]).enumerated() {
      defer { start += size }
      guard index < op.proto.output.count, section.uses[op.proto.output[index]] != nil else {
        continue
      }
      let part = try append(
        op, path, .layer(.channels(start..<start + size)), inputs: [step])
      give(op, part, order: order, output: index)
    }
  }

  /// The sizes of the parts, given or as equal as can be.
  private func parts(_ op: Operator, of extent: Int) throws -> [Int] {
    let count = op.integer("num_outputs", default: op.proto.output.count)
    if let sizes = try op.integers("split") ?? constant(op, 1).map({ try known(op, $0) }) {
      guard sizes.allSatisfy({ $0 >= 0 && $0 <= extent }), sizes.reduce(0, +) == extent,
        sizes.count >= op.proto.output.count
      else { throw op.mismatch("parts \(sizes) of \(extent)") }
      return sizes
    }
    guard count > 0, count >= op.proto.output.count, count <= extent else {
      throw op.mismatch("\(count) parts of \(extent)")
    }
    let size = (extent + count - 1) / count
    guard (count - 1) * size < extent else { throw op.mismatch("\(count) parts of \(extent)") }
    return (0..<count).map { min(size, extent - $0 * size) }
  }

  func foldSplit(_ op: Operator, _ inputs: [Constant?]) throws {
    let input = try required(op, inputs, 0)
    let axis = try op.axis(op.integer("axis", default: 0), rank: input.shape.count)
    let strides = Layout.strides(of: input.shape)
    var start = 0
    for (index, size) in try parts(op, of: input.shape[axis]).enumerated() {
      defer { start += size }
      guard index < op.proto.output.count else { continue }
      var shape = input.shape
      shape[axis] = size
      try charge(shape, for: op)
      let indices = Layout.indices(shape, strides: strides, offset: start * strides[axis])
      values[op.proto.output[index]] = .constant(input.picking(indices, shape: shape))
    }
  }

  /// A range of the channels, and rows and columns at equal distances.
  func sliceImage(_ op: Operator) throws {
    let (step, order) = try oriented(op)
    let path = path(of: op)
    var result = step
    let shape = seen(step, order)
    for slicing in try slicings(op, shape: [nil] + shape.map { $0 }) {
      result = try take(
        op, path, result, axis: order[slicing.axis], start: slicing.start, step: slicing.step,
        count: slicing.count)
    }
    give(op, result, order: order)
  }

  /// `count` positions of one dimension of a step, from `start` on in steps of `step`.
  private func take(
    _ op: Operator, _ path: String, _ index: Int, axis: Int, start: Int, step: Int, count: Int
  ) throws -> Int {
    let shape = shapes[index]
    let extent = shape[axis - 1]
    if start == 0, step == 1, count == extent { return index }
    guard count > 0, step > 0, step <= Int(Int32.max) else {
      throw op.refuse(
        "takes \(count) of \(extent) along dimension \(axis) from \(start) in steps of \(step), "
          + "need one or more in ascending order")
    }
    if axis == 1 {
      guard step == 1 else { throw op.refuse("takes channels in steps of \(step), need 1") }
      return try append(
        op, path, .layer(.channels(start..<start + count)), inputs: [index])
    }
    guard shape.count == 3 else {
      throw op.refuse("takes a part of dimension \(axis) of a value of shape \(shape)")
    }
    let covers = count == (extent - start - 1) / step + 1
    if covers, start < step {
      let (stride, offset) =
        axis == 2 ? (HW(step, 1), HW(start, 0)) : (HW(1, step), HW(0, start))
      return try subsample(op, path, index, stride, offset)
    }
    // A pad below zero takes rows and columns away.
    let end = start + (count - 1) * step + 1 - extent
    let crop = axis == 2 ? Padding(top: -start, bottom: end) : Padding(left: -start, right: end)
    let cropped = try self.crop(op, path, index, crop)
    if step == 1 { return cropped }
    return try subsample(op, path, cropped, axis == 2 ? HW(step, 1) : HW(1, step), HW(0, 0))
  }

  /// Joins a crop of the other axis just before.
  private func crop(
    _ op: Operator, _ path: String, _ index: Int, _ padding: Padding
  ) throws -> Int {
    if let before = step(index), before.path == path, before.node == op.label,
      case .pad(let other, .constant(0))? = before.layer
    {
      let joined = Layer.pad(other + padding, .constant(0))
      return try append(op, path, .layer(joined), inputs: before.inputs)
    }
    return try append(op, path, .layer(.pad(padding, .constant(0))), inputs: [index])
  }

  /// Joins a subsampling of the other axis just before.
  private func subsample(
    _ op: Operator, _ path: String, _ index: Int, _ stride: HW, _ offset: HW
  ) throws -> Int {
    if let before = step(index), before.path == path, before.node == op.label,
      case .subsample(let s, let o)? = before.layer
    {
      let joined = Layer.subsample(
        stride: s * stride,
        offset: HW(o.height + offset.height, o.width + offset.width))
      return try append(op, path, .layer(joined), inputs: before.inputs)
    }
    return try append(
      op, path, .layer(.subsample(stride: stride, offset: offset)), inputs: [index])
  }

  /// Channels by a range of numbers; rows or columns by numbers that are a part, or a pad.
  func gatherImage(_ op: Operator) throws {
    let (step, order) = try oriented(op)
    let seenAxis = try op.axis(op.integer("axis", default: 0), rank: order.count)
    let axis = order[seenAxis]
    guard axis > 0, let chosen = try constant(op, 1) else {
      throw op.refuse("takes a part of the images, need all of them")
    }
    if order == Array(order.indices), try giveBins(op, step, axis: axis, chosen) { return }
    let extent = shapes[step][axis - 1]
    let indices = try known(op, chosen).map { index in
      guard (-extent..<extent).contains(index) else {
        throw op.refuse("index \(index) of a dimension of \(extent)")
      }
      return index < 0 ? index + extent : index
    }
    guard chosen.shape.count < 2 else {
      throw op.refuse("indices of shape \(chosen.shape), need a vector or one number")
    }
    if order == [0, 1, 2, 3], chosen.shape.count == 1,
      try giveWeights(op, step, axis: axis, indices)
    {
      return
    }
    let path = path(of: op)
    let result = try picked(op, path, step, axis, indices)
    if chosen.shape.count == 1 { return give(op, result, order: order) }
    var shape = try seen(turned(op, result, order, to: Array(order.indices)), Array(order.indices))
    shape.remove(at: seenAxis - 1)
    try give(
      op, .reshape(shape), inputs: [try turned(op, result, order, to: Array(order.indices))],
      path: path)
  }

  private func picked(
    _ op: Operator, _ path: String, _ index: Int, _ axis: Int, _ indices: [Int]
  ) throws -> Int {
    guard let first = indices.first else { throw op.refuse("takes nothing") }
    let step = indices.count > 1 ? indices[1] - first : 1
    if step > 0, indices.enumerated().allSatisfy({ $1 == first + $0 * step }) {
      return try take(
        op, path, index, axis: axis, start: first, step: step, count: indices.count)
    }
    let extent = shapes[index][axis - 1]
    guard axis > 1, shapes[index].count == 3,
      let (before, after, mode) = PadIndices.recognise(indices, extent: extent)
    else {
      throw op.refuse(
        "takes positions \(indices.prefix(8)) of dimension \(axis), only positions at equal distances "
          + "or those of a pad are supported")
    }
    let padding =
      axis == 2 ? Padding(top: before, bottom: after) : Padding(left: before, right: after)
    if axis == 3, let earlier = self.step(index), case .pad(let rows, mode)? = earlier.layer,
      earlier.path == path, rows.left == 0, rows.right == 0
    {
      return try append(op, path, .layer(.pad(rows + padding, mode)), inputs: earlier.inputs)
    }
    return try append(op, path, .layer(.pad(padding, mode)), inputs: [index])
  }
}
