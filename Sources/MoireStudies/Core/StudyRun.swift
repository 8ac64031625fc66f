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
    let training = try data.training.limited(to: plan.trainingImages)
    let known = try study.cells.map {
      try folder.result(of: $0, version: MoireVersion.current, plan: plan.line)
    }
    var results: [CellResult] = []
    var (fresh, begin) = (0, Date())
    for (index, cell) in study.cells.enumerated() {
      if let result = known[index], try isComplete(result) {
        results.append(result)
        continue
      }
      if fresh == 0 { begin = Date() }
      let left = study.cells.indices.count { $0 >= index && known[$0] == nil }
      let tell = { (stage: StudyProgress.Stage, isDone: Bool) in
        let mean = Date().timeIntervalSince(begin) / Double(max(fresh, 1))
        report(
          StudyProgress(
            done: index + (isDone ? 1 : 0), cells: study.cells.count, cell: cell, stage: stage,
            secondsLeft: fresh > 0 ? mean * Double(left - (isDone ? 1 : 0)) : nil))
      }
      let result = try self.result(of: cell, training, known[index]) { tell($0, false) }
      results.append(result)
      fresh += 1
      tell(.finished(result), true)
    }
    return StudyDocument(study, plan: plan.line, results)
  }

  /// - Throws: ``StudyError/cell(path:reason:)`` for a measurement of another protocol.
  private func isComplete(_ result: CellResult) throws -> Bool {
    let network = try network(of: result.cell)
    for measure in study.measures {
      guard let group = result.groups[measure.rawValue] else { continue }
      let line = try measure.line(network, plan)
      guard group.protocolLine == line else {
        throw StudyError.cell(
          path: folder.file(of: result.cell),
          reason: "has \(measure.rawValue) by another protocol (\(group.protocolLine)), now \(line)")
      }
    }
    return study.measures.allSatisfy { result.groups[$0.rawValue] != nil }
  }

  private func result(
    of cell: StudyCell, _ training: ImageDataset, _ known: CellResult?,
    report: (StudyProgress.Stage) -> Void
  ) throws -> CellResult {
    let start = try network(of: cell)
    let trainer = try Trainer(
      start, data: training, plan: plan.training(cell), scale: data.scale,
      checkpoint: folder.checkpoint(of: cell), resumes: true)
    let network = try trainer.run { report(.training($0)) }
    var result =
      known
      ?? CellResult(
        version: MoireVersion.current, plan: plan.line, cell: cell,
        trainingSeconds: trainer.records.last?.seconds ?? 0)
    for measure in study.measures where result.groups[measure.rawValue] == nil {
      report(.measuring(measure))
      let begin = Date()
      let values = try measure.values(network, data, plan)
      result.groups[measure.rawValue] = CellResult.Group(
        protocolLine: try measure.line(network, plan),
        seconds: Date().timeIntervalSince(begin), values: values)
      try folder.write(result)
    }
    return result
  }

  private func network(of cell: StudyCell) throws -> Network {
    try cell.method.network(
      Zoo.architecture(named: cell.network), inputShape: data.training.shape,
      classes: data.training.classes.count, seed: cell.seed)
  }
}
