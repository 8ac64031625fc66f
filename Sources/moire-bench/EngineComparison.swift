import Foundation
import MoireKit

/// One network at one batch, by all engines in turns.
struct EngineComparison {
  static let header = """
    | network | batch | onnxruntime | OpenVINO | torch | Moire | speed by rounds | by minima |
    |---|--:|--:|--:|--:|--:|--:|--:|
    """

  let entry: EngineEntry
  let batch: Int
  private(set) var versions: [String] = []
  private let threads: Int
  private let network: CompiledNetwork
  private let input: Tensor
  private let moire: Series
  private let bare: Series?
  private let peers: [Series?]

  static let engines = ["onnxruntime", "openvino", "torch"]

  init(_ bench: EngineBench, _ entry: EngineEntry, batch: Int) throws {
    (self.entry, self.batch, threads) = (entry, batch, bench.threads)
    let network = try Self.compile(entry.model, batch)
    let bareNetwork = try entry.bare.map { try Self.compile($0, batch) }
    let input = try Self.input(network)
    let others = Self.engines.map { engine in
      try? Peer(
        python: bench.python, script: Bench.script, model: entry.model, threads: bench.threads,
        engine: engine, batch: batch)
    }
    for step in network.implementations where step.name.contains("ref") {
      throw Peer.Failure(description: "\(entry.name): \(step.path) runs by \(step.name)")
    }
    defer { others.forEach { $0?.quit() } }
    versions = others.compactMap { $0?.version }
    var (own, plain) = (Series(), Series())
    var theirs = others.map { $0 == nil ? nil : Series() }
    for round in 0...bench.rounds {
      let times = try others.map { other in try Self.turn { try other?.run(bench.runs + 1) ?? [] } }
      let mine = try Self.turn {
        try Comparison.time(bench.runs + 1) {
          _ = try network.run(input, threads: bench.threads)
        }
      }
      let bareTimes = try Self.turn {
        try Comparison.time(bareNetwork == nil ? 0 : bench.runs + 1) {
          _ = try bareNetwork?.run(input, threads: bench.threads)
        }
      }
      // The first round warms up.
      guard round > 0 else { continue }
      for index in others.indices { theirs[index]?.add(times[index]) }
      own.add(mine)
      plain.add(bareTimes)
    }
    (self.network, self.input, moire, peers) = (network, input, own, theirs)
    bare = bareNetwork == nil ? nil : plain
  }

  /// What an engine takes once the threads of the one before it have stopped spinning; its first run does
  /// not count, as its weights are in no cache.
  private static func turn(_ times: () throws -> [Double]) rethrows -> [Double] {
    Thread.sleep(forTimeInterval: 0.1)
    return Array(try times().dropFirst())
  }

  static func compile(_ model: String, _ batch: Int) throws -> CompiledNetwork {
    try CompiledNetwork(try ONNXModel(contentsOf: model).network(), batch: batch)
  }

  static func input(_ network: CompiledNetwork) throws -> Tensor {
    var generator = SeededGenerator(seed: 1)
    let shape = [network.batch] + network.network.inputShape
    return try Tensor(
      shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Float(generator.normal()) })
  }

  /// How much faster than the faster of onnxruntime and OpenVINO.
  private func speed(_ ratio: (Series) -> Double) -> String {
    let least = peers.prefix(2).compactMap { $0.map(ratio) }.min()
    return least.map { String(format: "%.2f", $0) } ?? "–"
  }

  var row: String {
    let cells = peers.map { $0?.text ?? "–" } + [moire.text]
    var text =
      "| \(entry.name) | \(batch) | " + cells.joined(separator: " | ")
      + " | \(speed { $0.ratio(to: moire) }) | \(speed { $0.minimum / moire.minimum }) |"
    if let bare {
      let ratios = [moire.ratio(to: bare), moire.minimum / bare.minimum]
      text += "\n| without filters | \(batch) | | | | \(bare.text) | "
      text += ratios.map { String(format: "1/%.2f", $0) }.joined(separator: " | ") + " |"
    }
    return text
  }

  /// The sum of the primitives alone, and what each step takes.
  func details(floor runs: Int, steps: Bool) throws -> String {
    let floors = try network.floorTimes(threads: threads, runs: runs)
    let floor = floors.reduce(0, +)
    var text = ""
    if runs > 0 {
      text += String(
        format: "    floor %.2f ms; minimum over floor %.2f", floor, moire.minimum / floor)
    }
    guard steps else { return text }
    let times = try network.stepTimes(input, threads: threads, runs: max(runs, 20))
    text += String(format: "\n    sum of the steps' minima %.2f ms", times.reduce(0, +))
    for (index, step) in network.implementations.enumerated() {
      text += String(format: "\n    %8.3f %8.3f  ", times[index], floors[index])
      text += "\(step.name)  \(step.path)"
    }
    return text
  }
}
