import MoireTensors

extension Network {
  /// The shape of every value for one image, the input first: `shapes[v]` belongs to value v.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)`` at the first layer that does not fit.
  public func valueShapes() throws -> [[Int]] {
    var shapes = [inputShape]
    shapes.reserveCapacity(nodes.count + 1)
    for node in nodes {
      do {
        shapes.append(try node.layer.outputShape(of: node.inputs.map { shapes[$0] }))
      } catch let mismatch as ShapeMismatch {
        throw LayerError.incompatible(path: node.path, reason: mismatch.reason)
      }
    }
    return shapes
  }

  /// For every value the nodes that read it, in order.
  func consumers() -> [[Int]] {
    var result = [[Int]](repeating: [], count: nodes.count + 1)
    for (index, node) in nodes.enumerated() {
      for value in Set(node.inputs) { result[value].append(index) }
    }
    return result
  }

  /// The number of weights, biases and statistics.
  public var parameterCount: Int {
    nodes.reduce(0) { sum, node in
      switch node.layer {
      case .convolution(let layer): sum + layer.weight.count + (layer.bias?.count ?? 0)
      case .transposedConvolution(let layer): sum + layer.weight.count + (layer.bias?.count ?? 0)
      case .linear(let layer): sum + layer.weight.count + (layer.bias?.count ?? 0)
      case .batchNormalization(let layer): sum + 4 * layer.scale.count
      case .normalization(let layer):
        sum + (layer.scale?.count ?? 0) + (layer.shift?.count ?? 0)
      case .prelu(let slope): sum + slope.count
      default: sum
      }
    }
  }
}

extension Network {
  /// The network that answers with the values a softmax at its end would take.
  public func withoutFinalSoftmax() -> Network {
    var result = self
    while result.output > 0, case .softmax = result.nodes[result.output - 1].layer {
      result.output = result.nodes[result.output - 1].inputs[0]
    }
    return result
  }
}
