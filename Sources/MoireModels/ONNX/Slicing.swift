/// The part of one dimension that a Slice takes.
struct Slicing: Equatable {
  var axis: Int
  var start: Int
  var count: Int
  var step: Int
}

extension Importer {
  /// Reads the slices of a node, clamped to the shape.
  ///
  /// - Parameter shape: the extent of each dimension, `nil` where it is open.
  func slicings(_ op: Operator, shape: [Int?]) throws -> [Slicing] {
    func numbers(_ name: String, _ input: Int) throws -> [Int]? {
      if let numbers = op.integers(name) { return numbers }
      return try constant(op, input).map { try known(op, $0) }
    }
    guard let starts = try numbers("starts", 1), let ends = try numbers("ends", 2) else {
      throw op.refuse("starts or ends are missing")
    }
    let axes = try numbers("axes", 3) ?? Array(starts.indices)
    let steps = try numbers("steps", 4) ?? starts.map { _ in 1 }
    guard [ends.count, axes.count, steps.count].allSatisfy({ $0 == starts.count }) else {
      throw op.refuse("starts, ends, axes and steps must have the same length")
    }
    return try starts.indices.compactMap { index in
      let axis = try op.axis(axes[index], rank: shape.count)
      guard let extent = shape[axis] else {
        guard starts[index] == 0, ends[index] >= Int(Int32.max), steps[index] == 1 else {
          throw op.refuse("takes a part of the images, need all of them")
        }
        return nil
      }
      guard steps[index] != 0 else { throw op.refuse("a step of 0") }
      return Slicing(
        axis: axis, extent: extent, start: starts[index], end: ends[index], step: steps[index])
    }
  }

  func foldSlice(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    var result = try required(op, inputs, 0)
    for slicing in try slicings(op, shape: result.shape) {
      var shape = result.shape
      shape[slicing.axis] = slicing.count
      try charge(shape, for: op)
      var strides = Layout.strides(of: result.shape)
      let offset = slicing.count == 0 ? 0 : slicing.start &* strides[slicing.axis]
      // Strides of an empty value may have wrapped around; they are not used then.
      if slicing.count > 1 { strides[slicing.axis] = strides[slicing.axis] &* slicing.step }
      result = result.picking(
        Layout.indices(shape, strides: strides, offset: offset), shape: shape)
    }
    return result
  }
}

extension Slicing {
  init(axis: Int, extent: Int, start: Int, end: Int, step: Int) {
    func clamp(_ position: Int, _ low: Int, _ high: Int) -> Int {
      min(max(position < 0 ? position + extent : position, low), high)
    }
    self.axis = axis
    self.step = step
    if step > 0 {
      self.start = clamp(start, 0, extent)
      let stop = clamp(end, 0, extent)
      count = stop > self.start ? (stop - self.start - 1) / step + 1 : 0
    } else {
      self.start = clamp(start, 0, extent - 1)
      let stop = clamp(end, -1, extent - 1)
      let magnitude = Int(clamping: step.magnitude)
      count = self.start > stop ? (self.start - stop - 1) / magnitude + 1 : 0
    }
  }
}
