import ArgumentParser
import Foundation
import MoireKit

/// Times the exhaustive answer by the phase chain beside batched brute force with the same engine.
struct PhaseBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "phases",
    abstract: "Time the answer to every circular shift beside batched brute force.",
    discussion: """
      Example: swift run -c release moire-bench phases mobilenet_v2.onnx resnet18.onnx

      Networks are made circular first. Brute force runs with each of the batch sizes, on one batch for all threads \
      and on one batch for each; the fastest counts. Then both take turns for the rounds, and ratios are of medians. \
      Brute force is timed on a part of the shifts and scaled up.
      """)

  @Argument(help: "ONNX files.")
  var models: [String]

  @Option(help: "Threads of both.")
  var threads = 2

  @Option(help: "Rounds of the comparison.")
  var rounds = 5

  @Option(help: "Shifts of a round of brute force.")
  var shifts = 128

  @Option(parsing: .upToNextOption, help: "Batch sizes that brute force may choose from.")
  var batches = [1, 4, 8, 16]

  @Option(
    parsing: .upToNextOption,
    help: "Images to a run for each level, in place of the choice by size.")
  var levels: [Int] = []

  @Flag(
    help: "Count processor time, which the load of other programs disturbs less; for one thread.")
  var processorTime = false

  mutating func run() throws {
    print(
      "| network | phases | brute force, batch | s | phase chain, s | ratio | possible | maps, MB | maps, MB |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    for model in models {
      print(try PhaseComparison(self, model: model).text)
    }
    print(
      "\nMedians of \(rounds) rounds; \(threads) threads\(processorTime ? ", processor time" : ""); oneDNN \(CompiledNetwork.engineVersion). Maps: memory "
        + "for feature maps of brute force and of the chain.")
  }
}
