import MoireLayers
import MoireTensors
import MoireTraining
import Synchronization

/// Runs a network over batches of images, one worker a thread, each image in several views.
///
/// The answers do not depend on the number of threads.
final class BatchEvaluator: Sendable {
  static let batch = 100
  let inputShape: [Int]
  let outputCount: Int
  private let workers: [CompiledNetwork]

  /// - Throws: `LayerError`.
  init(_ network: Network, threads: Int) throws {
    let compiled = try (0..<max(threads, 1)).map { _ in
      try CompiledNetwork(network.withoutFinalSoftmax(), batch: BatchEvaluator.batch)
    }
    workers = compiled
    inputShape = network.inputShape
    outputCount = compiled[0].outputShape.dropFirst().reduce(1, *)
  }

  /// What `body` makes of each batch of a data set.
  ///
  /// - Parameter body: gets the images of the batch, the batch itself (zeros behind its last image) and
  ///   a function that runs the network.
  func map<Result: Sendable>(
    _ data: ImageDataset, scale: PixelScale,
    _ body: @Sendable (Range<Int>, Tensor, (Tensor) throws -> Tensor) throws -> Result
  ) throws -> [Result] {
    let size = BatchEvaluator.batch
    let count = (data.count + size - 1) / size
    let results = Mutex([Result?](repeating: nil, count: count))
    try Parallel.forEach(count, threads: workers.count) { worker, index in
      let range = index * size..<min((index + 1) * size, data.count)
      let images = try data.tensor(range, of: size, scale: scale)
      let result = try body(range, images) { try workers[worker].run($0) }
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap { $0 } }
  }

  /// The answers to every image in the views of its batch.
  func answers(
    _ data: ImageDataset, scale: PixelScale, views: @Sendable (_ batch: Int) -> [StudyView]
  ) throws -> [ImageAnswers] {
    let classes = outputCount
    return try map(data, scale: scale) { range, batch, run in
      let logits = try views(range.lowerBound / BatchEvaluator.batch).map { try run($0(batch)) }
      return range.enumerated().map { place, image in
        ImageAnswers(
          label: Int(data.labels[image]),
          logits: logits.map { Array($0.values[place * classes..<(place + 1) * classes]) })
      }
    }.flatMap { $0 }
  }
}
