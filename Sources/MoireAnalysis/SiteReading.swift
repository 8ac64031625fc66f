public import MoireTensors

/// What was measured at one sampling site over all images.
///
/// Energies are summed over channels and images before a fraction is taken of them; medians and
/// quartiles are over channels. Boundary `periodic`, baseband of the stride.
public struct SiteReading: Codable, Sendable, Equatable {
  public var path: String
  public var operation: String
  public var stride: HW
  public var channels: Int
  public var denseSize, outputSize: HW
  /// Where output 0 stands, in pixels of the site's input per axis.
  public var phase: [Double]
  /// The product of all strides from the input up to and with this site.
  public var cumulativeStride: HW
  /// Whether the dense size is stride · output size on both axes, so that the identities hold.
  public var exact: Bool

  /// Energy outside the baseband / all energy, at the end of the pointwise chain.
  public var aliasFraction: Double
  /// The same with the constant left out of the denominator.
  public var aliasFractionAc: Double
  public var channelQuartiles: Quartiles
  public var channelQuartilesAc: Quartiles
  /// The reading before the first activation; equal to the final one where there is none.
  public var preactivation: Stage
  /// Planes (channel of an image) read, without energy, and without variation.
  public var planes, deadPlanes, constantPlanes: Int

  /// The largest |predicted − measured| / max(predicted, 1e-3) over planes.
  public var identityDifference: Double?
  /// The polyphase identity over all planes.
  public var identity: Identity?
  /// What each filter would leave if it stood before the subsampling.
  public var filters: [Filtered]
  public var radialProfile: RadialProfile
  public var foldMap: FoldMap

  public init(
    path: String, operation: String, stride: HW, channels: Int, denseSize: HW, outputSize: HW,
    phase: [Double], cumulativeStride: HW, exact: Bool, aliasFraction: Double,
    aliasFractionAc: Double, channelQuartiles: Quartiles, channelQuartilesAc: Quartiles,
    preactivation: Stage, planes: Int, deadPlanes: Int, constantPlanes: Int,
    identityDifference: Double?, identity: Identity?, filters: [Filtered],
    radialProfile: RadialProfile, foldMap: FoldMap
  ) {
    self.path = path
    self.operation = operation
    self.stride = stride
    self.channels = channels
    self.denseSize = denseSize
    self.outputSize = outputSize
    self.phase = phase
    self.cumulativeStride = cumulativeStride
    self.exact = exact
    self.aliasFraction = aliasFraction
    self.aliasFractionAc = aliasFractionAc
    self.channelQuartiles = channelQuartiles
    self.channelQuartilesAc = channelQuartilesAc
    self.preactivation = preactivation
    self.planes = planes
    self.deadPlanes = deadPlanes
    self.constantPlanes = constantPlanes
    self.identityDifference = identityDifference
    self.identity = identity
    self.filters = filters
    self.radialProfile = radialProfile
    self.foldMap = foldMap
  }

  /// Of the channels that are neither dead nor constant; linear interpolation between ranks.
  public struct Quartiles: Codable, Sendable, Equatable {
    public var lower, median, upper: Double

    public init(lower: Double, median: Double, upper: Double) {
      self.lower = lower
      self.median = median
      self.upper = upper
    }

    /// Those of some values; 0 without any.
    public init(of values: [Double]) {
      let sorted = values.sorted()
      let quantile = { sorted.isEmpty ? 0 : Interval.quantile($0, sorted) }
      self.init(lower: quantile(0.25), median: quantile(0.5), upper: quantile(0.75))
    }
  }

  /// A second reading of the same site.
  public struct Stage: Codable, Sendable, Equatable {
    public var aliasFraction, aliasFractionAc: Double

    public init(aliasFraction: Double, aliasFractionAc: Double) {
      self.aliasFraction = aliasFraction
      self.aliasFractionAc = aliasFractionAc
    }
  }

  /// The polyphase identity: predicted from one spectrum, measured by subsampling every shift.
  public struct Identity: Codable, Sendable, Equatable {
    public var predicted, measured: Double
    public var planesCompared: Int

    public init(predicted: Double, measured: Double, planesCompared: Int) {
      self.predicted = predicted
      self.measured = measured
      self.planesCompared = planesCompared
    }
  }

  /// What a filter leaves.
  public struct Filtered: Codable, Sendable, Equatable {
    /// `bin-3`, `bin-5`, `ideal`.
    public var filter: String
    /// Alias fraction of the filtered map.
    public var aliasFraction: Double
    /// Alias energy after the filter / alias energy before it.
    public var aliasEnergyLeft: Double
    /// Energy in the baseband after the filter / before it, the constant left out: the detail kept.
    public var basebandEnergyKept: Double

    public init(
      filter: String, aliasFraction: Double, aliasEnergyLeft: Double, basebandEnergyKept: Double
    ) {
      self.filter = filter
      self.aliasFraction = aliasFraction
      self.aliasEnergyLeft = aliasEnergyLeft
      self.basebandEnergyKept = basebandEnergyKept
    }
  }

  /// Mean power of the bins in rings of equal |f|, relative to the map's total energy.
  public struct RadialProfile: Codable, Sendable, Equatable {
    /// The middle of each ring in cycles per dense sample.
    public var frequency: [Double]
    /// Energy in the ring / all energy.
    public var energy: [Double]
    public var bins: [Int]

    public init(frequency: [Double], energy: [Double], bins: [Int]) {
      self.frequency = frequency
      self.energy = energy
      self.bins = bins
    }
  }

  /// Per output bin the energy that belongs there and the energy that folds onto it, both relative to
  /// the map's total; rows of the output's DFT, zero frequency first.
  public struct FoldMap: Codable, Sendable, Equatable {
    public var size: HW
    public var inBand, folded: [Float]

    public init(size: HW, inBand: [Float], folded: [Float]) {
      self.size = size
      self.inBand = inBand
      self.folded = folded
    }
  }
}
