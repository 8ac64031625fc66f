public import MoireTensors

/// How far each layer is from moving with the image, as it stands in `equivariance.json`: keys in snake
/// case, fractions 0…1, pairs as `[height, width]`.
public struct EquivarianceDocument: Codable, Sendable, Equatable {
  /// The version of this schema; it rises when a key changes its meaning.
  public var schema = 1
  public var versions: AuditDocument.Versions
  public var network: AuditDocument.NetworkSummary
  public var images: AuditDocument.ImageSummary
  /// How pixels became the network's input.
  public var preprocessing: AuditDocument.PreprocessingSummary
  /// What was changed so that the network is circular, one sentence a change; nil where it was taken
  /// as it is.
  public var circular: [String]?
  /// What the numbers mean, in words.
  public var protocolLine: String
  /// The network's total stride.
  public var period: HW
  /// Shifts (Δh, Δw) from (0, 0) up to but not with this.
  public var range: HW
  /// In order of execution.
  public var layers: [Layer]
  /// What the reader should know.
  public var remarks: [String]

  /// Which of a layer's maps it is.
  public enum Part: String, Codable, Sendable {
    /// Of a sampling site, run at stride 1, behind its pointwise layers.
    case dense
    /// The same map with only what the stride takes: what the network goes on with.
    case subsampled
    /// Of a layer that keeps its grid.
    case output
  }

  /// One map of the network.
  public struct Layer: Codable, Sendable, Equatable {
    /// The dotted path.
    public var path: String
    public var part: Part
    /// What the layer is, as `max-pool`.
    public var operation: String
    public var channels: Int
    public var size: HW
    /// Positions of the input for one of the map's, per axis.
    public var scale: [Double]
    /// Over all shifts of the range.
    public var mean: Double
    /// 95 %, bootstrap over images; nil for fewer than two.
    public var low, high: Double?
    public var largest: Double
    /// The first shift that comes within 10⁻⁵ of it, relatively.
    public var largestAt: HW
    /// The same distance between different images, each and the next one; nil for a single image.
    public var between: Double?
    /// ``mean`` / ``between``; nil also where different images are alike.
    public var normalized: Double?
    /// Mean over images, row-major by (Δh, Δw).
    public var distances: [Double]
  }
}
