public import MoireSpectral
import MoireTensors

/// What `moire response` found: filters side by side before one subsampling.
///
/// Gains are linear with their decibels beside them (absent for a gain of 0); alias numbers are
/// fractions 0…1 of the energy after the filter.
public struct ResponseDocument: Codable, Equatable, Sendable {
  public var schema = 1
  public var versions: Versions
  /// Of the subsampling that follows, on both axes.
  public var stride: Int
  /// 1 / (2 stride), cycles per sample.
  public var nyquist: Double
  /// Samples per axis of the finite grids.
  public var size: Int
  /// What the numbers mean, in words.
  public var protocolLine: String
  public var filters: [Entry]

  public struct Versions: Codable, Equatable, Sendable {
    public var moire: String
    public var fftw: String
  }

  /// One filter.
  public struct Entry: Codable, Equatable, Sendable {
    /// As it was asked for.
    public var name: String
    /// The specification with every design worked out to its parameters.
    public var filter: String
    /// The coefficients; absent for a filter that is defined by its response.
    public var taps: [Double]?
    public var dcGain: Double
    public var nyquistGain: Double
    public var nyquistDecibels: Double?
    public var stopBandGain: Double
    public var stopBandDecibels: Double?
    /// 0 where the gain only falls beyond the new Nyquist frequency.
    public var sideLobeGain: Double
    public var sideLobeDecibels: Double?
    public var groupDelay: Double
    public var phase: Double
    public var overshoot: Double
    public var edgeGain: Double
    public var cornerGain: Double
    public var noiseGainLine: Double
    public var noiseGainPlane: Double
    public var whiteAliasLine: Double
    public var whiteAliasPlane: Double
    public var gridAliasLine: Double
    public var gridAliasPlane: Double
    public var pinkAlias: Double
    public var response: Curve
  }

  /// The zero-phase amplitude from 0 to ½ cycles per sample.
  public struct Curve: Codable, Equatable, Sendable {
    public var frequency: [Double]
    public var amplitude: [Double]
  }

  /// Works out the report.
  ///
  /// - Parameters:
  ///   - filters: the filters with the names to show them by.
  ///   - stride: 1 or more.
  ///   - size: samples per axis of the finite grids, 1 or more.
  /// - Throws: `SpectralError`.
  public init(
    filters: [(name: String, filter: LowPass)], stride: Int, size: Int
  ) throws(SpectralError) {
    versions = Versions(moire: MoireVersion.current, fftw: SpectralLibrary.fftwVersion)
    self.stride = stride
    nyquist = 0.5 / Double(stride)
    self.size = size
    protocolLine = ResponseDocument.meaning(stride: stride, size: size)
    self.filters = []
    for (name, filter) in filters {
      self.filters.append(try Entry(name: name, filter: filter, stride: stride, size: size))
    }
  }

  private static func meaning(stride: Int, size: Int) -> String {
    "Before a subsampling by \(stride) on both axes. dB: gain at the new Nyquist frequency,"
      + " \(Figures.number(0.5 / Double(stride))) cycles per sample; ripple: the highest beyond it, dB"
      + " (– where the gain only falls). 1-D, 2-D: share of white noise's energy behind the filter"
      + " that lies outside the new baseband, on an infinite line and plane (a box); 1/f: the same for"
      + " 1/f noise (power 1/(kh² + kw²), no mean) on \(size)×\(size) samples, periodic. phase: output"
      + " against sample position, in samples, with ⌊(n − 1)/2⌋ taps in front. edge: what zero padding"
      + " leaves of a constant 1 there (in a corner its square). step: overshoot of a step from 0 to 1."
  }
}

extension ResponseDocument.Entry {
  init(name: String, filter: LowPass, stride: Int, size: Int) throws(SpectralError) {
    let report = try FilterResponse(filter, stride: stride, size: size)
    self.name = name
    self.filter = filter.description
    taps = try filter.taps(stride: stride)
    dcGain = report.dcGain
    nyquistGain = report.nyquistGain
    nyquistDecibels = FilterResponse.decibels(gain: report.nyquistGain)
    stopBandGain = report.stopBandGain
    stopBandDecibels = FilterResponse.decibels(gain: report.stopBandGain)
    sideLobeGain = report.sideLobeGain
    sideLobeDecibels = FilterResponse.decibels(gain: report.sideLobeGain)
    groupDelay = report.groupDelay
    phase = report.phase
    overshoot = report.overshoot
    edgeGain = report.edgeGain
    cornerGain = report.cornerGain
    noiseGainLine = report.noiseGainLine
    noiseGainPlane = report.noiseGainPlane
    whiteAliasLine = report.whiteAliasLine
    whiteAliasPlane = report.whiteAliasPlane
    gridAliasLine = report.gridAliasLine
    gridAliasPlane = report.gridAliasPlane
    pinkAlias = report.pinkAlias
    // Eight points to a ripple.
    let steps = max(512, 4 * (report.taps ?? 0))
    let frequency = (0...steps).map { 0.5 * Double($0) / Double(steps) }
    response = ResponseDocument.Curve(
      frequency: frequency, amplitude: try filter.response(at: frequency, stride: stride))
  }
}
