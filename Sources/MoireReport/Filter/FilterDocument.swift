import MoireSpectral
public import MoireTensors

/// What `moire filter` did to one input.
///
/// Fractions are 0…1 of energies that are read before the subsampling.
public struct FilterDocument: Codable, Equatable, Sendable {
  public var schema = 1
  public var versions: ResponseDocument.Versions
  public var input: String
  /// What its values are: `8-bit RGB as 0…1`, `float32`.
  public var values: String
  public var shape: [Int]
  public var size: HW
  /// Of the part that spectra are read of.
  public var readSize: HW
  /// By which aliasing is judged.
  public var stride: HW
  /// Whether the output is subsampled by it.
  public var downsampled: Bool
  /// By which spectra are read.
  public var boundary: String
  /// What the numbers mean, in words.
  public var protocolLine: String
  /// Of the input.
  public var aliasFraction, aliasFractionAc: Double
  public var filters: [Entry]

  public init(input: String, values: String, shape: [Int], reading: FilterReading) {
    versions = .current
    self.input = input
    self.values = values
    self.shape = shape
    size = reading.size
    readSize = reading.readSize
    stride = reading.run.stride
    downsampled = reading.run.downsamples
    boundary = reading.run.boundary.description
    protocolLine = FilterDocument.meaning(reading)
    aliasFraction = reading.before.energies.aliasFraction
    aliasFractionAc = reading.before.energies.aliasFractionAC
    filters = reading.results.map(\.entry)
  }

  /// What one filter did.
  public struct Entry: Codable, Equatable, Sendable {
    /// As it was asked for.
    public var name: String
    /// Per axis; absent for a filter that is defined by its response.
    public var taps: HW?
    /// `reflect`, `replicate`, `circular`, `zero`, or `periodic`.
    public var border: String
    /// Output i stands at i · spacing + phase, in input samples.
    public var phase, spacing: [Double]
    public var outputSize: HW
    /// Share of all energy beside the constant that is gone.
    public var energyRemoved: Double
    /// Behind the filter.
    public var aliasFraction, aliasFractionAc: Double
    /// Share of the energy outside the box that is gone, and that is left.
    public var aliasEnergyRemoved, aliasEnergyLeft: Double
    /// Share of the energy inside the box, beside the constant, that is gone.
    public var detailLost: Double
    /// By how much the output exceeds the input's range, in units of that range: the worst plane.
    public var ringing: Double
    /// Share of the samples that do.
    public var ringingShare: Double
  }

  private static func meaning(_ reading: FilterReading) -> String {
    let run = reading.run
    let part = reading.readSize == reading.size ? "" : " of the first \(reading.readSize) samples"
    let half = [run.stride.height, run.stride.width].map { Figures.number(0.5 / Double($0)) }
    return
      "Energies are read before the subsampling\(part), boundary \(run.boundary), and judged by"
      + " stride \(Figures.stride(run.stride)): the box |f_h| < \(half[0]), |f_w| < \(half[1]) cycles per"
      + " sample\(run.downsamples ? "" : "; the output itself is not subsampled"). AC: alias energy /"
      + " energy beside the constant, behind the filter. removed: alias energy that is gone; lost:"
      + " energy in the box beside the constant that is gone; energy: both together. ringing: by how"
      + " much the output leaves the input's range, in units of it; beyond: share of the samples that"
      + " do. Filters with taps meet the padding named; those without take the picture as periodic."
  }
}
