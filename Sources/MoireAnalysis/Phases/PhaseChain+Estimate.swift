import MoireLayers
public import MoireTensors
import Synchronization

extension PhaseChain {
  /// The shares of the levels from a random part of the phases.
  ///
  /// For each image a tree is drawn: at each node of level l so many of its s_l² phases, evenly and
  /// without repetition. Pairs of leaves that part at the same level give the shares without bias.
  /// Intervals are jackknifed over the branches of the first level of all images (Student's t): they
  /// speak of these images, and are on the wide side because few or no phases of that level are left
  /// out.
  /// - Parameters:
  ///   - inputs: images `[1, C, H, W]`, one or more.
  ///   - budget: the cost relative to the exhaustive answers, in multiply-adds; 2 phases of each level
  ///     are the least.
  ///   - progress: called with the images done and their number.
  /// - Throws: `LayerError`.
  public func estimate(
    _ inputs: [Tensor], budget: Double = 0.1, seed: UInt64 = 0,
    progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> PhaseEstimate {
    let strides = levels.map(\.stride)
    let design = SamplingDesign(
      phases: strides.map(\.area), budget: budget * exhaustiveCost, cost: cost(branching:))
    var options = PhaseEngine.Options()
    (options.isDense, options.branching) = (false, design.branching)
    let workers = max(1, min(threads, inputs.count))
    let engines = try (0..<workers).map { _ in try PhaseEngine(network, options: options) }
    let found = Mutex((samples: [PhaseSample?](repeating: nil, count: inputs.count), done: 0))
    try Parallel.forEach(inputs.count, threads: workers) { worker, index in
      var leaves: [(shift: HW, logits: [Float])] = []
      try engines[worker].run(
        [inputs[index]],
        phases: { level, _, shift in
          var generator = SeededGenerator(seed: seed, index, level, shift.height, shift.width)
          return generator.draw(design.branching[level - 1], of: strides[level - 1].positions)
        }, onAnswer: { leaves.append(($0.shift, Array($0.values))) })
      let sample = PhaseSample(leaves, strides: strides)
      found.withLock {
        $0.samples[index] = sample
        $0.done += 1
        progress($0.done, inputs.count)
      }
    }
    let samples = found.withLock { $0.samples.compactMap { $0 } }
    return PhaseEstimate(
      samples, strides: strides, branching: design.branching,
      costFraction: design.cost / exhaustiveCost, seed: seed)
  }
}

extension SeededGenerator {
  /// Some of the items in random order, each set equally likely.
  mutating func draw<Item>(_ count: Int, of items: [Item]) -> [Item] {
    var items = items
    for index in 0..<min(count, items.count) {
      items.swapAt(index, integer(in: index..<items.count))
    }
    return Array(items.prefix(count))
  }
}

extension PhaseEstimate {
  init(
    _ samples: [PhaseSample], strides: [HW], branching: [Int], costFraction: Double, seed: UInt64,
    confidence: Double = 0.95
  ) {
    let phases = strides.map(\.area)
    let shares = samples.map { $0.pairs.shares(phases) ?? phases.map { _ in 0 } }
    self.branching = branching
    self.costFraction = costFraction
    self.confidence = confidence
    self.seed = seed
    images = samples.count
    imageShares = shares
    let jackknife = Jackknife(samples, shares: shares, phases: phases, confidence: confidence)
    total = jackknife.interval { $0.reduce(0, +) }
    self.shares = strides.indices.map { level in jackknife.interval { $0[level] } }
    shareFractions = strides.indices.map { level in
      jackknife.interval {
        let total = $0.reduce(0, +)
        return total > 0 ? $0[level] / total : 0
      }
    }
  }
}
