import MoireLayers
import MoireTensors
import Synchronization

/// Runs a network on circular shifts of images; what shifts have in common is computed once.
///
/// Of a circular network that is all before its first sampling site, and behind each site what the
/// phases agree on. Layers with another border, and what stands behind them, run for every shift. The
/// answers are those of runs of one shift each, up to the rounding of sums in another order; they do not
/// depend on the number of threads.
final class CircularEvaluator: Sendable {
  private let pool: EnginePool
  private let size: HW

  /// - Parameter views: what an image will be shown in, or views that have as much in common.
  /// - Returns: nil where the network's answers to these views have nothing in common.
  /// - Throws: ``LayerError``.
  init?(_ network: Network, views: [ImageView], threads: Int) throws {
    size = HW(network.inputShape[1], network.inputShape[2])
    var options = PhaseEngine.Options()
    options.isPartial = true
    do {
      let strides = try PhaseEngine.strides(of: network, partial: true)
      let (size, phases) = (self.size, strides.reduce(1, *))
      let shifts = Set(views.compactMap { $0.shift(in: size).map { $0 % phases } })
      let tree = ShiftTree(shifts, strides: strides)
      let work = try [false, true].map {
        try PhaseEngine.multiplyAdds(of: network, partial: true, dense: $0)
      }
      let (costs, whole) = (work.map(tree.cost), work[0].reduce(0, +))
      guard min(costs[0], costs[1]) < Double(whole * shifts.count) else { return nil }
      // Phases that run as one batch are worth a quarter more of arithmetic, where batches are full.
      let isFull = Double(shifts.count) >= 0.75 * Double(tree.branching.reduce(1, *))
      options.isDense = isFull && costs[1] <= 1.25 * costs[0]
      if options.isDense {
        // The first phases are dealt out: answers must not depend on among how many.
        options.branching = [1] + tree.branching.dropFirst()
      } else {
        options.batches = [Int](repeating: 1, count: strides.count + 1)
      }
      pool = try EnginePool(network, shifts: Array(shifts), threads: threads, options: options)
    } catch is PhaseChainObstacle {
      return nil
    }
  }

  /// Whether a view is a circular shift.
  func takes(_ view: ImageView) -> Bool { view.shift(in: size) != nil }

  /// What `body` makes of the network's answers `[1, …]` to views of an input, given their indices; it is
  /// called by several threads at once.
  ///
  /// - Parameter views: circular shifts.
  func map<Result: Sendable>(
    _ input: Tensor, _ views: [ImageView], _ body: @Sendable (Int, Tensor) throws -> Result
  ) throws -> [Result] {
    let phases = pool.phases
    let indices = Dictionary(
      grouping: views.indices, by: { (views[$0].shift(in: size) ?? 0) % phases })
    let shape = [1] + pool.outputShape
    let results = Mutex([Result?](repeating: nil, count: views.count))
    try pool.run(input, Array(indices.keys)) { answer in
      let output = try Tensor(shape: shape, values: Array(answer.values))
      for index in indices[answer.shift] ?? [] {
        let result = try body(index, output)
        results.withLock { $0[index] = result }
      }
    }
    return results.withLock { $0.compactMap { $0 } }
  }
}

extension ImageView {
  /// The circular shift that the view is, from 0 to below the size of the input; nil for other views.
  func shift(in size: HW) -> HW? {
    switch self {
    case .plain: HW(0, 0)
    case .rolled(let shift): (shift % size + size) % size
    default: nil
    }
  }
}
