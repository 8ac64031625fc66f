import Foundation
import MoireStudies

/// What the table of a study shows, in order.
struct StudyColumn {
  var title: String
  var measure: String
  var part = ""
  /// Whether it is a share, written in percent.
  var isShare = true

  /// The columns of the main table.
  static let shift = [
    StudyColumn(title: "accuracy", measure: "accuracy"),
    StudyColumn(title: "consist. circular", measure: "consistency_circular"),
    StudyColumn(title: "crop", measure: "consistency_crop"),
    StudyColumn(title: "sub-pixel", measure: "consistency_subpixel"),
    StudyColumn(title: "variation", measure: "classification_variation", isShare: false),
    StudyColumn(title: "worst shift", measure: "worst_shift_accuracy"),
    StudyColumn(title: "P(change)", measure: "p_top1_change"),
  ]

  /// What happens inside, as far as it was measured.
  static let inside = [
    StudyColumn(title: "filter TV", measure: "filter_variation", isShare: false),
    StudyColumn(title: "alias 1 before", measure: "alias_before_ac", part: "site 1"),
    StudyColumn(title: "after", measure: "alias_after_ac", part: "site 1"),
    StudyColumn(title: "alias 2 before", measure: "alias_before_ac", part: "site 2"),
    StudyColumn(title: "after", measure: "alias_after_ac", part: "site 2"),
    StudyColumn(title: "distance", measure: "feature_distance", part: "last map", isShare: false),
  ]

  /// Stability under corruptions and perturbations.
  static let corruption = [
    StudyColumn(title: "corruption error", measure: "corruption_error"),
    StudyColumn(
      title: "relative", measure: "corruption_error_relative", isShare: false),
    StudyColumn(title: "flip rate", measure: "flip_rate"),
    StudyColumn(title: "relative", measure: "flip_rate_relative", isShare: false),
  ]

  /// Images from silhouettes.
  static let generation = [
    StudyColumn(title: "stability, dB", measure: "generation_stability_db", isShare: false),
    StudyColumn(title: "quality, dB", measure: "generation_quality_db", isShare: false),
    StudyColumn(title: "variation", measure: "generation_variation", isShare: false),
  ]

  /// One pixel's move of an object on a canvas.
  static let moves =
    [
      StudyColumn(title: "accuracy", measure: "accuracy"),
      StudyColumn(title: "moved", measure: "accuracy_moved"),
      StudyColumn(title: "P(change)", measure: "p_top1_change"),
      StudyColumn(title: "MAC", measure: "mac", isShare: false),
    ]
    + [8, 12, 16, 20, 24, 28].map {
      StudyColumn(title: "\($0) px", measure: "p_top1_change", part: "size \($0)")
    }

  /// The accuracy away from the place of training.
  static let offsets = (0...6).map {
    StudyColumn(title: "\($0) px", measure: "accuracy", part: "offset \($0)")
  }

  /// One pixel's move by the distance to the training set.
  static let typicality = (1...4).flatMap { quarter in
    [
      StudyColumn(
        title: "P, quarter \(quarter)", measure: "p_top1_change", part: "quarter \(quarter)"),
      StudyColumn(title: "accuracy", measure: "accuracy_moved", part: "quarter \(quarter)"),
    ]
  }

  /// "91.2 ± 0.4", percent for shares; "91.2" for one seed, "–" where it was not measured.
  func cell(_ row: StudyDocument.Row) -> String {
    guard let mean = row.mean(measure, part: part) else { return Figures.none }
    let unit = isShare ? 100.0 : 1
    let value = isShare ? fixed(mean.mean * unit, 2) : Figures.number(mean.mean)
    guard let high = mean.high else { return value }
    let half = (high - mean.mean) * unit
    return value + " ± " + (isShare ? fixed(half, 2) : Figures.number(half))
  }

  private func fixed(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }
}
