/// What the numbers of shift protocols are called, and how they are written.
enum ShiftMetricNames {
  private static let titles = [
    "consistency": "consistency", "consistency_all": "consistency (all agree)",
    "p_top1_change": "P(top-1 change)", "mac": "MAC", "jaggedness": "jaggedness, an image",
    "sis": "1 − cosine of softmax", "classification_variation": "classification variation",
    "consistency_among_correct": "consistency among correct", "accuracy": "accuracy",
    "accuracy_first": "accuracy, first of pairs", "accuracy_shifted": "accuracy, shifted",
    "worst_shift_accuracy": "worst-shift accuracy", "top5_accuracy": "top-5 accuracy",
    "logit_variance": "logit variance", "equivariance_error": "mean squared difference",
    "eq_t_db": "EQ-T, dB", "equivariance_error_relative": "difference / output, squared",
    "massc": "mASSC", "nonshiftability": "non-shiftability",
  ]

  private static let shares: Set<String> = [
    "consistency", "consistency_all", "p_top1_change", "consistency_among_correct", "accuracy",
    "accuracy_first", "accuracy_shifted", "worst_shift_accuracy", "top5_accuracy", "massc",
    "nonshiftability",
  ]

  static func title(_ name: String) -> String { titles[name] ?? name }

  /// For the columns of a series.
  static func short(_ name: String) -> String {
    switch name {
    case "p_top1_change": "top-1 change"
    case "accuracy_first": "accuracy"
    default: title(name)
    }
  }

  /// Whether the number is a fraction that reads well in percent.
  static func isShare(_ name: String) -> Bool { shares.contains(name) }
}
