import ArgumentParser
import MoireKit

/// A condition on the numbers of an audit, such as `consistency<0.95`.
struct FailCondition: ExpressibleByArgument {
  /// The condition holds: the audit went well, its result did not.
  struct Holds: Error {
    let description: String
  }

  let metric: String
  let comparison: String
  let bound: Double

  static let shiftMetrics = [
    "consistency", "p_top1_change", "mac", "logit_variance", "logit_variance_relative",
    "worst_shift_accuracy", "accuracy",
  ]
  static let siteMetrics = ["alias_fraction", "alias_fraction_ac", "identity_difference"]

  init?(argument: String) {
    let text = argument.filter { $0 != " " }
    for comparison in ["<=", ">=", "<", ">"] {
      let parts = text.split(separator: comparison, omittingEmptySubsequences: false)
      guard parts.count == 2, let bound = Double(parts[1]) else { continue }
      let metric = String(parts[0])
      guard (Self.shiftMetrics + Self.siteMetrics).contains(metric) else { return nil }
      self.metric = metric
      self.comparison = comparison
      self.bound = bound
      return
    }
    return nil
  }

  static var usage: String {
    "METRIC<NUMBER or METRIC>NUMBER (also <=, >=) with METRIC one of "
      + (shiftMetrics + siteMetrics).joined(separator: ", ")
  }

  /// Throws ``Holds`` for the first reading that meets the condition, ``CommandError`` when the audit
  /// has no such number.
  func check(_ document: AuditDocument) throws {
    let readings = values(in: document)
    guard !readings.isEmpty else {
      throw ValidationError("--fail-if \(metric): this audit has no such number")
    }
    for (place, value) in readings where holds(value) {
      throw Holds(
        description: "--fail-if: \(metric) = \(value) \(place), which is \(comparison) \(bound)")
    }
  }

  private func holds(_ value: Double) -> Bool {
    switch comparison {
    case "<": value < bound
    case "<=": value <= bound
    case ">": value > bound
    default: value >= bound
    }
  }

  private func values(in document: AuditDocument) -> [(String, Double)] {
    let shifts = document.shift.compactMap { reading -> (String, Double)? in
      let value: Double? =
        switch metric {
        case "consistency": reading.consistency
        case "p_top1_change": reading.pTop1Change
        case "mac": reading.mac
        case "logit_variance": reading.logitVariance
        case "logit_variance_relative": reading.logitVarianceRelative
        case "worst_shift_accuracy": reading.worstShiftAccuracy
        default: nil
        }
      return value.map { ("under \(reading.protocol) shifts", $0) }
    }
    let sites = document.sites.compactMap { site -> (String, Double)? in
      let value: Double? =
        switch metric {
        case "alias_fraction": site.aliasFraction
        case "alias_fraction_ac": site.aliasFractionAc
        case "identity_difference": site.identityDifference
        default: nil
        }
      return value.map { ("at \(site.path)", $0) }
    }
    let accuracy = metric == "accuracy" ? document.images.accuracy.map { [("unshifted", $0)] } : nil
    return shifts + sites + (accuracy ?? [])
  }
}
