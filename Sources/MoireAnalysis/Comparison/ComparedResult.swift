import MoireTensors

/// One result file, made ready to be put beside others: what it was measured on, and its numbers by
/// place.
public struct ComparedResult: Sendable {
  /// Which command wrote the file.
  public enum Kind: String, Codable, Sendable {
    case audit, shift, theorem
  }

  /// A number with the interval that its file gives.
  public struct Number: Sendable {
    public var name: String
    /// Nil where there is none to be had.
    public var value: Double?
    public var low, high: Double?
    /// The same of each image by name, where the number is their mean.
    public var images: [String: Double]?

    init(
      _ name: String, _ value: Double?, low: Double? = nil, high: Double? = nil,
      images: [String: Double]? = nil
    ) {
      self.name = name
      self.value = value
      self.low = low
      self.high = high
      self.images = images
    }
  }

  /// What numbers belong to: the network as a whole, a site, an activation, a protocol.
  public struct Place: Sendable {
    public var group: ComparisonDocument.Group
    public var name: String
    /// What is there, as `max-pool 2×2`; empty where the name says it.
    public var facts = ""
    public var numbers: [Number]
  }

  /// Where it was read.
  public var file: String
  public var kind: Kind
  public var schema: Int
  public var versions: AuditDocument.Versions
  public var network: AuditDocument.NetworkSummary
  public var preprocessing: AuditDocument.PreprocessingSummary
  public var read, labelled: Int
  /// The images by name, where the file has them.
  public var images: [String]?
  public var skipped: [String]
  /// What was set and must be the same, as `seed`.
  public var settings: [(name: String, value: String)]
  /// The protocols by name, each with its line.
  public var protocols: [(name: String, line: String)]
  public var places: [Place]
}

extension SiteReading {
  fileprivate var facts: String { "\(operation), stride \(stride), \(denseSize) → \(outputSize)" }
}

extension ComparedResult {
  /// An audit: each site's alias fractions, each protocol's metrics, accuracy and agreement.
  public init(_ document: AuditDocument, file: String) {
    self.file = file
    kind = .audit
    (schema, versions, network) = (document.schema, document.versions, document.network)
    preprocessing = document.preprocessing
    (read, labelled) = (document.images.read, document.images.labelled)
    images = document.images.predictions.map(\.image)
    skipped = document.images.skipped.map(\.name)
    settings = []
    protocols = document.shift.map { ($0.protocol, $0.protocolLine) }
    places =
      [ComparedResult.network(document.images)]
      + document.sites.map { site in
        Place(
          group: .site, name: site.path, facts: site.facts,
          numbers: [
            Number("alias_fraction", site.aliasFraction),
            Number("alias_fraction_ac", site.aliasFractionAc),
            Number("channel_median_ac", site.channelQuartilesAc.median),
            Number("preactivation_alias_fraction_ac", site.preactivation.aliasFractionAc),
          ])
      }
      + document.shift.map { Place(group: .protocol, name: $0.protocol, numbers: $0.numbers) }
  }

  /// Accuracy and agreement, image by image.
  static func network(_ images: AuditDocument.ImageSummary) -> Place {
    let right = images.predictions.compactMap { item in
      item.label.map { (item.image, $0 == item.prediction ? 1.0 : 0) }
    }
    let agreement = images.predictions.compactMap { item in item.agreement.map { (item.image, $0) }
    }
    let byName = { (items: [(String, Double)]) in
      Dictionary(items) { first, _ in first }
    }
    var numbers: [Number] = []
    if images.accuracy != nil {
      numbers.append(Number("accuracy", images.accuracy, images: byName(right)))
    }
    if !agreement.isEmpty {
      let mean = agreement.reduce(0) { $0 + $1.1 } / Double(agreement.count)
      numbers.append(Number("agreement", mean, images: byName(agreement)))
    }
    return Place(group: .network, name: "all images", numbers: numbers)
  }

