import MoireLayers
import MoireTensors
import Synchronization

/// An engine for each thread; one caller at a time uses them.
///
/// Each engine runs on a thread of its own rather than all threads on one engine: no thread waits for
/// another between layers. Each takes an equal part of the shifts and computes by itself what these
/// have in common with those of others, which is little.
final class EnginePool: Sendable {
  let strides: [HW]
  let sites: [[String]]
  let outputShape: [Int]
  let memoryBytes: Int
  /// All shifts that differ: from 0 to below this.
  var phases: HW { strides.reduce(1, *) }
  var outputs: Int { outputShape.reduce(1, *) }

  private let engines: Mutex<[PhaseEngine]>
  private let count: Int

  /// - Parameters:
  ///   - shifts: the shifts that runs will ask for, or others that share as much.
  ///   - options: of each engine; branching that is not given is that of the shifts.
  init(
    _ network: Network, shifts: [HW], threads: Int, options: PhaseEngine.Options
  ) throws {
    count = max(1, min(threads, shifts.count))
    let strides = try PhaseEngine.strides(of: network, partial: options.isPartial)
    let trees = ShiftTree.parts(shifts, strides: strides, count: count)
    var options = options
    options.branching =
      options.branching
      ?? strides.indices.map { level in trees.reduce(1) { max($0, $1.branching[level]) } }
    var made: [PhaseEngine] = []
    for _ in 0..<count { made.append(try PhaseEngine(network, options: options)) }
    self.strides = strides
    sites = made[0].sites
    outputShape = made[0].outputShape
    memoryBytes = made.reduce(0) { $0 + $1.memoryBytes }
    engines = Mutex(made)
  }

  /// Runs different shifts of one input; `onAnswer` is called by several threads at once.
  func run(
    _ input: Tensor, _ shifts: [HW],
    onAnswer: @Sendable (PhaseEngine.Answer) throws -> Void
  ) throws {
    let trees = ShiftTree.parts(shifts, strides: strides, count: min(count, shifts.count))
    try engines.withLock { engines in
      let engines = engines
      try Parallel.forEach(trees.count, threads: trees.count) { worker, part in
        try engines[worker].run(
          [input], phases: { level, _, shift in trees[part].phases[level - 1][shift] ?? [] },
          onAnswer: onAnswer)
      }
    }
  }
}
