import Foundation
public import MoireLayers
import MoireTensors

/// Trains a network on images by class.
///
/// The bits of the result depend on the network, the data and the ``TrainingPlan`` with its number of
/// threads; not on when it was interrupted and resumed.
public final class Trainer {
  public let plan: TrainingPlan
  private let state: TrainingState
  private let loader: BatchLoader
  private let test: ImageDataset?
  private let scale: PixelScale
  private let checkpoint: String?
  private var lastCheckpoint = Date()
  private var hasCheckpoint = false

  /// - Parameters:
  ///   - network: with the weights to begin with; a softmax at its end is left out.
  ///   - test: images to look at after every epoch.
  ///   - checkpoint: the file that the state is kept in.
  ///   - resumes: go on from the checkpoint, if it is there.
  /// - Throws: ``TrainingError``, `LayerError` for a layer that cannot be trained.
  public init(
    _ network: Network, data: ImageDataset, test: ImageDataset? = nil, plan: TrainingPlan,
    scale: PixelScale? = nil, checkpoint: String? = nil, resumes: Bool = false
  ) throws {
    try plan.validate()
    let network = network.withoutFinalSoftmax()
    try data.check(network)
    try test?.check(network)
    guard plan.batch <= data.count else {
      throw TrainingError.plan(
        option: "batch", reason: "\(plan.batch) images, \(data.path) has \(data.count)")
    }
    self.plan = plan
    self.test = test
    self.scale = scale ?? PixelScale(channels: data.shape[0])
    self.checkpoint = checkpoint
    state = try TrainingState(network, plan: plan)
    loader = BatchLoader(
      data, batch: plan.batch, seed: plan.seed, augmentations: plan.augmentations,
      scale: self.scale)
    if resumes, let checkpoint, FileManager.default.fileExists(atPath: checkpoint) {
      try Checkpoint.read(checkpoint, into: state)
      hasCheckpoint = true
    }
  }

  /// The epochs done so far.
  public var records: [EpochRecord] { state.records }
  /// Whether all steps of the plan are done.
  public var isFinished: Bool { state.step >= plan.epochs * loader.steps }

  /// Trains to the end of the plan.
  ///
  /// - Parameters:
  ///   - stopAfter: leave early when so many steps are done in all, as a kill would; for tests.
  ///   - report: called after every step.
  /// - Returns: the trained network, with the average of its parameters where the plan has one.
  /// - Throws: ``TrainingError/diverged(epoch:step:place:checkpoint:)``, and what writing a checkpoint
  ///   throws.
  @discardableResult
  public func run(
    stopAfter: Int? = nil, report: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> Network {
    let total = plan.epochs * loader.steps
    let begin = Date().addingTimeInterval(-state.seconds)
    let (firstStep, start) = (state.step, Date())
    lastCheckpoint = start
    while state.step < total, state.step < stopAfter ?? total {
      let (epoch, step) = (state.step / loader.steps, state.step % loader.steps)
      if step == 0 { (state.lossSum, state.correct) = (0, 0) }
      let rate = plan.rate(step: state.step, of: total)
      try loader.withBatch(epoch: epoch, step: step) { try train($0, epoch, step, rate) }
      state.seconds = Date().timeIntervalSince(begin)
      var record: EpochRecord?
      if step + 1 == loader.steps { record = try endEpoch(epoch, rate, begin) }
      try keep(isEpoch: record != nil)
      let elapsed = Date().timeIntervalSince(start) / Double(state.step - firstStep)
      let seen = Double(step + 1)
      try report(
        TrainingProgress(
          epoch: epoch + 1, epochs: plan.epochs, step: step + 1, steps: loader.steps,
          loss: state.lossSum / seen,
          accuracy: Double(state.correct) / (seen * Double(plan.batch)), rate: rate,
          secondsLeft: elapsed * Double(total - state.step), record: record))
    }
    return try state.result()
  }

  private func train(
    _ batch: BatchLoader.Batch, _ epoch: Int, _ step: Int, _ rate: Float
  ) throws {
    let network = state.network
    _ = network.inputBuffer.update(fromContentsOf: batch.images)
    if network.hasSoftDecisions {
      network.relax(
        temperature: plan.temperature(step: state.step, of: plan.epochs * loader.steps),
        seed: plan.seed, step: state.step)
    }
    try network.forward(training: true)
    let (loss, correct) = network.crossEntropy(labels: batch.labels, smoothing: plan.smoothing)
    guard loss.isFinite else { throw try divergence(epoch, step) }
    try network.backward()
    state.descend(rate: rate)
    state.lossSum += loss
    state.correct += correct
  }

  private func endEpoch(_ epoch: Int, _ rate: Float, _ begin: Date) throws -> EpochRecord {
    let steps = Double(loader.steps)
    var record = EpochRecord(
      epoch: epoch + 1, steps: state.step, rate: rate, loss: state.lossSum / steps,
      accuracy: Double(state.correct) / (steps * Double(plan.batch)), seconds: 0)
    if let test {
      do {
        let result = try Evaluation(
          state.result(), on: test, scale: scale, threads: plan.threads)
        (record.testLoss, record.testAccuracy) = (result.loss, result.accuracy)
      } catch LayerError.notFinite {
        throw try divergence(epoch, loader.steps - 1)
      }
    }
    state.seconds = Date().timeIntervalSince(begin)
    record.seconds = state.seconds
    state.records.append(record)
    return record
  }

  private func keep(isEpoch: Bool) throws {
    guard let checkpoint,
      isEpoch || Date().timeIntervalSince(lastCheckpoint) > plan.checkpointInterval
    else { return }
    guard try Checkpoint.write(state, to: checkpoint) else {
      let step = state.step - 1
      throw try divergence(step / loader.steps, step % loader.steps)
    }
    hasCheckpoint = true
    lastCheckpoint = Date()
  }

  private func divergence(_ epoch: Int, _ step: Int) throws -> TrainingError {
    .diverged(
      epoch: epoch + 1, step: step + 1,
      place: try state.network.firstNotFinite() ?? "the loss",
      checkpoint: hasCheckpoint ? checkpoint : nil)
  }
}
