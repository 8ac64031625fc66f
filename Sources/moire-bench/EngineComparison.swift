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
  /// What Moire is compared with besides: the network without its filters, its primitives alone.
  private let others: [(label: String, series: Series)]
  private let floor: NetworkFloor?
  private let peers: [Series?]

  static let engines = ["onnxruntime", "openvino", "torch"]

  init(_ bench: EngineBench, _ entry: EngineEntry, batch: Int) throws {
    (self.entry, self.batch, threads) = (entry, batch, bench.threads)
    let network = try Self.compile(entry.model, batch)
    let input = try Self.input(network)
    for step in network.implementations where step.name.contains("ref") {
      throw Peer.Failure(description: "\(entry.name): \(step.path) runs by \(step.name)")
    }
    let floor = bench.floor > 0 ? try network.floor(threads: threads, runs: bench.floor) : nil
    var own = [("", Self.contestant(network, input, threads))]
    if let bare = entry.bare {
      own.append(
        ("without filters", Self.contestant(try Self.compile(bare, batch), input, threads)))
    }
    if let floor { own.append(("primitives alone", { try floor.run(threads: bench.threads) })) }
    let engines = Self.engines.map { engine in
      try? Peer(
        python: bench.python, script: Bench.script, model: entry.model, threads: bench.threads,
        engine: engine, batch: batch)
    }
    versions = engines.compactMap { $0?.version }
    defer { engines.forEach { $0?.quit() } }
    var theirs = engines.map { $0 == nil ? nil : Series() }
    var ours = own.map { _ in Series() }
    for round in 0...bench.rounds {
      let times = try engines.map { engine in
        try Self.turn { try engine?.run(bench.runs + 1) ?? [] }
      }
      let mine = try own.map { one in
        try Self.turn { try Comparison.time(bench.runs + 1, one.1) }
      }
      // The first round warms up.
      guard round > 0 else { continue }
      for index in engines.indices { theirs[index]?.add(times[index]) }
      for index in own.indices { ours[index].add(mine[index]) }
    }
    (self.network, self.input, self.floor) = (network, input, floor)
    (moire, peers) = (ours[0], theirs)
    others = zip(own, ours).dropFirst().map { ($0.0, $1) }
  }

  private static func contestant(
    _ network: CompiledNetwork, _ input: Tensor, _ threads: Int
  ) -> () throws -> Void {
    { _ = try network.run(input, threads: threads) }
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
    for (label, series) in others {
      let ratios = [moire.ratio(to: series), moire.minimum / series.minimum]
      text += "\n| \(label) | \(batch) | | | | \(series.text) | "
      text += ratios.map { String(format: "1/%.2f", $0) }.joined(separator: " | ") + " |"
    }
    return text
  }

  /// What each step takes at least, and its primitive alone.
  func steps(runs: Int) throws -> String {
    let times = try network.stepTimes(input, threads: threads, runs: runs)
    let floors = floor?.stepTimes ?? times.map { _ in 0 }
    var lines = [String(format: "    %8.3f %8.3f  sums", times.reduce(0, +), floors.reduce(0, +))]
    for (index, step) in network.implementations.enumerated() {
      lines.append(
        String(format: "    %8.3f %8.3f  ", times[index], floors[index])
          + "\(step.name)  \(step.path)")
    }
    return lines.joined(separator: "\n")
  }
}
