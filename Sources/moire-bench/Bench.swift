import ArgumentParser
import Foundation
import MoireKit
import MoireLayers

/// Times Moire beside onnxruntime in one run and prints the table of the README.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "networks",
    abstract: "Time inference and the site audit beside onnxruntime, in turns, batch 1.",
    discussion: """
      Example: swift run -c release moire-bench --python venv/bin/python mobilenet_v2.onnx

      The Python needs onnxruntime; for `--resnet18` also torch and torchvision. Each round times onnxruntime, plain
      inference, and the site audit of one image (dense run, spectra, predicted and measured identity) one after
      the other, so that a change of the machine's speed hits all alike; ratios are of medians.
      """)

  @Argument(help: "ONNX files.")
  var models: [String] = []

  @Option(help: "A Python with onnxruntime.")
  var python: String

  @Flag(
    name: .customLong("resnet18"),
    help: "Also a ResNet-18 with random weights, made with torchvision.")
  var resnet18 = false

  @Option(help: "Threads of both.")
  var threads = 2

  @Option(help: "Rounds of the comparison.")
  var rounds = 15

  @Option(help: "Runs of each in a round.")
  var runs = 10

  @Option(
    help: ArgumentHelp(
      "Also compare the peak memory of auditing 10 and 1,000 images: the moire program.",
      valueName: "moire"))
  var memory: String?

  mutating func run() throws {
    OpenMPWaiting.settle()
    if resnet18 { models.append(try makeResNet()) }
    // A process begins with the size of the one that starts it: nothing large may be here yet.
    let peaks = try memory.flatMap { moire in
      try models.first.map { try MemoryComparison(moire: moire, model: $0).text() }
    }
    print("| network | onnxruntime | Moire, plain | ratio | Moire, site audit | ratio |")
    print("|---|--:|--:|--:|--:|--:|")
    var version = ""
    for model in models {
      let row = try Comparison(self, model: model)
      version = row.version
      print(row.text)
    }
    print(
      "\nMedians of \(rounds) rounds of \(runs), ms; \(threads) threads; \(version), "
        + "oneDNN \(CompiledNetwork.engineVersion), FFTW \(SpectralLibrary.fftwVersion).")
    if let peaks { print(peaks) }
  }

  static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("peer.py").path

  private func makeResNet() throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("resnet18.onnx").path
    try Peer.make("resnet18", at: path, python: python)
    return path
  }
}

/// One row of the table.
struct Comparison {
  let name: String
  let version: String
  private let peer: Double
  private let plain: Double
  private let audit: Double

  init(_ bench: Bench, model: String) throws {
    let network = try ONNXModel(contentsOf: model).network()
    name = network.name
    let other = try Peer(
      python: bench.python, script: Bench.script, model: model, threads: bench.threads)
    version = other.version
    let compiled = try CompiledNetwork(network)
    var reading = try SiteAudit(network)
    var generator = SeededGenerator(seed: 1)
    let count = network.inputShape.reduce(1, *)
    let input = try Tensor(
      shape: [1] + network.inputShape, values: (0..<count).map { _ in Float(generator.normal()) })
    var times: ([Double], [Double], [Double]) = ([], [], [])
    for round in 0...bench.rounds {
      let a = try other.run(bench.runs)
      let b = try Comparison.time(bench.runs) {
        _ = try compiled.run(input, threads: bench.threads)
      }
      let c = try Comparison.time(bench.runs) { try reading.read(input, threads: bench.threads) }
      // The first round warms up.
      if round > 0 { times = (times.0 + a, times.1 + b, times.2 + c) }
    }
    other.quit()
    (peer, plain, audit) = (
      Comparison.median(times.0), Comparison.median(times.1), Comparison.median(times.2)
    )
  }

  var text: String {
    func f(_ x: Double) -> String { String(format: "%.2f", x) }
    return
      "| \(name) | \(f(peer)) | \(f(plain)) | \(f(plain / peer)) | \(f(audit)) | \(f(audit / peer)) |"
  }

  static func time(_ count: Int, _ body: () throws -> Void) rethrows -> [Double] {
    try (0..<count).map { _ in
      let start = DispatchTime.now().uptimeNanoseconds
      try body()
      return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
    }
  }

  static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
