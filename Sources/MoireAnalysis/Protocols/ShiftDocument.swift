import Foundation
import MoireTensors

/// Everything a run of shift protocols says, as it stands in `shift.json`: keys in snake case,
/// fractions 0…1.
///
/// It follows from the header and the records alone.
public struct ShiftDocument: Codable, Sendable, Equatable {
  /// The version of this schema; it rises when a key changes its meaning.
  public var schema = 1
  public var versions: AuditDocument.Versions
  public var network: AuditDocument.NetworkSummary
  public var networkFingerprint: String
  public var preprocessing: AuditDocument.PreprocessingSummary
  public var settings: ShiftSettings
  public var images: Images
  /// How the intervals were made.
  public var intervals: String
  public var protocols: [Result]
  /// What the reader should know: what was left out and why.
  public var remarks: [String]

  /// The images of a run.
  public struct Images: Codable, Sendable, Equatable {
    public var read, labelled: Int
    /// Right answers on the unshifted labelled images.
    public var accuracy: Metric?
    /// Pictures that the network saw.
    public var evaluations: Int
    public var skipped: [AuditDocument.Skipped]
  }

  /// One protocol.
  public struct Result: Codable, Sendable, Equatable {
    public var name: String
    /// The protocol in one line: pictures, shifts, pairs and agreement, seed.
    public var protocolLine: String
    public var rules: ShiftTrial.Rules
    public var images: Int
    public var pairs: Int
    /// Images that the protocol could not show.
    public var refused: [AuditDocument.Skipped]
    public var metrics: [Metric]
    /// The same for each part of a series.
    public var series: [Point]
  }

  /// One value of a series.
  public struct Point: Codable, Sendable, Equatable {
    public var value: Double
    public var label: String?
    public var metrics: [Metric]
  }

  /// One number with its 95 % interval; both ends are nil where there is none to be had, as for a mean
  /// over one image.
  public struct Metric: Codable, Sendable, Equatable {
    public var name: String
    /// Nil for an infinite number of decibels: no difference at all.
    public var value: Double?
    public var low, high: Double?
    /// `wilson` or `bootstrap`.
    public var interval: String?
  }

  /// The document of images that were read.
  ///
  /// - Parameters:
  ///   - records: in any order; of two for one image the later one counts.
  ///   - remarks: what to say besides the header's remarks.
  public init(_ header: ShiftHeader, _ records: [ImageRecord], remarks: [String] = []) {
    let latest = Dictionary(records.map { ($0.index, $0) }) { _, new in new }
    let all = latest.values.sorted { $0.index < $1.index }
    let read = all.filter { $0.skipped == nil }
    versions = header.versions
    network = header.network
    networkFingerprint = header.networkFingerprint
    preprocessing = header.preprocessing
    settings = header.settings
    images = Images(
      read: read.count, labelled: header.isClassifier ? read.count { $0.label != nil } : 0,
      accuracy: header.isClassifier ? ShiftDocument.accuracy(read) : nil,
      evaluations: read.reduce(0) { $0 + $1.evaluations },
      skipped: all.compactMap { image in
        image.skipped.map { AuditDocument.Skipped(name: image.name, reason: $0) }
      })
    intervals =
      "95 %: Wilson over images for shares with one trial an image and for 0 and 100 %, else percentiles of "
      + "\(Interval.resamples) bootstrap resamples of whole images, seed \(header.settings.seed)"
    protocols = header.protocols.enumerated().map { number, rules in
      ShiftDocument.result(rules, read.map { ($0, $0.protocols[number]) })
    }
    self.remarks = header.remarks + remarks
  }

  /// - Throws: ``ShiftError/impossible(protocol:reason:)`` for the first protocol that no image could
  ///   be shown in.
  public func requireImages() throws {
    for result in protocols where result.images == 0 {
      let reason = result.refused.first.map { "no image fits it; \($0.name): \($0.reason)" }
      throw ShiftError.impossible(protocol: result.name, reason: reason ?? "no image was read")
    }
  }

