import Foundation
import MoireLayers
import MoireModels
import MoireTensors
import MoireTraining

/// A study under way: trains and measures its cells one by one and keeps each result as it ends.
public struct StudyRun {
  public let study: Study
  public let plan: StudyPlan
  private let data: StudyData
  private let folder: StudyFolder

  /// - Parameters:
  ///   - path: the folder that cells are kept in; finished ones are read from it.
  /// - Throws: ``StudyError``.
  public init(_ study: Study, data: StudyData, plan: StudyPlan, folder path: String) throws {
    try plan.validate()
    self.study = study
    self.plan = plan
    self.data = data
    folder = try StudyFolder(path)
    try folder.claim(study.name, version: MoireVersion.current, plan: plan.line)
  }

  /// Runs what is not there yet.
  ///
  /// A cell that was stopped in its training goes on from its checkpoint; one whose file lacks a
  /// measurement is measured, not trained again.
  /// - Parameter report: told of every step of training, every measurement and every finished cell.
  /// - Returns: the table over all cells.
  /// - Throws: ``StudyError`` for a cell of another version or plan, `TrainingError`, `LayerError`.
  public func run(report: (StudyProgress) -> Void = { _ in }) throws -> StudyDocument {
    let images = TrainingImages(try data.training.limited(to: plan.trainingImages))
    let (known, isComplete) = try finished(images)
    var results: [CellResult] = []
    let begin = Date()
    for (index, cell) in study.cells.enumerated() {
      if let result = known[index], isComplete[index] {
        results.append(result)
        continue
      }
      func tell(_ stage: StudyProgress.Stage, done: Int) {
        let fresh = isComplete[..<(index + done)].count { !$0 }
        let left = isComplete[(index + done)...].count { !$0 }
        let mean = Date().timeIntervalSince(begin) / Double(max(fresh, 1))
        report(
          StudyProgress(
            done: index + done, cells: study.cells.count, cell: cell, stage: stage,
            secondsLeft: fresh > 0 ? mean * Double(left) : nil))
      }
      let result = try self.result(of: cell, images, known[index]) { tell($0, done: 0) }
      results.append(result)
      tell(.finished(result), done: 1)
    }
    return StudyDocument(study, plan: plan.line, results)
  }

  /// The table over the cells that are finished; nothing is trained or measured.
  ///
  /// - Throws: as ``run(report:)``, and ``StudyError/unfinished(path:)``.
  public func table() throws -> StudyDocument {
    let images = TrainingImages(try data.training.limited(to: plan.trainingImages))
    let (known, isComplete) = try finished(images)
    let results = zip(known, isComplete).compactMap { $1 ? $0 : nil }
    guard !results.isEmpty else { throw StudyError.unfinished(path: folder.path) }
    return StudyDocument(study, plan: plan.line, results)
  }

  /// What there is of each cell, and whether it is all of it.
  private func finished(_ images: TrainingImages) throws -> ([CellResult?], [Bool]) {
    let known = try study.cells.map {
      try folder.result(of: $0, version: MoireVersion.current, plan: plan.line)
    }
    return (known, try known.map { try $0.map { try isComplete($0, images) } ?? false })
  }

  /// - Throws: ``StudyError/cell(path:reason:)`` for a measurement of another protocol.
  private func isComplete(_ result: CellResult, _ images: TrainingImages) throws -> Bool {
    let subject = StudyMeasure.Subject(
      network: try network(of: result.cell), cell: result.cell, data: data,
      training: images.plain, plan: plan)
    for measure in study.measures(of: result.cell) {
      guard let group = result.groups[measure.rawValue] else { continue }
      let line = try measure.line(subject)
      guard group.protocolLine == line else {
        throw StudyError.cell(
          path: folder.file(of: result.cell),
          reason: "has \(measure.rawValue) by another protocol (\(group.protocolLine)), now \(line)"
        )
      }
    }
    return study.measures(of: result.cell).allSatisfy { result.groups[$0.rawValue] != nil }
  }

  private func result(
    of cell: StudyCell, _ images: TrainingImages, _ known: CellResult?,
    report: (StudyProgress.Stage) -> Void
  ) throws -> CellResult {
    let training = try images.images(of: cell)
    let (network, seconds) = try trained(cell, training, report: report)
    var result =
      known
      ?? CellResult(
        version: MoireVersion.current, plan: plan.line, cell: cell,
        trainingSeconds: seconds)
    let subject = StudyMeasure.Subject(
      network: network, cell: cell, data: data, training: training, plan: plan)
    for measure in study.measures(of: cell) where result.groups[measure.rawValue] == nil {
      report(.measuring(measure))
      let begin = Date()
      let values = try measure.values(subject)
      result.groups[measure.rawValue] = CellResult.Group(
        protocolLine: try measure.line(subject), seconds: Date().timeIntervalSince(begin),
        values: values)
      try folder.write(result)
    }
    return result
  }

  /// The trained network and the seconds it took; networks that give images are trained from the
  /// beginning, they keep no checkpoint.
  private func trained(
    _ cell: StudyCell, _ training: ImageDataset, report: (StudyProgress.Stage) -> Void
  ) throws -> (network: Network, seconds: Double) {
    guard !cell.givesImages else {
      return try SilhouetteTraining(plan: plan, scale: data.scale).run(
        network(of: cell), training, seed: cell.seed
      ) { report(.fitting(step: $0, steps: $1, loss: $2)) }
    }
    let trainer = try Trainer(
      network(of: cell), data: training, plan: plan.training(cell), scale: data.scale,
      checkpoint: folder.checkpoint(of: cell), resumes: true)
    let network = try trainer.run { report(.training($0)) }
    return (network, trainer.records.last?.seconds ?? 0)
  }

  private func network(of cell: StudyCell) throws -> Network {
    try cell.network(inputShape: data.training.shape, classes: data.training.classes.count)
  }
}

/// The training images of a run, put on the canvas of the scene that was asked for last.
private final class TrainingImages {
  let plain: ImageDataset
  private var made: (scene: StudyScene, images: ImageDataset)?

  init(_ plain: ImageDataset) { self.plain = plain }

  func images(of cell: StudyCell) throws -> ImageDataset {
    guard let scene = cell.scene else { return plain }
    if let made, made.scene == scene { return made.images }
    let images = try scene.centered(plain)
    made = (scene, images)
    return images
  }
}
