import Foundation
import MoireLayers
import MoireTensors
import MoireTraining

/// Training of a network that gives an image back from its silhouette, the pixels above a threshold, by
/// the mean squared error.
struct SilhouetteTraining {
  /// Of 255.
  static let threshold: Float = 48
  static let batch = 64
  let plan: StudyPlan
  let scale: PixelScale

  /// How many of the training images are used.
  var images: Int { min(plan.trainingImages, 6400) }

  var line: String {
    "images from their silhouettes (pixels above \(Int(Self.threshold))); trained on the first \(images) "
      + "images, \(plan.epochs) epochs of batches of \(Self.batch), mean squared error, AdamW, one cycle "
      + "up to rate 0.002"
  }

  /// 1 where an image `[N, C, H, W]` of pixels / 255 is above the threshold, else 0.
  static func silhouettes(_ images: Tensor) throws -> Tensor {
    try Tensor(
      shape: images.shape, values: images.values.map { $0 > threshold / 255 ? 1 : 0 })
  }

  /// The trained network and the seconds it took.
  ///
  /// - Parameter report: the step, the number of steps, the loss of the step.
  /// - Throws: `LayerError`; ``StudyError/unfit(network:reason:)`` when the loss is not finite any more.
  func run(
    _ network: Network, _ data: ImageDataset, seed: UInt64,
    report: (_ step: Int, _ steps: Int, _ loss: Double) -> Void
  ) throws -> (network: Network, seconds: Double) {
    let begin = Date()
    let data = try data.limited(to: images)
    var training = TrainingPlan()
    training.rate = 0.002
    let state = try TrainableNetwork(network, batch: Self.batch, threads: plan.threads)
    let (first, second) = (try state.makeBlock(), try state.makeBlock())
    let perEpoch = max(1, data.count / Self.batch)
    let steps = plan.epochs * perEpoch
    var order: [Int] = []
    for step in 0..<steps {
      if step % perEpoch == 0 {
        var generator = SeededGenerator(seed: seed, 0x51, step / perEpoch)
        order = Array(0..<data.count).shuffled(using: &generator)
      }
      let chosen = (0..<Self.batch).map { order[(step % perEpoch * Self.batch + $0) % order.count] }
      let target = try data.tensor(of: chosen, scale: scale)
      let answer = try state.forward(Self.silhouettes(target))
      let differences = zip(answer.values, target.values).map { $0 - $1 }
      let loss =
        differences.reduce(0.0) { $0 + Double($1 * $1) } / Double(differences.count)
      guard loss.isFinite else {
        throw StudyError.unfit(
          network: network.name, reason: "training diverged in step \(step + 1) of \(steps)")
      }
      let share = 2 / Float(differences.count)
      try state.backward(Tensor(shape: answer.shape, values: differences.map { $0 * share }))
      state.descendAdamW(
        rate: training.rate(step: step, of: steps), step: step + 1, first: first, second: second)
      report(step + 1, steps, loss)
    }
    return (try state.network(), Date().timeIntervalSince(begin))
  }
}

extension ImageDataset {
  /// Single images as one batch.
  fileprivate func tensor(of indices: [Int], scale: PixelScale) throws -> Tensor {
    var values: [Float] = []
    for index in indices {
      values += try tensor(index..<index + 1, of: 1, scale: scale).values
    }
    return try Tensor(shape: [indices.count] + shape, values: values)
  }
}
