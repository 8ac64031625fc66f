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
  /// One pixel's move of an object on a canvas, for objects of several sizes.
  case sizes
  /// An object on a canvas, farther and farther from where it stood in training.
  case offsets
  /// One pixel's move, by how near the image is to the training set.
  case typicality
  /// Stability of generated images.
  case generation

  /// What is measured.
  struct Subject {
    var network: Network
    var cell: StudyCell
    var data: StudyData
    /// What the network was trained on.
    var training: ImageDataset
    var plan: StudyPlan
  }

  /// Every shift of every image is a run of its own.
  private func featureImages(_ plan: StudyPlan) -> Int { max(1, plan.mapImages / 5) }

  /// What is done, in one line, which stands beside the numbers.
  func line(_ subject: Subject) throws -> String {
    let plan = subject.plan
    switch self {
    case .shift:
      return try ShiftMeasure(subject.network, passes: plan.passes).protocolLine
        + "; first \(plan.testImages) test images"
    case .alias: return MapMeasure.aliasLine(plan.mapImages)
    case .features: return MapMeasure.featureLine(featureImages(plan))
    case .filters: return MapMeasure.filterLine
    case .corruption: return CorruptionMeasure.line(plan.corruptedImages)
    case .sizes: return try scene(subject).sizesLine
    case .offsets: return try scene(subject).offsetsLine
    case .typicality: return Typicality.line(plan)
    case .generation:
      return GenerationMeasure.line(
        plan, SilhouetteTraining(plan: plan, scale: subject.data.scale))
    }
  }

  /// Measures a network.
  ///
  /// - Throws: ``StudyError``, `LayerError` and what a measurement throws.
  func values(_ subject: Subject) throws -> [CellResult.Value] {
    let (network, data, plan) = (subject.network, subject.data, subject.plan)
    switch self {
    case .shift:
      return try ShiftMeasure(network, passes: plan.passes).values(
        BatchEvaluator(network, threads: plan.threads),
        data.test.limited(to: plan.testImages), data.scale)
    case .alias:
      return try MapMeasure.alias(network, data.inputs(plan.mapImages), threads: plan.threads)
    case .features:
      return try MapMeasure.features(
        network, data.inputs(featureImages(plan)), threads: plan.threads)
    case .filters: return MapMeasure.filters(network)
    case .corruption:
      return try CorruptionMeasure.values(
        BatchEvaluator(network, threads: plan.threads), data.corrupted, plan.corruptedImages,
        data.scale, threads: plan.threads)
    case .sizes:
      let measure = try scene(subject)
      return try measure.sensitivity() + measure.sizes()
    case .offsets: return try scene(subject).offsets()
    case .typicality: return try typicality(subject)
    case .generation:
      return try GenerationMeasure(network, threads: plan.threads).values(
        data.test.limited(to: plan.corruptedImages), data.scale)
    }
  }

  private func scene(_ subject: Subject) throws -> SceneMeasure {
    guard let scene = subject.cell.scene else {
      throw StudyError.unfit(
        network: subject.network.name, reason: "\(rawValue) needs objects on a canvas")
    }
    return SceneMeasure(
      scene: scene, evaluator: try BatchEvaluator(subject.network, threads: subject.plan.threads),
      test: try subject.data.test.limited(to: subject.plan.sceneImages), scale: subject.data.scale,
      passes: subject.plan.passes)
  }

  private func typicality(_ subject: Subject) throws -> [CellResult.Value] {
    let measure = try scene(subject)
    let typical = try Typicality(
      subject.network, training: subject.training.limited(to: subject.plan.typicalImages),
      scale: subject.data.scale, threads: subject.plan.threads)
    let distances = try typical.distances(measure.scene.centered(measure.test))
    return Typicality.quarters(distances, try measure.pairs(measure.scene.object))
  }
}
