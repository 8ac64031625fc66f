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
    case .fitting(let step, let steps, let loss):
      guard Terminal.errorIsTerminal, Date().timeIntervalSince(lastShown) > 0.2 else { return }
      line += String(format: ": step %d/%d, loss %.4f", step, steps, loss)
    case .measuring(let measure):
      guard Terminal.errorIsTerminal else { return }
      line += ": measuring \(measure.rawValue)"
    case .finished(let result):
      isFinished = true
      if let accuracy = result.values.first(where: { $0.measure == "accuracy" })?.value {
        line += String(format: ": accuracy %.2f %%", 100 * accuracy)
      }
      line += String(
        format: ", trained in %.1f s, measured in %.1f s", result.trainingSeconds,
        result.measuringSeconds)
    }
    lastShown = Date()
    if let left = progress.secondsLeft, left > 0 { line += ", \(Progress.duration(left)) left" }
    guard Terminal.errorIsTerminal else { return Terminal.say(line) }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(line)\(isFinished ? "\n" : "")".utf8))
  }
}
