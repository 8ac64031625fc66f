/// What `moire theorem` says, as it stands in `theorem.json`: keys in snake case, fractions 0…1, pairs
/// as `[height, width]`.
public struct TheoremDocument: Codable, Sendable, Equatable {
  /// The version of this schema; it rises when a key changes its meaning.
  public var schema = 1
  public var versions: AuditDocument.Versions
  public var network: AuditDocument.NetworkSummary
  public var images: AuditDocument.ImageSummary
  /// How pixels became the network's input.
  public var preprocessing: AuditDocument.PreprocessingSummary
  /// What was changed so that the network is circular; nil where it was taken as it is.
  public var circular: Circular?
  /// What the numbers mean, in words.
  public var protocolLine: String
  /// The names of the filters, the first without any.
  public var filters: [String]
  /// How much finer the grid of the pointwise readings is; nil where there are none.
  public var factor: Int?
  public var sites: [TheoremSite]
  /// Every activation of the network, in order of execution.
  public var pointwise: [PointwiseReading]
  /// From the sites to the answers at every circular shift; nil where that was not asked for or does
  /// not exist.
  public var phaseChain: ChainReading?
  /// The same from a part of the phases; nil likewise.
  public var estimate: EstimateReading?
  /// A stated set of shifts by brute force, for a network that is not circular; nil likewise.
  public var shiftSet: ShiftSetReading?
  /// What would remain if sites did not alias; nil where that was not asked for or does not exist.
  public var counterfactual: CounterfactualReading?
  /// What one forward pass tells of the phase chain without a shift; nil likewise.
  public var explanation: ExplanationReading?
  /// What the reader should know.
  public var remarks: [String]

  public init(
    versions: AuditDocument.Versions, network: AuditDocument.NetworkSummary,
    images: AuditDocument.ImageSummary, preprocessing: AuditDocument.PreprocessingSummary,
    circular: Circular?, protocolLine: String, filters: [String], factor: Int?,
    sites: [TheoremSite], pointwise: [PointwiseReading], phaseChain: ChainReading?,
    explanation: ExplanationReading? = nil, remarks: [String]
  ) {
    self.versions = versions
    self.network = network
    self.images = images
    self.preprocessing = preprocessing
    self.circular = circular
    self.protocolLine = protocolLine
    self.filters = filters
    self.factor = factor
    self.sites = sites
    self.pointwise = pointwise
    self.phaseChain = phaseChain
    self.explanation = explanation
    self.remarks = remarks
  }

  /// A network padded circularly in place of what it was trained with.
  public struct Circular: Codable, Sendable, Equatable {
    /// One sentence a change.
    public var changes: [String]
    /// Right answers on the labelled images as the network was, and circular; nil without labels.
    public var accuracyBefore, accuracy: Double?
    /// The share of images with the same answer before and after.
    public var agreement: Double?

    public init(
      changes: [String], accuracyBefore: Double?, accuracy: Double?, agreement: Double?
    ) {
      self.changes = changes
      self.accuracyBefore = accuracyBefore
      self.accuracy = accuracy
      self.agreement = agreement
    }
  }

  /// The document without the numbers of single channels.
  public var withoutChannels: TheoremDocument {
    var result = self
    for index in sites.indices { result.sites[index].channelReadings = nil }
    for index in pointwise.indices { result.pointwise[index].channelFractions = nil }
    return result
  }

  /// The largest identity difference of any plane at any site behind any filter.
  public var largestDifference: Double? { sites.compactMap(\.largestDifference).max() }
}
