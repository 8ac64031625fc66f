public import MoireAnalysis
public import MoireSpectral
public import MoireTensors

/// What `moire spectrum` found: the aliasing of maps that are subsampled as they are.
///
/// Fractions are 0…1, frequencies in cycles per sample, powers relative to all energy of the input.
public struct SpectrumDocument: Codable, Equatable, Sendable {
  public var schema = 1
  public var versions: ResponseDocument.Versions
  /// Of the subsampling.
  public var stride: HW
  /// `periodic`, `mirror`, `hann`, `kaiser:β`.
  public var boundary: String
  /// What the numbers mean, in words.
  public var protocolLine: String
  public var inputs: [Entry]
  /// All inputs together, where there are several of one size.
  public var pooled: Entry?

  /// Works out the document.
  ///
  /// - Parameters:
  ///   - inputs: what was read of each, all at one stride and boundary.
  ///   - filters: what is to be foretold of.
  /// - Throws: `SpectralError`.
  public init(
    _ inputs: [Input], stride: HW, boundary: Boundary, filters: [(name: String, filter: LowPass)]
  ) throws {
    versions = .current
    self.stride = stride
    self.boundary = boundary.description
    protocolLine = SpectrumDocument.meaning(stride, boundary)
    self.inputs = try inputs.map { try Entry($0, filters: filters) }
    guard let first = inputs.first, inputs.count > 1,
      inputs.allSatisfy({ $0.sums.size == first.sums.size })
    else { return }
    var sums = first.sums
    for input in inputs.dropFirst() { try sums.add(input.sums) }
    let all = Input(name: "pooled", values: "all inputs", shape: nil, sums: sums)
    pooled = try Entry(all, filters: filters)
  }

  /// One input and what was read of it.
  public struct Input: Sendable {
    public var name: String
    /// What the values are: `8-bit RGB as 0…1`, `float32`.
    public var values: String
    public var shape: [Int]?
    public var sums: SpectrumSums

    public init(name: String, values: String, shape: [Int]?, sums: SpectrumSums) {
      self.name = name
      self.values = values
      self.shape = shape
      self.sums = sums
    }
  }

  /// The reading of one input.
  public struct Entry: Codable, Equatable, Sendable {
    public var name: String
    public var values: String
    /// As it was given; absent for the pool.
    public var shape: [Int]?
    /// Of each plane, of the transformed grid, and of what the subsampling keeps.
    public var size, gridSize, outputSize: HW
    /// Whether the stride divides the size; without it the frequency rule stands in for the box.
    public var exact: Bool
    public var planes, deadPlanes, constantPlanes: Int
    public var aliasFraction, aliasFractionAc: Double
    public var channelQuartiles, channelQuartilesAc: SiteReading.Quartiles
    /// Energy at the non-zero multiples of the new sampling frequency / all energy; absent unless exact
    /// and periodic.
    public var poolLeak: Double?
    public var identities: IdentityTable?
    public var filters: [SiteReading.Filtered]
    /// Absent for an input without variation.
    public var bandwidth: BandwidthTable?
    public var radialProfile: SiteReading.RadialProfile
    public var slices: [Slice]
    /// Absent where the stride does not divide the grid.
    public var foldMap: SiteReading.FoldMap?
    /// The power of every bin of the grid, zero frequency first: what the picture shows. Not in the
    /// file.
    public var power: [Double] = []

    private enum CodingKeys: String, CodingKey {
      case name, values, shape, size, gridSize, outputSize, exact, planes, deadPlanes
      case constantPlanes, aliasFraction, aliasFractionAc, channelQuartiles, channelQuartilesAc
      case poolLeak, identities, filters, bandwidth, radialProfile, slices, foldMap
    }
  }

  /// The identities, predicted from the spectrum and measured by subsampling at every shift.
  public struct IdentityTable: Codable, Equatable, Sendable {
    /// Variance over the registered phases / their energy: the alias fraction.
    public var polyphase: Sides
    /// E ‖Z_d − Z_0‖² / E ‖Z_d‖²: how much a shift changes what is kept.
    public var shift: Sides
    /// Variance of the global mean over the shifts / mean square: the pool leak.
    public var pool: Sides
    public var planesCompared: Int
    /// The largest |predicted − measured| / max(predicted, 1e-3) of any plane and identity.
    public var largestDifference: Double
  }

  public struct Sides: Codable, Equatable, Sendable {
    public var predicted, measured: Double
    /// |predicted − measured| / max(predicted, 1e-3).
    public var difference: Double
  }

  /// How far the variation reaches, pairs are vertical and horizontal.
  public struct BandwidthTable: Codable, Equatable, Sendable {
    /// Of the energy beside the constant, for `containing`.
    public var share: Double
    public var containing: [Double]
    public var containingRadius: Double
    public var rms: [Double]
    public var rmsRadius: Double
    public var noise: [Double]
  }

  /// Power of the bins along a line through zero frequency.
  public struct Slice: Codable, Equatable, Sendable {
    /// Of (horizontal, vertical) frequency: 0 horizontal, 90 vertical.
    public var degrees: Int
    public var frequency: [Double]
    /// Of single bins / all energy.
    public var power: [Double]
  }

  private static func meaning(_ stride: HW, _ boundary: Boundary) -> String {
    let kept = "\(stride.height) down and \(stride.width) across"
    let box = { (s: Int) in Figures.number(0.5 / Double(s)) }
    return "As if one sample in \(kept) were kept, boundary \(boundary). alias: energy"
      + " outside the box |f_h| < \(box(stride.height)), |f_w| < \(box(stride.width)) cycles per"
      + " sample / all energy; AC: without the constant in the denominator; ¼ ½ ¾: quartiles over"
      + " channels. Pooled values weigh by energy. pool leak: energy at the non-zero multiples of the"
      + " new sampling frequency, which moves the global mean. Filters are foretold from the spectrum:"
      + " left: alias energy behind / before the filter; kept: energy in the box without the constant."
      + " Identities hold for periodic maps that the stride divides: predicted from one spectrum,"
      + " measured by subsampling at every shift. Bandwidths are of the variation, cycles per sample:"
      + " 95 %: up to where that share lies; rms; noise: the equivalent noise bandwidth."
  }
}

extension ResponseDocument.Versions {
  static var current: Self {
    Self(moire: MoireVersion.current, fftw: SpectralLibrary.fftwVersion)
  }
}
