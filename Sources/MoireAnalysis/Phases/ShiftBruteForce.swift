public import MoireLayers
public import MoireTensors
import Synchronization

/// Runs a network on circularly shifted images, one forward pass for each shift, in batches.
///
/// This is what there is for networks that are not circular, and what the phase chain is compared
/// with. A softmax at the end is left out.
public final class ShiftBruteForce: Sendable {
  /// The network without a softmax at its end.
  public let network: Network
  public let batch: Int
  /// The number of values of the answer.
  public let outputs: Int
  /// The blocks of memory for feature maps, in bytes.
  public let memoryBytes: Int

  private let workers: Mutex<[CompiledNetwork]>
  private let workerCount: Int
  private let team: Int

  /// - Parameters:
  ///   - batch: shifts to a run.
  ///   - threads: how many threads compute.
  ///   - sharesBatches: all threads work on one batch; else each on a batch of its own, which is
  ///     faster and takes as much memory for each.
  /// - Throws: `LayerError`.
  public init(
    _ network: Network, batch: Int = 8, threads: Int = 1, sharesBatches: Bool = false
  ) throws {
    let analysed = network.withoutFinalSoftmax()
    self.network = analysed
    self.batch = max(1, batch)
    workerCount = sharesBatches ? 1 : max(1, threads)
    team = sharesBatches ? max(1, threads) : 1
    let size = self.batch
    let made = try (0..<workerCount).map { _ in try CompiledNetwork(analysed, batch: size) }
    outputs = made[0].outputShape.dropFirst().reduce(1, *)
    memoryBytes = made.reduce(0) { $0 + $1.memoryBytes }
    workers = Mutex(made)
  }

  /// The answers to x(n + d) for each shift d, `[shift][output]`.
  ///
  /// - Parameter input: `[1, C, H, W]`.
  /// - Throws: `LayerError`.
  public func logits(
    _ input: Tensor, shifts: [HW], progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> [Float] {
    guard input.shape == [1] + network.inputShape else {
      throw LayerError.input(expected: network.inputShape, got: input.shape)
    }
    let starts = Array(stride(from: 0, to: shifts.count, by: batch))
    let result = Mutex(
      (logits: [Float](repeating: 0, count: shifts.count * outputs), done: 0))
    let (batch, outputs, team) = (self.batch, self.outputs, self.team)
    try workers.withLock { workers in
      let workers = workers
      try Parallel.forEach(starts.count, threads: workerCount) { worker, index in
        let part = shifts[starts[index]..<min(starts[index] + batch, shifts.count)]
        let answer = try workers[worker].run(
          input.rolled(by: Array(part), batch: batch), threads: team)
        result.withLock {
          let start = starts[index] * outputs
          let count = part.count * outputs
          $0.logits.replaceSubrange(start..<start + count, with: answer.values[..<count])
          $0.done += part.count
          progress($0.done, shifts.count)
        }
      }
    }
    return result.withLock { $0.logits }
  }

  /// What shifts do to the prediction, (0, 0) put before them where it is not the first.
  ///
  /// The certificate speaks of these shifts alone and is marked so.
  public func certificate(
    _ input: Tensor, shifts: [HW], progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> ShiftCertificate {
    let all = shifts.first == 0 ? shifts : [0] + shifts
    return ShiftCertificate(
      logits: try logits(input, shifts: all, progress: progress), classes: outputs, shifts: all,
      circular: false)
  }
}

extension Tensor {
  /// One image `[1, C, H, W]` at several shifts, the last one repeated until there are `batch`.
  func rolled(by shifts: [HW], batch: Int) -> Tensor {
    let (height, width) = (shape[2], shape[3])
    let values = [Float](unsafeUninitializedCapacity: count * batch) { target, filled in
      self.values.withUnsafeBufferPointer { source in
        for place in 0..<batch {
          let shift = shifts[min(place, shifts.count - 1)]
          let down = (shift.height % height + height) % height
          let across = (shift.width % width + width) % width
          for line in 0..<count / width {
            let (plane, row) = (line / height, line % height)
            let from = source.baseAddress! + (plane * height + (row + down) % height) * width
            let to = target.baseAddress! + place * count + line * width
            to.initialize(from: from + across, count: width - across)
            (to + width - across).initialize(from: from, count: across)
          }
        }
      }
      filled = count * batch
    }
    // As many values as the shape says.
    return try! Tensor(shape: [batch] + shape.dropFirst(), values: values)
  }
}
