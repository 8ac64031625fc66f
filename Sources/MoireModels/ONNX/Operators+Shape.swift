import MoireLayers
import MoireTensors

/// Operators that move or rename dimensions.
extension Importer {
  func concatenation(_ op: Operator) throws {
    let inputs = try op.proto.input.indices.map { try oriented(op, $0) }
    guard let order = inputs.first?.order else { throw op.refuse("no inputs") }
    let axis = try op.axis(op.integer("axis", default: 1), rank: order.count)
    guard inputs.allSatisfy({ $0.order.count == order.count }) else {
      throw op.mismatch("\(inputs.map { seen($0.step, $0.order) }) cannot be put together")
    }
    let steps = try inputs.map { try turned(op, $0.step, $0.order, to: order) }
    if order[axis] > 1, try giveRing(op, steps, axis: order[axis], order: order) { return }
    guard order[axis] == 1 else {
      throw op.refuse(
        "along dimension \(axis), only the channels are supported, and parts of one map around its end"
      )
    }
    let result = try append(op, path(of: op), .layer(.concatenate), inputs: steps)
    noteMeasures(result, steps)
    give(op, result, order: order)
  }

  func flatten(_ op: Operator) throws {
    let input = try image(op)
    let rank = shapes[input].count + 1
    // Here, unlike elsewhere, the rank itself is an axis.
    let stored = op.integer("axis", default: 1)
    guard stored == 1 || stored == 1 - rank else {
      throw op.refuse("from dimension \(stored), only from 1, each image by itself, is supported")
    }
    rank == 2 ? give(op, input) : try give(op, .flatten, inputs: [source(of: input) ?? input])
  }

  func shapeOfImage(_ op: Operator) throws {
    guard let name = op.input(0), case .image(let step, let order) = try value(name, for: op) else {
      throw op.refuse("input 0 is missing")
    }
    let own = [Extent.batch] + shapes[step].map { .known($0) }
    values[op.proto.output[0]] = .constant(try shape(op, order.map { own[$0] }))
  }

  func reshape(_ op: Operator) throws {
    guard let target = try constant(op, 1)?.integers else { throw op.refuse("no shape is given") }
    if try giveShuffle(op, target) || giveUpsampled(op, target) || giveFlat(op, target) { return }
    let input = try image(op)
    try give(op, input, shape: try resolve(op, target, of: shapes[input]))
  }

  /// Channels put into groups, groups and their members exchanged, and back.
  private func giveShuffle(_ op: Operator, _ target: [Extent]) throws -> Bool {
    let (index, order) = try oriented(op)
    guard order == [0, 2, 1, 3, 4], let before = step(index),
      case .reshape(let split)? = before.layer
    else { return false }
    let source = before.inputs[0]
    let whole = [split[0] * split[1]] + split[2...]
    guard shapes[source] == whole, try resolve(op, target, of: seen(index, order)) == whole else {
      return false
    }
    try give(op, .shuffle(groups: split[0]), inputs: [source])
    return true
  }

  /// The shape of one image that a Reshape asks for.
  func resolve(_ op: Operator, _ target: [Extent], of shape: [Int]) throws -> [Int] {
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
    // Two reshapes in a row are one, or none.
    let source = source(of: input) ?? input
    if shapes[source] == shape { return give(op, source) }
    try give(op, shape.count == 1 ? .flatten : .reshape(shape), inputs: [source])
  }

  /// To the shape that a value has already.
  func expandImage(_ op: Operator) throws {
    let (step, order) = try oriented(op)
    guard let target = try constant(op, 1)?.integers else { throw op.refuse("no shape is given") }
    let own = [Extent.batch] + seen(step, order).map { .known($0) }
    let same =
      target.count <= own.count
      && zip(own.suffix(target.count), target).allSatisfy { own, wanted in
        wanted == own || wanted == .known(1) || own == .batch && wanted.value == fixedBatch
      }
    guard same else {
      throw op.refuse("repeats values of shape \(seen(step, order)), which is not supported")
    }
    give(op, step, order: order)
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
}
