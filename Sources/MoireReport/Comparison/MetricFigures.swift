import MoireAnalysis

/// How the numbers of a comparison are written.
enum MetricFigures {
  private static let titles = [
    "alias_fraction": "alias fraction", "alias_fraction_ac": "alias fraction, AC",
    "channel_median_ac": "AC, median channel",
    "preactivation_alias_fraction_ac": "AC before activation",
    "agreement": "agreement over shifts", "logit_variance_relative": "logit variance, relative",
    "pointwise_alias_fraction": "alias fraction of the activation",
    "changed_shifts": "shifts that change the answer",
  ]

  static func title(_ name: String) -> String {
    titles[name]
      ?? (isShare(name) && name.hasSuffix("_alias_fraction")
        ? name.replacing("_", with: " ") : ShiftMetricNames.title(name).replacing("_", with: " "))
  }

  static func isShare(_ name: String) -> Bool {
    ShiftMetricNames.isShare(name) || name.contains("alias_fraction")
      || ["channel_median_ac", "agreement", "changed_shifts"].contains(name)
      || name.hasPrefix("share_at_stride_")
  }

  static func value(_ name: String, _ value: Double?) -> String {
    if name == "eq_t_db", value == nil { return "∞" }
    return isShare(name) ? Figures.percent(value) : Figures.number(value)
  }

  /// With its sign; of shares in percentage points.
  static func difference(_ name: String, _ value: Double?) -> String {
    guard let value, value.isFinite else { return Figures.none }
    let size = isShare(name) ? abs(value) * 100 : abs(value)
    let sign = value > 0 ? "+" : value < 0 ? "−" : "±"
    let text = size > 0 && size < 1e-9 ? "0" : Figures.number(size)
    return sign + text + (isShare(name) ? " pt" : "")
  }

  static func interval(_ name: String, _ difference: ComparisonDocument.Difference?) -> String {
    guard let difference, difference.interval != nil else { return Figures.none }
    return "\(MetricFigures.difference(name, difference.low)) … "
      + MetricFigures.difference(name, difference.high)
  }
}
