import ArgumentParser
import MoireKit

/// A network loaded and run: what the comparison of peak memory looks at.
struct RunOnce: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-once", abstract: "Load a network and run it on random numbers.",
    shouldDisplay: false)

  @Argument(help: "An ONNX file.")
  var model: String

  @Option(help: "Threads.")
  var threads = 2

  func run() throws {
    let network = try EngineComparison.compile(model, 1)
    _ = try network.run(try EngineComparison.input(network), threads: threads)
  }
}
