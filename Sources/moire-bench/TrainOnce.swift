import ArgumentParser
import MoireKit

/// Two steps of training in a process of their own: what the comparison of peak memory looks at.
struct TrainOnce: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train-once", abstract: "Train a network for two steps on random numbers.",
    shouldDisplay: false)

  @Argument(help: "A network of the benchmark.")
  var network: String

  @Argument(help: "A filter of the benchmark.")
  var filter: String

  @Option(help: "Threads.")
  var threads = 2

  @Option(help: "Images to a step.")
  var batch = 128

  func run() throws {
    guard let method = TrainingBench.methods.first(where: { $0.name == filter })?.method else {
      let names = TrainingBench.methods.map(\.name).joined(separator: ", ")
      throw ValidationError("\(filter): need one of \(names)")
    }
    let step = try TrainingStep(network, method, batch, threads)
    for _ in 0..<2 { try step.step() }
  }
}
