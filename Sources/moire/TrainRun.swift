import Foundation
import MoireKit

/// One training of a command: the folder it writes, what it is told, and the files it leaves there.
struct TrainRun {
  let folder: String
  let label: String
  let metadata: [String: String]
  let plan: TrainingPlan
  let scale: PixelScale
  let resumes: Bool
  let quiet: Bool

  /// Trains, and writes model.onnx, model.safetensors, log.csv, curves.svg and the checkpoint.
  ///
  /// - Returns: the last epoch.
  func callAsFunction(
    _ network: Network, _ data: ImageDataset, _ test: ImageDataset?
  ) throws -> EpochRecord {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandError.unwritable(path: folder, reason: systemReason(error))
    }
    let trainer = try Trainer(
      network, data: data, test: test, plan: plan, scale: scale,
      checkpoint: "\(folder)/checkpoint.safetensors", resumes: resumes)
    let line = TrainLine(label, quiet: quiet)
    let trained = try trainer.run { progress in
      line.show(progress)
      if progress.record != nil { try writeLog(trainer.records) }
    }
    try writeLog(trainer.records)
    try trained.writeONNX(path: "\(folder)/model.onnx", metadata: metadata)
    try Safetensors.write(
      trained.namedTensors, metadata: metadata, to: "\(folder)/model.safetensors")
    guard let last = trainer.records.last else {
      preconditionFailure("a training has an epoch or more")
    }
    return last
  }

  private func writeLog(_ records: [EpochRecord]) throws {
    try OutputFiles.write([
      ("\(folder)/log.csv", Data(EpochRecord.csv(records).utf8)),
      ("\(folder)/curves.svg", Data(TrainCurves(records).svg.utf8)),
    ])
  }
}

/// The line that says how a training goes: rewritten in place on a terminal, one line an epoch elsewhere.
final class TrainLine {
  private let label: String
  private let quiet: Bool
  private var lastShown = Date.distantPast

  init(_ label: String, quiet: Bool) {
    self.label = label
    self.quiet = quiet
  }

  func show(_ progress: TrainingProgress) {
    guard !quiet else { return }
    let isNew = Date().timeIntervalSince(lastShown) > 0.2
    guard progress.record != nil || (Terminal.errorIsTerminal && isNew) else { return }
    lastShown = Date()
    var line = "\(label), epoch \(progress.epoch)/\(progress.epochs)"
    line += ", step \(progress.step)/\(progress.steps)"
    line += String(
      format: ", loss %.4f, accuracy %.2f %%, rate %.2g", progress.loss,
      100 * progress.accuracy, progress.rate)
    if let accuracy = progress.record?.testAccuracy {
      line += String(format: ", test %.2f %%", 100 * accuracy)
    }
    if progress.secondsLeft > 0 { line += ", \(Progress.duration(progress.secondsLeft)) left" }
    guard Terminal.errorIsTerminal else { return Terminal.say(line) }
    let end = progress.record == nil ? "" : "\n"
    FileHandle.standardError.write(Data("\r\u{1B}[K\(line)\(end)".utf8))
  }
}
