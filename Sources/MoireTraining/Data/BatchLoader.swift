import Dispatch
import MoireTensors

/// Prepares batches ahead of training on a thread of its own.
///
/// What a batch holds depends on the seed, the epoch and the step alone.
final class BatchLoader: @unchecked Sendable {
  /// A batch; the loader writes it, then it is read.
  final class Batch: @unchecked Sendable {
    let images: UnsafeMutableBufferPointer<Float>
    var labels: [Int32]

    init(count: Int, size: Int) {
      images = .allocate(capacity: count * size)
      images.initialize(repeating: 0)
      labels = Array(repeating: 0, count: count)
    }

    deinit { images.deallocate() }
  }

  let data: ImageDataset
  let batch: Int
  private let seed: UInt64
  private let augmentations: [Augmentation]
  private let scale: PixelScale
  private let queue = DispatchQueue(label: "moire.batches", qos: .userInitiated)
  private var order: (epoch: Int, indices: [Int]) = (-1, [])
  private var ahead: (epoch: Int, step: Int, batch: Batch, group: DispatchGroup)?
  private var spare: [Batch] = []
  private let scratch: UnsafeMutableBufferPointer<Float>

  init(
    _ data: ImageDataset, batch: Int, seed: UInt64, augmentations: [Augmentation],
    scale: PixelScale
  ) {
    self.data = data
    self.batch = batch
    self.seed = seed
    self.augmentations = augmentations
    self.scale = scale
    scratch = .allocate(capacity: data.imageSize)
    scratch.initialize(repeating: 0)
  }

  deinit { scratch.deallocate() }

  /// Whole batches in the data; what is left over waits for the next epoch's order.
  var steps: Int { data.count / batch }

  /// Calls `body` with a batch while the next one is prepared.
  func withBatch<Result>(epoch: Int, step: Int, _ body: (Batch) throws -> Result) rethrows
    -> Result
  {
    let own = take(epoch: epoch, step: step)
    let next = step + 1 < steps ? (epoch, step + 1) : (epoch + 1, 0)
    let batch = spare.popLast() ?? Batch(count: self.batch, size: data.imageSize)
    let group = DispatchGroup()
    ahead = (next.0, next.1, batch, group)
    queue.async(group: group) { self.prepare(batch, epoch: next.0, step: next.1) }
    defer { spare.append(own) }
    return try body(own)
  }

  private func take(epoch: Int, step: Int) -> Batch {
    if let ready = ahead {
      ready.group.wait()
      ahead = nil
      if ready.epoch == epoch, ready.step == step { return ready.batch }
      spare.append(ready.batch)
    }
    let own = spare.popLast() ?? Batch(count: batch, size: data.imageSize)
    prepare(own, epoch: epoch, step: step)
    return own
  }

  private func prepare(_ batch: Batch, epoch: Int, step: Int) {
    if order.epoch != epoch {
      var generator = SeededGenerator(seed: seed, 1, epoch)
      order = (epoch, Array(0..<data.count).shuffled(using: &generator))
    }
    let size = data.imageSize
    for place in 0..<self.batch {
      let index = order.indices[step * self.batch + place]
      let target = UnsafeMutableBufferPointer(
        rebasing: batch.images[place * size..<(place + 1) * size])
      data.copy(index, to: target)
      var generator = SeededGenerator(seed: seed, 2, epoch, index)
      for augmentation in augmentations {
        augmentation.apply(target, data.shape, scratch: scratch, &generator)
      }
      scale.apply(target)
      batch.labels[place] = data.labels[index]
    }
  }
}
