public import MoireLayers
import MoireTensors

/// The phase chain from a part of the phases: each level's share of the logit variance with its interval.
public struct EstimateReading: Codable, Sendable, Equatable {
  public var levels: [PhaseLevel]
  /// The images, in the order of ``PhaseEstimate/images``.
  public var images: [String]
  public var estimate: PhaseEstimate

  /// What an estimate may be told.
  public struct Options: Sendable {
    /// The cost relative to all phases, in multiply-adds.
    public var budget: Double
    public var seed: UInt64
    public var threads: Int

    public init(budget: Double = 0.1, seed: UInt64 = 0, threads: Int = 1) {
      (self.budget, self.seed, self.threads) = (budget, seed, max(1, threads))
    }
  }

  /// Draws phases of every image; one that cannot be loaded or answered is left out.
  ///
  /// - Parameter network: a circular one; see `Network.circular()`.
  /// - Throws: `PhaseChainObstacle` where shifts are no chain of phases, `LayerError`.
  public init(
    network: Network, source: AuditSource, options: Options = Options(),
    progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let chain = try PhaseChain(network, threads: options.threads)
    let found = try chain.estimate(
      count: source.count, budget: options.budget, seed: options.seed, skips: true,
      input: { try source.load($0).tensor }, progress: progress)
    levels = chain.levels
    images = found.images.map(source.name)
    estimate = found.estimate
  }
}
