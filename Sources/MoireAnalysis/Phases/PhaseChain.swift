public import MoireLayers
public import MoireTensors
import Synchronization

/// The answers of a circular network for every circular shift, computed from its phases.
///
/// The answer to the image shifted by d, x_d(n) = x(n + d), depends on d mod S alone, S the total
/// stride, and per axis d = d₁ + s₁ d₂ + s₁ s₂ d₃ + … with the phase d_l of level l. Level l runs once for
/// each combination of the phases up to its own: Σ_l cost(l) · Π_{j ≤ l} s_j² instead of S² runs of the
/// network. A head that flattens its map counts as one more level whose stride is the size of the map.
///
/// A softmax at the end is left out: answers are logits.
public struct PhaseChain: Sendable {
  /// The network without a softmax at its end.
  public let network: Network
  public let threads: Int
  public let levels: [PhaseLevel]
  /// Multiply-adds of one image for level 0 (what comes before the first phase) and each level, with
  /// the strided operations behind the cut.
  public let multiplyAdds: [Int]

  private let pool: EnginePool
  private let shifts: [HW]

  /// - Parameters:
  ///   - network: one with circular borders; see `Network.circular()`.
  ///   - threads: how many threads a run may use.
  ///   - batches: images to a run for level 0 and each level; nil for a choice by the size of the maps.
  /// - Throws: `PhaseChainObstacle` where shifts are no chain of phases, and `LayerError`.
  public init(_ network: Network, threads: Int = 1, batches: [Int]? = nil) throws {
    self.network = network.withoutFinalSoftmax()
    self.threads = max(1, threads)
    var options = PhaseEngine.Options()
    options.batches = batches
    let phases = try PhaseEngine.strides(of: self.network).reduce(1, *)
    shifts = phases.positions
    pool = try EnginePool(
      self.network, shifts: shifts, threads: self.threads, options: options)
    var cumulative: HW = 1
    levels = zip(pool.strides, pool.sites).map { stride, sites in
      cumulative = cumulative * stride
      return PhaseLevel(stride: stride, cumulative: cumulative, sites: sites)
    }
    multiplyAdds = try PhaseEngine.multiplyAdds(of: self.network)
  }

  /// Phases on each axis: the total stride, and the size of the input for a head that flattens.
  public var phases: HW { levels.last?.cumulative ?? 1 }

  /// The blocks of memory for feature maps, in bytes.
  public var memoryBytes: Int { pool.memoryBytes }

  /// Multiply-adds of ``exhaustive(_:progress:)``: Σ_l cost(l) · Π_{j ≤ l} s_j².
  public var exhaustiveCost: Double { cost(branching: levels.map(\.stride.area)) }

  /// Multiply-adds of a tree with so many phases at each node of each level.
  public func cost(branching: [Int]) -> Double {
    var (nodes, sum) = (1.0, Double(multiplyAdds[0]))
    for (level, phases) in branching.enumerated() {
      nodes *= Double(phases)
      sum += nodes * Double(multiplyAdds[level + 1])
    }
    return sum
  }

  /// The answers for all phases of one image.
  ///
  /// - Parameters:
  ///   - input: `[1, C, H, W]`.
  ///   - progress: called with the answers so far and their number in the end, by one thread at a time.
  /// - Throws: `LayerError` for an input of another shape or answers that are not finite.
  public func exhaustive(
    _ input: Tensor, progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> PhaseAnswers {
    let size = phases
    let result = Mutex(
      (logits: [Float](repeating: 0, count: size.area * pool.outputs), done: 0))
    try stream(input) { shift, values in
      result.withLock {
        let start = (shift.height * size.width + shift.width) * values.count
        $0.logits.replaceSubrange(start..<start + values.count, with: values)
        $0.done += 1
        progress($0.done, size.area)
      }
    }
    return PhaseAnswers(
      phases: size, classes: pool.outputs, logits: result.withLock { $0.logits },
      inputSize: HW(network.inputShape[1], network.inputShape[2]))
  }

  /// The same without keeping the answers: `onAnswer` gets each shift with its logits, which are gone
  /// when it returns, by one thread at a time. The order is that of the computation.
  public func stream(
    _ input: Tensor, onAnswer: @Sendable (HW, UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    let turn = Mutex(())
    try pool.run(input, shifts) { answer in
      try turn.withLock { _ in try onAnswer(answer.shift, answer.values) }
    }
  }
}

extension HW {
  /// All pairs from (0, 0) to below this size, rows first.
  var positions: [HW] {
    (0..<height).flatMap { row in (0..<width).map { HW(row, $0) } }
  }
}