  private static func accuracy(_ images: [ImageRecord]) -> Metric? {
    let labelled = images.filter { $0.label != nil }
    guard !labelled.isEmpty else { return nil }
    let right = Double(labelled.count { $0.prediction == $0.label })
    let (low, high) = Interval.wilson(right, of: Double(labelled.count))
    return Metric(
      name: ShiftTrial.Measure.accuracy.rawValue, value: right / Double(labelled.count), low: low,
      high: high, interval: "wilson")
  }

  private static func result(
    _ rules: ShiftTrial.Rules, _ records: [(image: ImageRecord, record: ShiftRecord)]
  ) -> Result {
    let refused = records.compactMap { image, record in
      record.refused.map { AuditDocument.Skipped(name: image.name, reason: $0) }
    }
    let shown = records.filter { $0.record.refused == nil }
    let parts = rules.series?.values.count ?? 1
    let points = (rules.series?.values ?? []).enumerated().map { part, value in
      Point(
        value: value, label: rules.series?.labels?[part],
        metrics: metrics(rules, shown, part: part, of: parts))
    }
    return Result(
      name: rules.name, protocolLine: rules.line, rules: rules, images: shown.count,
      pairs: shown.reduce(0) { $0 + $1.record.pairCount }, refused: refused,
      // A mean over sites of different depth says nothing.
      metrics: rules.measures == [.nonshiftability] ? [] : metrics(rules, shown, part: 0, of: 1),
      series: rules.groups.map { groups(rules, shown, $0) } ?? points)
  }

  /// Equal groups of images, the most typical ones first; each stands at its mean distance.
  private static func groups(
    _ rules: ShiftTrial.Rules, _ records: [(image: ImageRecord, record: ShiftRecord)], _ count: Int
  ) -> [Point] {
    let sorted = records.compactMap { item in item.record.typicality.map { ($0, item) } }
      .sorted { ($0.0, $0.1.image.index) < ($1.0, $1.1.image.index) }
    return (0..<count).compactMap { group in
      let own = sorted[sorted.count * group / count..<sorted.count * (group + 1) / count]
      guard !own.isEmpty else { return nil }
      return Point(
        value: own.reduce(0) { $0 + $1.0 } / Double(own.count), label: nil,
        metrics: metrics(rules, own.map(\.1), part: 0, of: 1))
    }
  }

  private static func metrics(
    _ rules: ShiftTrial.Rules, _ records: [(image: ImageRecord, record: ShiftRecord)], part: Int,
    of count: Int
  ) -> [Metric] {
    rules.measures.compactMap { measure in
      let tally = Tally(measure, rules, records, part: part, of: count)
      return Metric(measure, tally, seed: rules.seed)
    }
  }
}

extension ShiftDocument.Metric {
  /// The metric of a tally; nil when there is nothing to count.
  init?(_ measure: ShiftTrial.Measure, _ tally: Tally, seed: UInt64) {
    guard let value = tally.value else { return nil }
    name = measure.rawValue
    // Resamples of images that are all alike show no spread; the images are few all the same.
    let isExtreme = measure.isShare && (value == 0 || value == 1)
    let isWilson = tally.isOneTrialEach || isExtreme
    let count = Double(tally.numerators.count)
    let range =
      isWilson
      ? Interval.wilson(value * count, of: count)
      : Interval.bootstrap(tally.numerators, tally.denominators, seed: seed)
    interval = range == nil ? nil : isWilson ? "wilson" : "bootstrap"
    guard measure == .equivariance else {
      self.value = value
      (low, high) = (range?.low, range?.high)
      return
    }
    func decibel(_ error: Double) -> Double? {
      let maximum = ShiftCatalog.maximum
      return error > 0 ? 10 * log10(maximum * maximum / error) : nil
    }
    // A smaller error is a larger number of decibels.
    self.value = decibel(value)
    (low, high) = (range.flatMap { decibel($0.high) }, range.flatMap { decibel($0.low) })
  }
}

extension ShiftRecord {
  /// Pairs, or for sets without pairs the views.
  var pairCount: Int {
    if let errors { return errors.count }
    if let overlap { return overlap.count }
    return agree?.count ?? 0
  }
}
