import MoireLayers
import MoireTensors

/// What a node reads and what it gives.
extension Importer {
  /// A constant input, or `nil` where it is left out.
  func constant(_ op: Operator, _ index: Int) throws -> Constant? {
    guard let name = op.input(index) else { return nil }
    guard case .constant(let constant) = try value(name, for: op) else {
      throw op.refuse("input \(index), '\(name)', depends on the images, need a constant")
    }
    return constant
  }

  /// A constant input as a tensor of finite numbers.
  func weight(_ op: Operator, _ index: Int, layer: String) throws -> Tensor? {
    guard let constant = try constant(op, index) else { return nil }
    return try tensor(constant, layer: layer, name: op.input(index) ?? "")
  }

  func tensor(_ constant: Constant, layer: String, name: String) throws -> Tensor {
    let tensor = try Tensor(shape: constant.shape, values: constant.floats)
    if let index = tensor.firstNonFinite {
      throw ModelError.nonFinite(layer: layer, tensor: name, index: index, value: tensor[index])
    }
    return tensor
  }

  /// Appends a step after checking its shapes.
  func append(
    _ op: Operator, _ path: String, _ operation: Operation, inputs: [Int],
    scalar: (factor: Float, offset: Float)? = nil, partShape: [Int]? = nil
  ) throws -> Int {
    var shape = partShape ?? shapes[inputs[0]]
    if case .layer(let layer) = operation {
      do { shape = try layer.outputShape(of: inputs.map { shapes[$0] }) } catch {
        throw op.mismatch("\(error)")
      }
    }
    guard shape.allSatisfy({ Operator.sizes.contains($0) && $0 > 0 }),
      (try? Tensor.count(of: shape)) != nil
    else { throw op.mismatch("an image of shape \(shape) is not possible") }
    steps.append(
      Step(
        path: path, operation: operation, inputs: inputs, scalar: scalar, node: op.label,
        type: op.type))
    shapes.append(shape)
    return steps.count
  }

  /// Appends a layer with one input or several and makes it the node's output.
  func give(_ op: Operator, _ layer: Layer, inputs: [Int], path: String? = nil) throws {
    give(op, try append(op, path ?? self.path(of: op), .layer(layer), inputs: inputs))
  }

  /// Makes an existing step one of the node's outputs.
  func give(_ op: Operator, _ step: Int, order: [Int]? = nil, output: Int = 0) {
    values[op.proto.output[output]] = .image(step, order: order ?? Array(0...shapes[step].count))
  }

  /// The step that gives a value, or `nil` for the input.
  func step(_ index: Int) -> Step? { index == 0 ? nil : steps[index - 1] }
}
