public import MoireTraining

/// Where a study stands, for a line on the screen.
public struct StudyProgress: Sendable {
  /// What is being done to a cell.
  public enum Stage: Sendable {
    case training(TrainingProgress)
    /// A network that gives images.
    case fitting(step: Int, steps: Int, loss: Double)
    case measuring(StudyMeasure)
    /// The cell is finished; its file is there.
    case finished(CellResult)
  }

  /// Cells that are finished, those of earlier runs among them.
  public let done: Int
  public let cells: Int
  public let cell: StudyCell
  public let stage: Stage
  /// By the mean time of the cells of this run; nil before the first one is finished.
  public let secondsLeft: Double?
}
