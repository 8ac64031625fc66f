/// How far one forward pass, without any shifted evaluation, foretells what shifts do.
///
/// Exact shares, phase-0 effects and totals come from the phase chain; every predictor from maps of the
/// unshifted image and from what small changes of them do to the logits.
public struct ExplanationReading: Codable, Sendable, Equatable {
  /// What is known of a level without a shift.
  public enum Predictor: String, Codable, Sendable, CaseIterable {
    /// Energy outside the box over the energy of the level's maps.
    case aliasFraction = "alias fraction"
    /// Mean square outside the box, summed over channels.
    case aliasEnergy = "alias energy"
    /// Of it what adds up as amplitudes, Σ_k |Σ_{m≠0} X_m[k]|².
    case coherentEnergy = "coherent energy"
    /// The variance of the channels' means over the phases, Σ_{m≠0} |X[mM]|².
    case poolLeak = "pool leak"
    /// Alias energy × gain of the tail: Σ ‖J r_m‖², r_m of the spectrum of a_m with random phases.
    case energyGain = "alias energy × gain"
    /// Σ_{m≠0} ‖J a_m‖² at the end of the pointwise chain.
    case tail = "tail of aliases"
    /// The same with the chain's activations in the tail.
    case tailBeforeActivation = "tail before activation"
  }

  /// One level of one image.
  public struct Point: Codable, Sendable, Equatable {
    public var image: Int
    /// From 1 on.
    public var level: Int
    public var share: Double
    public var phaseZeroEffect: Double
    /// One for each of ``ExplanationReading/predictors``.
    public var predictions: [Double]

    public init(
      image: Int, level: Int, share: Double, phaseZeroEffect: Double, predictions: [Double]
    ) {
      (self.image, self.level, self.share) = (image, level, share)
      (self.phaseZeroEffect, self.predictions) = (phaseZeroEffect, predictions)
    }
  }

  /// A prediction against what is true, with 95 % bootstrap intervals over images.
  public struct Correlation: Codable, Sendable, Equatable {
    /// Of the logarithms, where both are positive; nil for too few points.
    public var pearson: PhaseEstimate.Interval?
    /// Of the ranks.
    public var spearman: PhaseEstimate.Interval?
  }

  /// How good a predictor is at one level.
  public struct LevelScore: Codable, Sendable, Equatable {
    /// The mean over images of the prediction.
    public var prediction: Double
    /// The same of what is predicted: the variance over the level's phases, all others at 0.
    public var phaseZeroEffect: Double
    /// Pearson's correlation of their logarithms over images; nil for too few.
    public var pearson: Double?
  }

  /// How good a predictor is.
  public struct Score: Codable, Sendable, Equatable {
    public var predictor: Predictor
    /// Over all levels of all images.
    public var share, phaseZeroEffect: Correlation
    /// Of shares, in logarithms less each level's mean over images: what is known of an image beyond
    /// what is so for all.
    public var shareWithinLevels: Correlation
    /// For each of ``ExplanationReading/levels``.
    public var levels: [LevelScore]
    /// Of the sum over levels, over images.
    public var total: Correlation
    /// The mean |difference| of predicted and exact share fractions, 0 … 1.
    public var shareError: PhaseEstimate.Interval
    /// The root mean square relative error of the total, after one factor fitted to the other
    /// images; nil for fewer than two.
    public var totalError: Double?
    /// Forward passes an image.
    public var passes: Double
  }

  public var images: [String]
  /// The levels with a site that was read, from 1 on.
  public var levels: [Int]
  public var predictors: [Predictor]
  public var scores: [Score]
  /// The mean |difference| of exact share fractions from the mean over the other images, and from
  /// equal shares: what knows nothing of the image, and what knows nothing; the first is nil for one
  /// image.
  public var otherImagesShareError: Double?
  public var equalShareError: Double
  /// How many random shifts cost as much as ``Predictor/tail``.
  public var randomShifts: Int
  /// The root mean square relative error with which they estimate the total.
  public var randomShiftsError: Double
  public var seed: UInt64
  /// The raw numbers, so that several networks can be pooled.
  public var points: [Point]
}
