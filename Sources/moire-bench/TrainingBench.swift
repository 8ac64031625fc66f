import ArgumentParser
import Foundation
import MoireKit

/// Times steps of training beside torch, and anti-aliased networks beside their baselines.
struct TrainingBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Time training at 32×32 beside torch, in turns; and what anti-aliasing adds.",
    discussion: """
      Example: swift run -c release moire-bench training --python venv/bin/python

      A step is the way forth, the loss, the way back and SGD with momentum on one batch. The Python needs
      torch; without --python only Moire is timed.
      """)

  @Option(help: "A Python with torch.")
  var python: String?

  @Option(help: "Threads of both.")
  var threads = 2

  @Option(help: "Images to a step.")
  var batch = 128

  @Option(help: "Rounds of the comparison; the first is left out.")
  var rounds = 5

  @Option(help: "Steps of each in a round.")
  var steps = 2

  static let networks = ["vgg-small", "strided-small", "cifar_resnet18"]
  private static let methods: [(name: String, method: Downsampling)] = [
    ("strided", .strided), ("bin-3", .blur(filterSize: 3)), ("bin-5", .blur(filterSize: 5)),
    ("ideal", .ideal), ("aps", .adaptivePolyphase()),
  ]

  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("training_peer.py").path

  func run() throws {
    print(
      "| network | torch, ms | strided, ms | images/s | torch/Moire | bin-3 | bin-5 | ideal | aps |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    var version = "not timed"
    for name in Self.networks {
      let peer = try python.map {
        try Peer(python: $0, arguments: [Self.script, name, "\(batch)", "\(threads)"])
      }
      version = peer?.version ?? version
      try row(name, peer)
      peer?.quit()
    }
    print(
      "\nMedians of \(rounds) rounds of \(steps) steps, batch \(batch), \(threads) threads; torch "
        + "\(version), oneDNN \(CompiledNetwork.engineVersion). Anti-aliased: times the strided one."
    )
  }

  private func row(_ name: String, _ peer: Peer?) throws {
    let runs = try Self.methods.map { try TrainingStep(name, $0.method, batch, threads) }
    var others: [Double] = []
    var own = [[Double]](repeating: [], count: runs.count)
    for round in 0...rounds {
      let times = try peer?.run(steps) ?? []
      let mine = try runs.map { run in try Comparison.time(steps) { try run.step() } }
      guard round > 0 else { continue }
      others += times
      for (index, times) in mine.enumerated() { own[index] += times }
    }
    let medians = own.map(Comparison.median)
    let torch = others.isEmpty ? nil : Comparison.median(others)
    func f(_ x: Double) -> String { String(format: "%.2f", x) }
    let ratios = medians.dropFirst().map { f($0 / medians[0]) }.joined(separator: " | ")
    print(
      "| \(name) | \(torch.map(f) ?? "") | \(f(medians[0])) "
        + "| \(Int(Double(batch) / medians[0] * 1000)) "
        + "| \(torch.map { f($0 / medians[0]) } ?? "") | \(ratios) |")
  }
}

/// A network with a batch of random images that it is trained on.
final class TrainingStep {
  private let network: TrainableNetwork
  private let velocity: ParameterBlock
  private let input: Tensor
  private let gradient: Tensor

  init(_ name: String, _ method: Downsampling, _ batch: Int, _ threads: Int) throws {
    let channels = name == "cifar_resnet18" ? 3 : 1
    let plain = try Zoo.architecture(named: name).network(
      inputSize: 32, inputChannels: channels, classes: 10, downsampling: method)
    network = try TrainableNetwork(plain, batch: batch, threads: threads)
    velocity = try network.makeBlock()
    var generator = SeededGenerator(seed: 1)
    let count = batch * channels * 1024
    input = try Tensor(
      shape: [batch, channels, 32, 32],
      values: (0..<count).map { _ in Float(generator.normal()) })
    gradient = try Tensor(shape: network.outputShape, repeating: 1e-3)
  }

  /// The loss costs microseconds; a fixed gradient stands for it.
  func step() throws {
    _ = try network.forward(input)
    try network.backward(gradient)
    network.descend(rate: 1e-4, momentum: 0.9, velocity: velocity)
  }
}
