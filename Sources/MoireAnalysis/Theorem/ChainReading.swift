public import MoireTensors

/// From the sites to the whole network: the logits at every circular shift, level by level, beside
/// what folds at each level's sites.
///
/// Variances are population variances over all phases, summed over classes, mean over images.
public struct ChainReading: Codable, Sendable, Equatable {
  /// A step of the cumulative stride.
  public struct Level: Codable, Sendable, Equatable {
    /// The paths of its sites.
    public var sites: [String]
    public var stride: HW
    public var cumulativeStride: HW
    /// Of its sites together, see ``TheoremSite/aliasEnergy``; nil for a level without a site that was
    /// read, such as a head that flattens its map.
    public var aliasEnergy: Double?
    /// The same divided by the energy of its sites' maps.
    public var aliasFraction: Double?
    /// What the level adds to the variance: its main effect and its interactions with earlier ones.
    public var share: Double
    /// ``share`` / ``ChainReading/total``.
    public var shareFraction: Double
    /// The variance over its phases of the mean over all other phases.
    public var mainEffect: Double
    /// The variance over its phases, all others at 0.
    public var phaseZeroEffect: Double
  }

  /// One image at every circular shift.
  public struct Image: Codable, Sendable, Equatable {
    public var image: String
    /// Its logit variance, and that divided by Σ (logit − mean logit)² of the unshifted image.
    public var total, normalizedTotal: Double
    /// Of each level.
    public var shares: [Double]
    public var certificate: ShiftCertificate
    var decomposition: PhaseDecomposition?

    enum CodingKeys: CodingKey {
      case image, total, normalizedTotal, shares, certificate
    }

    init(_ input: AuditInput, _ answers: PhaseAnswers, levels: [PhaseLevel]) {
      let found = answers.decomposition(levels: levels)
      image = input.name
      (total, normalizedTotal, shares) = (found.total, found.normalizedTotal, found.shares)
      certificate = answers.certificate
      decomposition = found
    }

    public static func == (left: Image, right: Image) -> Bool {
      left.image == right.image && left.total == right.total && left.shares == right.shares
        && left.normalizedTotal == right.normalizedTotal && left.certificate == right.certificate
    }
  }

  public var levels: [Level]
  /// The logit variance over all shifts; the shares sum to it.
  public var total: Double
  /// The same divided, for each image, by Σ (logit − mean logit)² of the unshifted answer.
  public var normalizedTotal: Double
  /// ``total`` minus all main effects.
  public var interactions: Double
  /// Phases on each axis: every circular shift is one of them.
  public var phases: HW
  /// Multiply-adds relative to running the network at every phase.
  public var relativeCost: Double
  public var images: [Image]

  /// Nil without images.
  init?(_ chain: PhaseChain, images: [Image], sites: [TheoremSite]) {
    guard let mean = PhaseDecomposition.mean(of: images.compactMap(\.decomposition)) else {
      return nil
    }
    let shares = mean.shareFractions
    levels = chain.levels.enumerated().map { index, level in
      let own = sites.filter { level.sites.contains($0.path) && $0.aliasEnergy != nil }
      let alias = own.reduce(0) { $0 + ($1.aliasEnergy ?? 0) }
      let energy = own.reduce(0) { $0 + ($1.energy ?? 0) }
      return Level(
        sites: level.sites, stride: level.stride, cumulativeStride: level.cumulative,
        aliasEnergy: own.isEmpty ? nil : alias, aliasFraction: own.isEmpty ? nil : alias / energy,
        share: mean.shares[index], shareFraction: shares[index],
        mainEffect: mean.mainEffects[index], phaseZeroEffect: mean.phaseZeroEffects[index])
    }
    total = mean.total
    normalizedTotal = mean.normalizedTotal
    interactions = mean.interactions
    phases = chain.phases
    let bruteForce = Double(chain.multiplyAdds.reduce(0, +)) * Double(chain.phases.area)
    relativeCost = chain.exhaustiveCost / bruteForce
    self.images = images
  }
}
