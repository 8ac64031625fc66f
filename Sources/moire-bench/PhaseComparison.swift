import Foundation
import MoireKit

/// One row of the table of ``PhaseBench``.
struct PhaseComparison {
  private let name: String
  private let phases: HW
  private let brute: ShiftBruteForce
  private let how: String
  private let bruteTime: Double
  private let chainTime: Double
  private let possible: Double
  private let chainMemory: Int

  init(_ bench: PhaseBench, model: String) throws {
    let network = try ONNXModel(contentsOf: model).network().circular().network
    name = network.name
    let chain = try PhaseChain(
      network, threads: bench.threads, batches: bench.levels.isEmpty ? nil : bench.levels)
    phases = chain.phases
    chainMemory = chain.memoryBytes
    possible = Self.possible(chain)
    let input = try Self.input(of: network)
    let all = (0..<bench.shifts).map { HW($0 / 32 % 32, $0 % 32) }
    let (brute, how) = try Self.fastest(bench, network, input, all)
    (self.brute, self.how) = (brute, how)
    var (bruteTimes, chainTimes): ([Double], [Double]) = ([], [])
    for round in 0...bench.rounds {
      let a = try bench.time(1) { _ = try brute.logits(input, shifts: all) }
      let b = try bench.time(1) { _ = try chain.exhaustive(input) }
      // The first round warms up.
      if round > 0 { (bruteTimes, chainTimes) = (bruteTimes + a, chainTimes + b) }
    }
    let scale = Double(phases.area) / Double(all.count) / 1000
    bruteTime = Comparison.median(bruteTimes) * scale
    chainTime = Comparison.median(chainTimes) / 1000
  }

  /// What the multiply-adds allow.
  private static func possible(_ chain: PhaseChain) -> Double {
    let single = chain.multiplyAdds.reduce(0, +)
    return Double(single) * Double(chain.phases.area) / chain.exhaustiveCost
  }

  private static func input(of network: Network) throws -> Tensor {
    var generator = SeededGenerator(seed: 1)
    let count = network.inputShape.reduce(1, *)
    return try Tensor(
      shape: [1] + network.inputShape, values: (0..<count).map { _ in Float(generator.normal()) })
  }

  /// The fastest way of brute force, by the best of two runs of each.
  private static func fastest(
    _ bench: PhaseBench, _ network: Network, _ input: Tensor, _ shifts: [HW]
  ) throws -> (ShiftBruteForce, String) {
    var best: (time: Double, brute: ShiftBruteForce, how: String)?
    for batch in bench.batches {
      for shares in [false, true] {
        let brute = try ShiftBruteForce(
          network, batch: batch, threads: bench.threads, sharesBatches: shares)
        _ = try brute.logits(input, shifts: Array(shifts.prefix(batch * bench.threads)))
        let times = try bench.time(2) { _ = try brute.logits(input, shifts: shifts) }
        let time = times.min() ?? .infinity
        let how = "\(batch)" + (shares ? " shared" : " each")
        FileHandle.standardError.write(Data("\(how): \(time) ms\n".utf8))
        if time < best?.time ?? .infinity { best = (time, brute, how) }
      }
    }
    guard let best else { throw Peer.Failure(description: "no batch size to choose from") }
    return (best.brute, best.how)
  }

  var text: String {
    func f(_ x: Double) -> String { String(format: "%.2f", x) }
    func megabytes(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / 1e6) }
    return
      "| \(name) | \(phases) | \(how) | \(f(bruteTime)) | \(f(chainTime)) | \(f(bruteTime / chainTime)) "
      + "| \(f(possible)) | \(megabytes(brute.memoryBytes)) | \(megabytes(chainMemory)) |"
  }
}

extension PhaseBench {
  /// Milliseconds of so many calls.
  func time(_ count: Int, _ body: () throws -> Void) rethrows -> [Double] {
    try (0..<count).map { _ in
      let start = now
      try body()
      return now - start
    }
  }

  private var now: Double {
    let clock = processorTime ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
}