  /// A run of shift protocols: every number with its interval, and every part of a series.
  public init(_ document: ShiftDocument, file: String) {
    self.file = file
    kind = .shift
    (schema, versions, network) = (document.schema, document.versions, document.network)
    preprocessing = document.preprocessing
    (read, labelled) = (document.images.read, document.images.labelled)
    images = nil
    skipped = document.images.skipped.map(\.name)
    let set = document.settings
    settings = [
      ("passes", "\(set.passes)"), ("seed", "\(set.seed)"), ("grid step", "\(set.gridStep)"),
    ]
    protocols = document.protocols.map { ($0.name, $0.protocolLine) }
    let accuracy = document.images.accuracy.map { [Number($0)] } ?? []
    places =
      [Place(group: .network, name: "all images", numbers: accuracy)]
      + document.protocols.flatMap { result in
        [Place(group: .protocol, name: result.name, numbers: result.metrics.map(Number.init))]
          + result.series.map { point in
            Place(
              group: .series, name: "\(result.name) at \(point.label ?? "\(point.value)")",
              numbers: point.metrics.map(Number.init))
          }
      }
  }

  /// `moire theorem`: each site's identities behind each filter as predicted, each activation, and what
  /// the shifts that were answered do to the answer.
  public init(_ document: TheoremDocument, file: String) {
    self.file = file
    kind = .theorem
    (schema, versions, network) = (document.schema, document.versions, document.network)
    preprocessing = document.preprocessing
    (read, labelled) = (document.images.read, document.images.labelled)
    images = document.images.predictions.map(\.image)
    skipped = document.images.skipped.map(\.name)
    settings = [
      ("filters", document.filters.joined(separator: ",")),
      ("pointwise factor", document.factor.map { "\($0)" } ?? "none"),
      ("circular padding", document.circular == nil ? "off" : "on"),
    ]
    protocols = [("theorem", document.protocolLine)]
    places =
      [ComparedResult.network(document.images)]
      + document.sites.map { site in
        Place(
          group: .site, name: site.path,
          facts: "\(site.operation), stride \(site.stride), \(site.denseSize) → \(site.outputSize)",
          numbers: site.filters.flatMap { reading in
            let filter = reading.filter.replacing("-", with: "_")
            return [
              Number("\(filter)_alias_fraction", reading.aliasFraction?.predicted),
              Number("\(filter)_equivariance_error", reading.equivarianceError?.predicted),
            ]
          })
      }
      + document.pointwise.map {
        Place(
          group: .activation, name: $0.path, facts: $0.function,
          numbers: [Number("pointwise_alias_fraction", $0.aliasFraction)])
      }
    if let chain = document.phaseChain {
      let images = chain.images.map { ($0.image, $0.total, $0.normalizedTotal, $0.certificate) }
      let shares = chain.levels.map { level in
        let stride = level.cumulativeStride
        let text = stride.height == stride.width ? "\(stride.height)" : "\(stride)"
        return Number("share_at_stride_\(text)", level.shareFraction)
      }
      places.append(Self.shifts("every circular shift", images, shares))
    }
    if let set = document.shiftSet {
      let images = set.images.map { ($0.image, $0.total, $0.normalizedTotal, $0.certificate) }
      places.append(Self.shifts("circular shifts \(set.shifts)", images, []))
    }
  }

  /// The logit variance over shifts and the shifts with another answer, image by image.
  private static func shifts(
    _ name: String,
    _ images: [(name: String, total: Double, relative: Double, certificate: ShiftCertificate)],
    _ shares: [Number]
  ) -> Place {
    func number(_ name: String, _ value: (Int) -> Double) -> Number {
      let values = images.indices.map(value)
      return Number(
        name, values.isEmpty ? nil : values.reduce(0, +) / Double(values.count),
        images: Dictionary(zip(images.map(\.name), values)) { first, _ in first })
    }
    return Place(
      group: .network, name: name,
      numbers: [
        number("changed_shifts") {
          Double(images[$0].certificate.changed) / Double(images[$0].certificate.represented)
        },
        number("logit_variance") { images[$0].total },
        number("logit_variance_relative") { images[$0].relative },
      ] + shares)
  }
}

extension ComparedResult.Number {
  init(_ metric: ShiftDocument.Metric) {
    self.init(metric.name, metric.value, low: metric.low, high: metric.high)
  }
}

extension ShiftReading {
  fileprivate var numbers: [ComparedResult.Number] {
    let all: [(String, Double?)] = [
      ("consistency", consistency), ("p_top1_change", pTop1Change), ("mac", mac),
      ("logit_variance", logitVariance), ("logit_variance_relative", logitVarianceRelative),
      ("accuracy", accuracy), ("worst_shift_accuracy", worstShiftAccuracy),
    ]
    return all.filter { $0.1 != nil }.map { ComparedResult.Number($0.0, $0.1) }
  }
}
