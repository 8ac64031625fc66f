import MoireLayers
public import MoireTensors
import Synchronization

extension PhaseChain {
  /// The shares of the levels from a part of the phases.
  ///
  /// For each image a tree of phases is drawn at random, in which all phases and pairs of phases of two
  /// levels are about equally frequent; what a phase does not change is computed once. The variance is
  /// then taken apart into the sets of levels that act together, by restricted maximum likelihood (see
  /// `PhaseFit`): leaves that share late phases count for a level as well as leaves that share early ones.
  /// With three images or more each is fitted again beside their mean profile, which counts for five
  /// dimensions. Intervals follow from the curvature of the likelihood and speak of these images.
  /// - Parameters:
  ///   - inputs: images `[1, C, H, W]`, one or more.
  ///   - budget: the cost relative to the exhaustive answers, in multiply-adds; where every phase can be
  ///     had the shares are exact, and two phases of each level are the least. Besides, n leaves take
  ///     O(n³) products an image.
  ///   - progress: called with the images done and their number.
  /// - Throws: `LayerError`.
  public func estimate(
    _ inputs: [Tensor], budget: Double = 0.1, seed: UInt64 = 0,
    progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> PhaseEstimate {
    try estimate(
      count: inputs.count, budget: budget, seed: seed, skips: false, input: { inputs[$0] },
      progress: progress
    ).estimate
  }

  /// The same of images that are loaded when their turn comes.
  ///
  /// - Parameter skips: whether an image with an ``InputError`` is left out.
  /// - Returns: the estimate and the images that it is of.
  func estimate(
    count: Int, budget: Double, seed: UInt64, skips: Bool,
    input: @Sendable (Int) throws -> Tensor, progress: @Sendable (_ done: Int, _ total: Int) -> Void
  ) throws -> (estimate: PhaseEstimate, images: [Int]) {
    let design = SamplingDesign(
      strides: levels.map(\.stride), costs: multiplyAdds.dropFirst().map(Double.init),
      fixed: Double(multiplyAdds[0]), budget: budget * exhaustiveCost)
    let components = PhaseComponents(phases: levels.map(\.stride.area))
    var options = PhaseEngine.Options()
    (options.isDense, options.branching) = (false, design.branching)
    let workers = max(1, min(threads, count))
    let engines = try (0..<workers).map { _ in try PhaseEngine(network, options: options) }
    let found = Mutex((fits: [PhaseFit?](repeating: nil, count: count), done: 0))
    try Parallel.forEach(count, threads: workers) { worker, index in
      var fit: PhaseFit?
      do {
        var generator = SeededGenerator(seed: seed, index)
        fit = try engines[worker].fit(components, design.tree(&generator), to: input(index))
      } catch let error as any InputError {
        guard skips else { throw error }
      }
      let own = fit
      found.withLock {
        $0.fits[index] = own
        $0.done += 1
        progress($0.done, count)
      }
    }
    let fits = found.withLock { $0.fits }
    let read = fits.compactMap { $0 }
    let prior = PhaseFit.Prior(read)
    let refined = Mutex(read)
    if let prior {
      try Parallel.forEach(read.count, threads: workers) { _, index in
        var fit = read[index]
        fit.refine(prior)
        let own = fit
        refined.withLock { $0[index] = own }
      }
    }
    let estimate = PhaseEstimate(
      refined.withLock { $0 }, prior, design, cost: design.cost / max(1, exhaustiveCost), seed: seed
    )
    return (estimate, fits.indices.filter { fits[$0] != nil })
  }
}

extension PhaseEngine {
  /// The components of one image from the leaves of a tree.
  fileprivate func fit(
    _ components: PhaseComponents, _ tree: (phases: [[HW: [HW]]], leaves: [HW: [Int]]),
    to input: Tensor
  ) throws -> PhaseFit {
    var leaves: [(digits: [Int], logits: [Float])] = []
    try run(
      [input], phases: { level, _, shift in tree.phases[level - 1][shift] ?? [] },
      onAnswer: { leaves.append((tree.leaves[$0.shift] ?? [], Array($0.values))) })
    return PhaseFit(components, leaves: leaves.map(\.digits), logits: leaves.map(\.logits))
  }
}

extension PhaseFit.Prior {
  /// The mean profile of images that vary; nil for fewer than three.
  init?(_ fits: [PhaseFit]) {
    let varying = fits.filter(\.isVarying)
    guard varying.count >= 3, let first = varying.first else { return nil }
    profile = first.theta.indices.map { index in
      varying.reduce(0) { $0 + $1.profile[index] } / Double(varying.count)
    }
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
