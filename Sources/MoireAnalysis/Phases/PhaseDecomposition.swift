public import MoireTensors

/// How the variance of the logits over all phases is made up of the levels.
///
/// f(d₁ … d_L) are the logits, E and Var population moments over phases, summed over classes.
/// W_l = E[Var(f | d₁ … d_l)] is what the levels behind l leave open: W_0 the total variance, W_L = 0.
public struct PhaseDecomposition: Codable, Sendable, Equatable {
  /// W_0, the sum of ``shares``.
  public var total: Double
  /// W_{l−1} − W_l = E[Var(E[f | d₁ … d_l] | d₁ … d_{l−1})] ≥ 0 for each level: its main effect and its
  /// interactions with earlier levels.
  public var shares: [Double]
  /// The variance over d_l of the mean of f over all other digits.
  public var mainEffects: [Double]
  /// ``total`` minus the sum of ``mainEffects``.
  public var interactions: Double
  /// The variance over d_l with all other digits 0.
  public var phaseZeroEffects: [Double]
  /// ``total`` divided by Σ_c (f_c − mean f)² of the unshifted image, over classes c; 0 where that is.
  public var normalizedTotal: Double
  public var normalizedShares: [Double]
  public var normalizedMainEffects: [Double]
  public var normalizedInteractions: Double
  public var normalizedPhaseZeroEffects: [Double]

  /// W_0 … W_L.
  public var remaining: [Double] {
    shares.indices.reversed().reduce(into: [0]) { $0.insert($0[0] + shares[$1], at: 0) }
  }

  /// ``shares`` divided by ``total``; zeros where nothing varies.
  public var shareFractions: [Double] { shares.map { total > 0 ? $0 / total : 0 } }

  /// - Parameter strides: of the levels; their product is the number of phases.
  /// - Precondition: it is.
  public init(_ answers: PhaseAnswers, strides: [HW]) {
    let tree = PhaseTree(answers, strides: strides)
    shares = tree.shares()
    total = shares.reduce(0, +)
    mainEffects = tree.mainEffects()
    interactions = total - mainEffects.reduce(0, +)
    phaseZeroEffects = tree.phaseZeroEffects()
    let spread = tree.spread
    let scale = spread > 0 ? 1 / spread : 0
    normalizedTotal = total * scale
    normalizedShares = shares.map { $0 * scale }
    normalizedMainEffects = mainEffects.map { $0 * scale }
    normalizedInteractions = interactions * scale
    normalizedPhaseZeroEffects = phaseZeroEffects.map { $0 * scale }
  }

  /// The mean of each number over images.
  ///
  /// - Returns: nil for no images.
  public static func mean(of images: [PhaseDecomposition]) -> PhaseDecomposition? {
    guard var result = images.first else { return nil }
    let mean = { (value: (PhaseDecomposition) -> Double) in
      images.reduce(0) { $0 + value($1) } / Double(images.count)
    }
    let means = { (values: (PhaseDecomposition) -> [Double]) in
      result.shares.indices.map { level in mean { values($0)[level] } }
    }
    result.shares = means(\.shares)
    result.mainEffects = means(\.mainEffects)
    result.phaseZeroEffects = means(\.phaseZeroEffects)
    result.normalizedShares = means(\.normalizedShares)
    result.normalizedMainEffects = means(\.normalizedMainEffects)
    result.normalizedPhaseZeroEffects = means(\.normalizedPhaseZeroEffects)
    result.total = result.shares.reduce(0, +)
    result.interactions = result.total - result.mainEffects.reduce(0, +)
    result.normalizedTotal = result.normalizedShares.reduce(0, +)
    result.normalizedInteractions =
      result.normalizedTotal - result.normalizedMainEffects.reduce(0, +)
    return result
  }
}
