import Foundation
import MoireKit

/// The line that says how a study goes: rewritten in place on a terminal, one line a cell elsewhere.
final class StudyLine {
  private let quiet: Bool
  private var lastShown = Date.distantPast

  init(quiet: Bool) { self.quiet = quiet }

  func show(_ progress: StudyProgress) {
    guard !quiet else { return }
    var line = "\(progress.done)/\(progress.cells) \(progress.cell.name)"
    var isFinished = false
    switch progress.stage {
    case .training(let training):
      guard Terminal.errorIsTerminal, Date().timeIntervalSince(lastShown) > 0.2 else { return }
      line += String(
        format: ": epoch %d/%d, step %d/%d, loss %.3f, accuracy %.1f %%", training.epoch,
        training.epochs, training.step, training.steps, training.loss, 100 * training.accuracy)
    case .measuring(let measure):
      guard Terminal.errorIsTerminal else { return }
      line += ": measuring \(measure.rawValue)"
    case .finished(let result):
      isFinished = true
      let accuracy = result.values.first { $0.measure == "accuracy" }?.value ?? 0
      line += String(
        format: ": accuracy %.2f %%, trained in %.1f s, measured in %.1f s", 100 * accuracy,
        result.trainingSeconds, result.measuringSeconds)
    }
    lastShown = Date()
    if let left = progress.secondsLeft, left > 0 { line += ", \(Progress.duration(left)) left" }
    guard Terminal.errorIsTerminal else { return Terminal.say(line) }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(line)\(isFinished ? "\n" : "")".utf8))
  }
}
