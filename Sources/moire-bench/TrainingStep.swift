import MoireKit

/// A network with a batch of random images that it is trained on.
final class TrainingStep {
  private let network: TrainableNetwork
  private let velocity: ParameterBlock
  private let input: Tensor
  private let gradient: Tensor

  convenience init(
    _ name: String, _ method: Downsampling, _ batch: Int, _ threads: Int,
    usesWinograd: Bool = true
  ) throws {
    let plain = try Zoo.architecture(named: name).network(
      inputSize: 32, inputChannels: name == "cifar_resnet18" ? 3 : 1, classes: 10,
      downsampling: method)
    try self.init(plain, batch, threads, usesWinograd: usesWinograd)
  }

  init(_ plain: Network, _ batch: Int, _ threads: Int, usesWinograd: Bool = true) throws {
    network = try TrainableNetwork(
      plain, batch: batch, threads: threads, usesWinograd: usesWinograd)
    velocity = try network.makeBlock()
    var generator = SeededGenerator(seed: 1)
    let shape = [batch] + plain.inputShape
    input = try Tensor(
      shape: shape,
      values: (0..<shape.reduce(1, *)).map { _ in Float(generator.normal()) })
    gradient = try Tensor(shape: network.outputShape, repeating: 1e-3)
  }

  /// The loss costs microseconds; a fixed gradient stands for it.
  func step() throws {
    _ = try network.forward(input)
    try network.backward(gradient)
    network.descend(rate: 1e-4, momentum: 0.9, velocity: velocity)
  }

  /// Where the time of a step goes once it has run; the dearest layers first.
  func profile() throws -> [(label: String, seconds: Double)] {
    for _ in 0..<2 { try step() }
    return try network.profile(rounds: 5)
  }
}
