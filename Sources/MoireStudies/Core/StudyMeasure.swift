import MoireLayers
import MoireTensors
import MoireTraining

/// A kind of measurement of a trained cell.
public enum StudyMeasure: String, Codable, Sendable, CaseIterable {
  /// Accuracy, consistency, variation, worst shift.
  case shift
  /// Alias fractions before and after the filter of each site.
  case alias
  /// Internal feature distance.
  case features
  /// Total variation of the learned filters.
  case filters
  /// Error on corrupted images, flip rate along perturbation sequences.
  case corruption

  /// What is done, in one line, which stands beside the numbers.
  func line(_ network: Network, _ plan: StudyPlan) throws -> String {
    switch self {
    case .shift:
      try ShiftMeasure(network, passes: plan.passes).protocolLine
        + "; first \(plan.testImages) test images"
    case .alias: MapMeasure.aliasLine(plan.mapImages)
    case .features: MapMeasure.featureLine(featureImages(plan))
    case .filters: MapMeasure.filterLine
    case .corruption: CorruptionMeasure.line(plan.corruptedImages)
    }
  }

  /// Every shift of every image is a run of its own.
  private func featureImages(_ plan: StudyPlan) -> Int { max(1, plan.mapImages / 5) }

  /// Measures a network.
  ///
  /// - Throws: ``StudyError``, `LayerError` and what a measurement throws.
  func values(
    _ network: Network, _ data: StudyData, _ plan: StudyPlan
  ) throws -> [CellResult.Value] {
    switch self {
    case .shift:
      try ShiftMeasure(network, passes: plan.passes).values(
        BatchEvaluator(network, threads: plan.threads),
        data.test.limited(to: plan.testImages), data.scale)
    case .alias:
      try MapMeasure.alias(network, data.inputs(plan.mapImages), threads: plan.threads)
    case .features:
      try MapMeasure.features(network, data.inputs(featureImages(plan)), threads: plan.threads)
    case .filters: MapMeasure.filters(network)
    case .corruption:
      try CorruptionMeasure.values(
        BatchEvaluator(network, threads: plan.threads), data.corrupted, plan.corruptedImages,
        data.scale, threads: plan.threads)
    }
  }
}
