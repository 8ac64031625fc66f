import MoireLayers
import MoireTensors

/// Operators that move or rename dimensions.
extension Importer {
  func concatenation(_ op: Operator) throws {
    let inputs = try op.proto.input.indices.map { try image(op, $0) }
    let rank = shapes[inputs[0]].count + 1
    let axis = try op.axis(op.integer("axis", default: 1), rank: rank)
    guard axis == 1 else {
      throw op.refuse("along dimension \(axis), only the channels, 1, are supported")
    }
    try give(op, .concatenate, inputs: inputs)
  }

  func flatten(_ op: Operator) throws {
    let input = try image(op)
    let rank = shapes[input].count + 1
    // Here, unlike elsewhere, the rank itself is an axis.
    let stored = op.integer("axis", default: 1)
    guard stored == 1 || stored == 1 - rank else {
      throw op.refuse("from dimension \(stored), only from 1, each image by itself, is supported")
    }
    rank == 2 ? give(op, input) : try give(op, .flatten, inputs: [input])
  }

  func shapeOfImage(_ op: Operator) throws {
    guard let name = op.input(0), case .image(let step, let order) = try value(name, for: op) else {
      throw op.refuse("input 0 is missing")
    }
    let own = [Extent.batch] + shapes[step].map { .known($0) }
    values[op.proto.output[0]] = .constant(try shape(op, order.map { own[$0] }))
  }

  func reshape(_ op: Operator) throws {
    let input = try image(op)
    guard let target = try constant(op, 1)?.integers else { throw op.refuse("no shape is given") }
    try give(op, input, shape: try resolve(op, target, of: shapes[input]))
  }

  /// The shape of one image that a Reshape asks for.
  private func resolve(_ op: Operator, _ target: [Extent], of shape: [Int]) throws -> [Int] {
    let copies = op.integer("allowzero", default: 0) == 0
    func refuse() -> ModelError {
      let text = target.map { $0.value.map(String.init) ?? ($0 == .batch ? "N" : "?") }
      return op.mismatch(
        "an image of shape \(shape) to [\(text.joined(separator: ", "))], the first dimension must "
          + "stay the number of images")
    }
    guard let first = target.first else { throw refuse() }
    var wanted = try target.enumerated().dropFirst().map { axis, extent -> Int in
      guard let value = extent.value else { throw refuse() }
      guard value == 0, copies else { return value }
      guard axis <= shape.count else { throw refuse() }
      return shape[axis - 1]
    }
    let count = try Tensor.count(of: shape)
    let isBatch =
      switch first {
      case .batch: true
      case .known(0): copies
      case .known(-1): !wanted.contains(-1)
      case .known(let number): number == fixedBatch
      case .open: false
      }
    guard isBatch else { throw refuse() }
    if let free = wanted.firstIndex(of: -1) {
      wanted[free] = 1
      guard let rest = try? Tensor.count(of: wanted), rest > 0, count % rest == 0 else {
        throw refuse()
      }
      wanted[free] = count / rest
    }
    guard !wanted.isEmpty, (try? Tensor.count(of: wanted)) == count else { throw refuse() }
    return wanted
  }

  /// The values of a step under another shape.
  private func give(_ op: Operator, _ input: Int, shape: [Int]) throws {
    if shape == shapes[input] { return give(op, input) }
    try give(op, shape.count == 1 ? .flatten : .reshape(shape), inputs: [input])
  }

  func squeezeImage(_ op: Operator) throws {
    let input = try image(op)
    // Without axes every 1 goes, also that of a fixed single image.
    if try axes(op, input: 1) == nil, fixedBatch == 1 {
      throw op.refuse("removes the dimension of the images; give it axes")
    }
    let shape = try squeezed(op, [.batch] + shapes[input].map { .known($0) })
    guard shape.first == .batch, shape.count > 1 else {
      throw op.refuse("leaves \(shape.count - 1) dimensions beside the images, need one or more")
    }
    try give(op, input, shape: shape.compactMap(\.value))
  }

  func unsqueezeImage(_ op: Operator) throws {
    let input = try image(op)
    let shape = try unsqueezed(op, [.batch] + shapes[input].map { .known($0) })
    guard shape.first == .batch else {
      throw op.refuse("puts a dimension before that of the images")
    }
    try give(op, input, shape: shape.compactMap(\.value))
  }

  /// Every s-th row and column; a part of the rows, columns or channels has no layer.
  func sliceImage(_ op: Operator) throws {
    let input = try image(op)
    let shape = shapes[input]
    var stride = HW(1, 1)
    var offset = HW(0, 0)
    for slicing in try slicings(op, shape: [nil] + shape.map { $0 }) {
      let extent = shape[slicing.axis - 1]
      let all =
        slicing.start < extent && slicing.step > 0
        && slicing.count == (extent - slicing.start - 1) / slicing.step + 1
      if all, slicing.start == 0, slicing.step == 1 { continue }
      guard all, shape.count == 3, slicing.axis > 1, slicing.start < slicing.step,
        Operator.sizes.contains(slicing.step)
      else {
        throw op.refuse(
          "takes \(slicing.count) of \(extent) along dimension \(slicing.axis) from "
            + "\(slicing.start) in steps of \(slicing.step), only every s-th row or column of "
            + "the whole map is supported")
      }
      if slicing.axis == 2 {
        (stride.height, offset.height) = (slicing.step, slicing.start)
      } else {
        (stride.width, offset.width) = (slicing.step, slicing.start)
      }
    }
    if stride == 1 { return give(op, input) }
    try give(op, .subsample(stride: stride, offset: offset), inputs: [input])
  }

  /// Bookkeeping only: a Transpose counts as done when another one undoes it.
  func transposeImage(_ op: Operator) throws {
    guard let name = op.input(0), case .image(let step, let order) = try value(name, for: op) else {
      throw op.refuse("input 0 is missing")
    }
    let permutation = try permutation(op, rank: order.count)
    guard permutation[0] == 0 else { throw op.refuse("moves the dimension of the images") }
    values[op.proto.output[0]] = .image(step, order: permutation.map { order[$0] })
  }
}
