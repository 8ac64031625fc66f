import MoireTensors

/// A protocol made ready for one network: which views every image is shown in, and what is counted.
///
/// A protocol is four rules: the pictures (what is moved, what stands at the border), the shifts (how
/// they are drawn), the pairs that are compared, and what counts as agreement.
public struct ShiftTrial: Sendable {
  /// What is looked at in the network's answers.
  enum Task: Sendable {
    /// Classes, by ``Answer``.
    case answers
    /// The output map against the moved output map; views are the shifts, the first of them plain.
    case equivariance(maximum: Double)
    /// The classes of pixels where two crops overlap.
    case overlap
    /// Classes, and how far the unmoved image is from training images.
    case typicality(TypicalityReference)
    /// The global sums of the maps at the sampling sites.
    case featureSums
  }

  /// What is known before an image is read: all that a document says about the protocol.
  public let rules: Rules
  let task: Task
  /// The views of image `index`; as many for every image.
  let views: @Sendable (_ input: AuditInput, _ index: Int) throws -> [ImageView]

  /// The rules of a protocol, as they stand in journals and documents.
  public struct Rules: Codable, Sendable, Equatable {
    public var name: String
    /// Where the protocol comes from.
    public var source: String
    /// What is moved, and what stands at the border.
    public var pictures: String
    /// Which shifts, and how they are drawn.
    public var shifts: String
    public var pairing: Pairing
    /// What the pairs are called in the line, where ``Pairing`` alone does not say it.
    public var pairs: String
    public var measures: [Measure]
    /// What is different from one part of the views to the next, where there are parts.
    public var series: Series?
    /// Into how many equal groups the images are put by ``ShiftRecord/typicality``; nil for none.
    public var groups: Int?
    public var seed: UInt64

    /// The protocol in one line, which stands beside every number it gives.
    public var line: String {
      "\(name) (\(source)): \(pictures); \(shifts); \(pairs); seed \(seed)"
    }
  }

  /// Equal parts of the views, in order, each with a value of what distinguishes them.
  public struct Series: Codable, Sendable, Equatable {
    public var name: String
    public var values: [Double]
    public var labels: [String]?
  }

  /// Which views are compared with each other.
  public enum Pairing: String, Codable, Sendable {
    /// (0, 1), (2, 3), …
    case couples
    /// (0, 1), (0, 2), … each later view with the first one.
    case first
    /// (0, 1), (1, 2), …
    case steps
    /// For each three views (0, 1) independent and (0, 2) neighbours.
    case triples
    /// No pairs: all views of a set must agree.
    case sets

    /// The pairs of `count` views.
    func pairs(of count: Int) -> [(Int, Int)] {
      switch self {
      case .couples: stride(from: 0, to: count - 1, by: 2).map { ($0, $0 + 1) }
      case .first: (1..<max(1, count)).map { (0, $0) }
      case .steps: (1..<max(1, count)).map { ($0 - 1, $0) }
      case .triples:
        stride(from: 0, to: count - 2, by: 3).flatMap { [($0, $0 + 1), ($0, $0 + 2)] }
      case .sets: []
      }
    }
  }

  /// A number of a protocol.
  public enum Measure: String, Codable, Sendable, CaseIterable {
    /// Share of pairs with equal argmax.
    case consistency
    /// Share of images with the same argmax in all views.
    case allAgree = "consistency_all"
    /// Share of pairs whose argmax differs.
    case change = "p_top1_change"
    /// Mean |p₁(c*) − p₂(c*)|, c* the answer to the first view of the pair.
    case mac
    /// Entries into and exits from the top 5 of the true class, from one view to the next; a count
    /// for each image.
    case jaggedness
    /// 1 − cosine of the softmax outputs of a pair.
    case sis
    /// Mean over images of the standard deviation over views of the true class's probability.
    case variation = "classification_variation"
    /// Share of pairs with equal argmax among those whose first view is right.
    case consistencyAmongCorrect = "consistency_among_correct"
    /// Over all views.
    case accuracy
    /// Over the first views of the pairs.
    case firstAccuracy = "accuracy_first"
    /// Over the later views, the first one, which is unshifted, left out.
    case shiftedAccuracy = "accuracy_shifted"
    /// Share of images that are right in all views.
    case worstAccuracy = "worst_shift_accuracy"
    /// Share of views with the true class among the first five.
    case topFive = "top5_accuracy"
    /// Population variance over the views of each output, summed over outputs.
    case logitVariance = "logit_variance"
    /// Mean squared difference over valid output pixels; EQ-T is 10 log₁₀(I²/it) dB.
    case equivarianceError = "equivariance_error"
    /// EQ-T in dB.
    case equivariance = "eq_t_db"
    /// Squared difference / squared output, over valid pixels.
    case relativeError = "equivariance_error_relative"
    /// Share of pixels of the overlap with equal argmax: mASSC.
    case overlap = "massc"
    /// Share of translations at which a map's global sum leaves its mean by more than 20 %.
    case nonshiftability

    /// Whether it is a share of trials.
    var isShare: Bool {
      switch self {
      case .consistency, .allAgree, .change, .consistencyAmongCorrect, .accuracy, .firstAccuracy,
        .shiftedAccuracy, .worstAccuracy, .topFive, .overlap, .nonshiftability:
        true
      default: false
      }
    }

    /// Whether it compares with the right class.
    var needsLabel: Bool {
      switch self {
      case .jaggedness, .variation, .consistencyAmongCorrect, .accuracy, .firstAccuracy,
        .shiftedAccuracy, .worstAccuracy, .topFive:
        true
      default: false
      }
    }
  }

  /// The views of an image whose whole answers are looked at; none where the image cannot give them.
  func answeredViews(_ input: AuditInput, _ index: Int) -> [ImageView] {
    switch task {
    case .answers, .typicality, .equivariance: (try? views(input, index)) ?? []
    case .overlap, .featureSums: []
    }
  }

  /// Whether every one of its numbers compares with the right class.
  var needsLabels: Bool { rules.measures.allSatisfy(\.needsLabel) }
}
