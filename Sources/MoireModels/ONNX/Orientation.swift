import MoireLayers

/// Values whose dimensions stand in another order than the layers have them, as channels last.
///
/// A Transpose is not executed: the order is kept beside the value until another one undoes it, and
/// what works on each value or channel alone passes it on.
extension Importer {
  /// An input that depends on the images: its step and the order of its dimensions.
  func oriented(_ op: Operator, _ index: Int = 0) throws -> (step: Int, order: [Int]) {
    guard let name = op.input(index) else { throw op.refuse("input \(index) is missing") }
    guard case .image(let step, let order) = try value(name, for: op) else {
      throw op.refuse("input \(index), '\(name)', is a constant, need a value of the images")
    }
    return (step, order)
  }

  /// The step behind an input that must depend on the images, in the order of the layers.
  func image(_ op: Operator, _ index: Int = 0) throws -> Int {
    let (step, order) = try oriented(op, index)
    return try turned(op, step, order, to: Array(order.indices))
  }

  /// The shape of one image in the order in which the graph sees it.
  func seen(_ step: Int, _ order: [Int]) -> [Int] {
    order.dropFirst().map { shapes[step][$0 - 1] }
  }

  /// The same value with its dimensions in the order `target`, where only dimensions of 1 have to move.
  func turned(_ op: Operator, _ step: Int, _ order: [Int], to target: [Int]) throws -> Int {
    if order == target { return step }
    let seen = [0] + seen(step, order)
    var shape = [Int](repeating: 0, count: order.count)
    for (axis, extent) in zip(target, seen) { shape[axis] = extent }
    let long = seen.indices.filter { seen[$0] != 1 }
    guard
      long.sorted(by: { order[$0] < order[$1] }) == long.sorted(by: { target[$0] < target[$1] })
    else {
      throw op.refuse(
        "a value of shape \(seen.dropFirst()) stands transposed, dimensions \(order); here only a "
          + "Transpose back is supported")
    }
    let wanted = Array(shape.dropFirst())
    if wanted == shapes[step] { return step }
    return try append(op, path(of: op), .layer(.reshape(wanted)), inputs: [step])
  }

  /// Bookkeeping only: see above.
  func transposeImage(_ op: Operator) throws {
    let (step, order) = try oriented(op)
    let permutation = try permutation(op, rank: order.count)
    guard permutation[0] == 0 else { throw op.refuse("moves the dimension of the images") }
    give(op, step, order: permutation.map { order[$0] })
  }
}
