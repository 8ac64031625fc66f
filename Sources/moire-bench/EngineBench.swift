import ArgumentParser
import Foundation
import MoireKit
import MoireLayers

/// Times inference beside other engines in one run and prints the table of the README.
struct EngineBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "engines",
    abstract: "Time inference beside onnxruntime, OpenVINO (f32) and torch, in turns.",
    discussion: """
      Example: swift run -c release moire-bench engines --python venv/bin/python --make networks

      Each round runs all engines one after the other, so that a change of the machine's speed hits all alike; \
      each begins with a pause, for the threads of the one before it spin on for a while, and a run that does \
      not count. Speeds are the time of the faster of onnxruntime and OpenVINO over Moire's: the median over \
      the rounds, and of the least times. The primitives \
      alone are oneDNN's convolutions, matrix products and pools in order, each in the layout that suits it best.
      """)

  @Argument(help: "ONNX files.")
  var models: [String] = []

  @Option(
    help: "A Python with onnxruntime, openvino and torch; those that are missing are left out.")
  var python: String

  @Option(
    help: ArgumentHelp(
      "Makes the networks of the README with random weights there, where they are not there yet, and "
        + "times them; needs torchvision and antialiased_cnns.", valueName: "folder"))
  var make: String?

  @Option(
    help: ArgumentHelp(
      "A dense network without its filters, timed in turns with the model of the same place.",
      valueName: "model"))
  var bare: [String] = []

  @Option(help: "Images to a run.")
  var batch: [Int] = [1, 8]

  @Option(help: "Threads of each engine.")
  var threads = 2

  @Option(help: "Rounds of the comparison.")
  var rounds = 15

  @Option(help: "Runs of each engine in a round.")
  var runs = 8

  @Option(help: "Also time the primitives alone, after so many trials of each layout; 0 for no.")
  var floor = 0

  @Flag(help: "Also print the time of each step.")
  var steps = false

  @Flag(help: "Also compare the time from the file to a network that is ready to run.")
  var load = false

  @Flag(help: "Also compare the peak memory of loading and running.")
  var memory = false

  mutating func validate() throws {
    guard threads > 0, rounds > 0, runs > 0, floor >= 0, batch.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("threads, rounds, runs and batch must be 1 or more")
    }
    guard bare.count <= models.count else {
      throw ValidationError("\(bare.count) --bare for \(models.count) models")
    }
  }

  mutating func run() throws {
    OpenMPWaiting.settle()
    var entries = models.enumerated().map {
      EngineEntry(model: $1, bare: $0 < bare.count ? bare[$0] : nil)
    }
    if let make { entries += try EngineEntry.all(in: make, python: python) }
    // A process begins with the size of the one that starts it: nothing large may be here yet.
    let peaks = try memory ? entries.map { try PeakComparison(self, $0).row } : []
    var versions: Set<String> = []
    print(EngineComparison.header)
    for batch in batch {
      for entry in entries {
        let comparison = try EngineComparison(self, entry, batch: batch)
        versions.formUnion(comparison.versions)
        print(comparison.row)
        if steps { try print(comparison.steps(runs: max(floor, 20))) }
        fflush(nil)
      }
    }
    print(
      "\nms, median / minimum of \(rounds) rounds of \(runs) runs; \(threads) threads; "
        + versions.sorted().joined(separator: ", ")
        + ", oneDNN \(CompiledNetwork.engineVersion).")
    if load { for entry in entries { print(try LoadComparison(self, entry).row) } }
    peaks.forEach { print($0) }
  }
}
