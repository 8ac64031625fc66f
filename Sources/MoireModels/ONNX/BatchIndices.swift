import MoireLayers
import MoireTensors

/// Whole numbers of which each image has its own: `step · n + offset` for image n.
struct BatchIndices {
  var step: Int
  /// Those of image 0; the shape is that of one image.
  var offsets: [Int]
  var shape: [Int]
}

/// What one exporter writes for `as_strided`: all images as one vector, and a Gather by numbers that it
/// computes from the number of images.
extension Importer {
  /// 0, 1 … for the images, of a Range up to their number.
  func giveImageNumbers(_ op: Operator, _ inputs: [Constant?]) -> Bool {
    guard op.type == "Range", inputs.count == 3, inputs[0]?.integers == [.known(0)],
      inputs[1]?.integers == [.batch], inputs[2]?.integers == [.known(1)]
    else { return false }
    values[op.proto.output[0]] = .numbers(BatchIndices(step: 1, offsets: [0], shape: []))
    return true
  }

  /// All values of all images, one after the other.
  func giveFlat(_ op: Operator, _ target: [Extent]) throws -> Bool {
    let (step, order) = try oriented(op)
    guard target == [.known(-1)], order == Array(order.indices) else { return false }
    values[op.proto.output[0]] = .flat(step, op)
    return true
  }

  /// The refusal of a Reshape whose result is used as what it is.
  func mixing(_ op: Operator, _ step: Int) -> ModelError {
    op.mismatch(
      "an image of shape \(shapes[step]) to [-1], the first dimension must stay the number of images"
    )
  }

  /// A node that reads what goes across images.
  func addAcrossImages(_ op: Operator, _ inputs: [Value?]) throws {
    func refuse() -> ModelError {
      op.refuse("works across images, which is supported only to take a part of each one")
    }
    if case .flat(let step, let reshape)? = inputs.first {
      guard op.type == "Gather", inputs.count == 2, case .numbers(let numbers)? = inputs[1],
        op.integer("axis", default: 0) == 0
      else { throw mixing(reshape, step) }
      let count = shapes[step].reduce(1, *)
      guard numbers.step == count, numbers.offsets == Array(0..<count), !numbers.shape.isEmpty
      else {
        throw op.refuse("takes other values of \(count) than all of them in their order")
      }
      return try give(op, .reshape(numbers.shape), inputs: [step])
    }
    guard let numbers = try numbers(op, inputs) else { throw refuse() }
    values[op.proto.output[0]] = .numbers(numbers)
  }

  private func numbers(_ op: Operator, _ inputs: [Value?]) throws -> BatchIndices? {
    var constant: Constant?
    var found: BatchIndices?
    for case let input? in inputs {
      switch input {
      case .numbers(let numbers) where found == nil: found = numbers
      case .constant(let value) where constant == nil: constant = value
      default: return nil
      }
    }
    guard var numbers = found else { return nil }
    switch op.type {
    case "Identity", "Cast": return numbers
    case "Mul":
      guard let factor = constant?.knownIntegers, factor.count == 1 else { return nil }
      numbers.step = try product(op, numbers.step, factor[0])
      numbers.offsets = try numbers.offsets.map { try product(op, $0, factor[0]) }
    case "Unsqueeze":
      let shape = try unsqueezed(op, [.batch] + numbers.shape.map { .known($0) })
      guard shape.first == .batch else { return nil }
      numbers.shape = shape.dropFirst().compactMap(\.value)
    case "Add":
      guard let constant, let terms = constant.knownIntegers else { return nil }
      var shape = constant.shape
      if shape.count == numbers.shape.count + 1 {
        guard shape.removeFirst() == 1 else { return nil }
      }
      guard shape.count <= numbers.shape.count else { return nil }
      let sum = try Layout.broadcast(numbers.shape, shape, op)
      try charge(sum, for: op)
      let own = Layout.indices(of: numbers.shape, broadcastTo: sum)
      let other = Layout.indices(of: shape, broadcastTo: sum)
      numbers.offsets = zip(own, other).map { numbers.offsets[$0] &+ terms[$1] }
      numbers.shape = sum
    default: return nil
    }
    return numbers
  }

  private func product(_ op: Operator, _ a: Int, _ b: Int) throws -> Int {
    let (result, overflow) = a.multipliedReportingOverflow(by: b)
    guard !overflow else { throw op.refuse("\(a) and \(b) give no 64-bit number") }
    return result
  }
}
