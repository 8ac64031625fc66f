import MoireLayers
import MoireTensors

/// Everything that changes while a network is trained.
final class TrainingState {
  let network: TrainableNetwork
  let plan: TrainingPlan
  /// Velocity, or the moments of AdamW, then the average.
  private(set) var blocks: [(name: String, block: ParameterBlock)] = []
  /// Steps done, over all epochs.
  var step = 0
  /// Sums over the epoch so far.
  var lossSum = 0.0
  var correct = 0
  var seconds = 0.0
  var records: [EpochRecord] = []

  init(_ network: Network, plan: TrainingPlan) throws {
    self.plan = plan
    self.network = try TrainableNetwork(network, batch: plan.batch, threads: plan.threads)
    let names: [String]
    switch plan.optimizer {
    case .sgd: names = ["velocity"]
    case .adamW: names = ["first", "second"]
    }
    for name in names { blocks.append((name, try self.network.makeBlock())) }
    guard plan.average != nil else { return }
    let average = try self.network.makeBlock()
    self.network.copyValues(to: average)
    blocks.append(("average", average))
  }

  var average: ParameterBlock? { blocks.first { $0.name == "average" }?.block }

  /// One step of the optimizer with the gradients that are there.
  func descend(rate: Float) {
    step += 1
    switch plan.optimizer {
    case .sgd(let momentum, let nesterov):
      network.descend(
        rate: rate, momentum: momentum, nesterov: nesterov, decay: plan.decay,
        velocity: blocks[0].block)
    case .adamW(let beta1, let beta2, let epsilon):
      network.descendAdamW(
        rate: rate, beta1: beta1, beta2: beta2, epsilon: epsilon, decay: plan.decay, step: step,
        first: blocks[0].block, second: blocks[1].block)
    }
    if let average, let decay = plan.average {
      network.move(average: average, decay: decay)
    }
  }

  /// The network as it is to be used: with the average, where one is kept.
  func result() throws -> Network { try network.network(with: average) }
}
