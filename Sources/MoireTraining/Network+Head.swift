public import MoireLayers
import MoireTensors

extension Network {
  /// The network with a new last layer that answers so many classes, for other data than it was
  /// trained on. All other weights stay.
  ///
  /// The last layer is the linear layer or the convolution behind which only activations, pooling and
  /// reshaping stand. Its weights are drawn from ±1/√fan-in (as PyTorch's), its bias too.
  /// - Throws: ``TrainingError/unfit(network:reason:)`` where there is none, or a grouped one.
  public func replacingHead(classes: Int, seed: UInt64) throws -> Network {
    let index = try headIndex()
    let source = SeededWeights(seed: seed)
    let node = nodes[index]
    func draw(_ suffix: String, _ shape: [Int], fanIn: Int) throws -> Tensor {
      let bound = 1 / Double(max(1, fanIn)).squareRoot()
      return try source.values(
        of: Parameter(
          "\(node.path).\(suffix)", shape: shape, initializer: .uniform(bound: bound)))
    }
    let layer: Layer
    switch node.layer {
    case .linear(var linear):
      let fanIn = linear.weight.shape[1]
      linear.weight = try draw("weight", [classes, fanIn], fanIn: fanIn)
      linear.bias = try draw("bias", [classes], fanIn: fanIn)
      layer = .linear(linear)
    case .convolution(var convolution):
      let shape = Array(convolution.weight.shape.dropFirst())
      let fanIn = shape.reduce(1, *)
      convolution.weight = try draw("weight", [classes] + shape, fanIn: fanIn)
      convolution.bias = try draw("bias", [classes], fanIn: fanIn)
      layer = .convolution(convolution)
    default: preconditionFailure("headIndex gives a linear layer or a convolution")
    }
    return replacing(index, by: layer).withoutFinalSoftmax()
  }

  private func replacing(_ index: Int, by layer: Layer) -> Network {
    var result = Network(name: name, inputShape: inputShape)
    for (place, node) in nodes.enumerated() {
      result.append(node.path, place == index ? layer : node.layer, inputs: node.inputs)
    }
    (result.output, result.remarks) = (output, remarks)
    return result
  }

  /// The node of the last layer with weights, followed back from the answer.
  private func headIndex() throws -> Int {
    var value = output
    while value > 0 {
      let node = nodes[value - 1]
      switch node.layer {
      case .linear: return value - 1
      case .convolution(let convolution) where convolution.groups == 1: return value - 1
      case .activation, .flatten, .reshape, .globalPooling, .adaptivePooling, .pooling, .softmax:
        value = node.inputs[0]
      default:
        throw TrainingError.unfit(
          network: name,
          reason: "a new head needs a linear layer or a convolution at the end, found \(node.path)")
      }
    }
    throw TrainingError.unfit(
      network: name, reason: "a new head needs a linear layer or a convolution; it has none")
  }
}
