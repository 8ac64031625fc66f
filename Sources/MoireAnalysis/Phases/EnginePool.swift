import MoireLayers
import MoireTensors
import Synchronization

/// An engine for each thread; one caller at a time uses them.
///
/// Each engine runs on a thread of its own rather than all threads on one engine: no thread waits for
/// another between layers. The first levels, which cost little, are computed by each; at the level of
/// ``split`` the phases are dealt out.
final class EnginePool: Sendable {
  let strides: [HW]
  let sites: [[String]]
  let outputs: Int
  let memoryBytes: Int
  /// The level, from 1 on, at which the phases are dealt out; 0 for a single engine.
  let split: Int

  private let engines: Mutex<[PhaseEngine]>
  private let count: Int

  init(_ network: Network, threads: Int, batches: [Int]?) throws {
    var options = PhaseEngine.Options()
    options.batches = batches
    let areas = try PhaseEngine.strides(of: network).map(\.area)
    let phases = areas.reduce(1, *)
    count = max(1, min(threads, phases))
    split = Self.split(areas, count)
    if split > 0 {
      var branching = areas
      branching[split - 1] = (areas[split - 1] + count - 1) / count
      options.branching = branching
    }
    var made: [PhaseEngine] = []
    for _ in 0..<count { made.append(try PhaseEngine(network, options: options)) }
    strides = made[0].strides
    sites = made[0].sites
    outputs = made[0].outputs
    memoryBytes = made.reduce(0) { $0 + $1.memoryBytes }
    engines = Mutex(made)
  }

  /// The first level whose phases can be dealt out evenly, or are many for each engine.
  private static func split(_ areas: [Int], _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    var nodes = 1
    for (index, area) in areas.enumerated() {
      nodes *= area
      if area % count == 0 || nodes >= 4 * count { return index + 1 }
    }
    return areas.count
  }

  /// Runs all phases of one input, `onAnswer` by one thread at a time.
  func run(_ input: Tensor, onAnswer: @Sendable (PhaseEngine.Answer) throws -> Void) throws {
    let (split, count, strides) = (self.split, self.count, self.strides)
    let turn = Mutex(())
    try engines.withLock { engines in
      let engines = engines
      try Parallel.forEach(count, threads: count) { _, worker in
        try engines[worker].run(
          [input],
          phases: { level, _, shift in
            let all = strides[level - 1].positions
            guard level == split else { return all }
            let dealt = shift.height + shift.width
            return all.enumerated().filter { ($0.offset + dealt) % count == worker }.map(\.element)
          }, onAnswer: { answer in try turn.withLock { _ in try onAnswer(answer) } })
      }
    }
  }
}
