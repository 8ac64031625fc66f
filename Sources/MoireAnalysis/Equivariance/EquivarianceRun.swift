import MoireLayers
import MoireTensors
import Synchronization

/// A measurement of distances under way: some of the maps of a network, image by image.
struct EquivarianceRun {
  let maps: [PlannedMap]
  let shifts: [HW]
  private let watched: WatchedNetwork
  private let inputSize: HW
  private let workers: Int
  /// The points that meet under each shift of an axis, for each map.
  private let rows, columns: [[[ChannelVectors.Pair]]]

  /// One image.
  struct Image: Sendable {
    let unshifted: Answer
    /// By shift.
    let answers: [Answer]
    /// By map, then by shift.
    let distances: [[Double]]
    /// By map, from another image's features; empty where there is no other image.
    let between: [Double]
  }

  init(
    _ network: Network, maps: [PlannedMap], pools: [String: WrappedPool], range: HW, workers: Int
  ) throws {
    let inputSize = HW(network.inputShape[1], network.inputShape[2])
    self.maps = maps
    self.inputSize = inputSize
    self.workers = workers
    shifts = (0..<range.height).flatMap { row in (0..<range.width).map { HW(row, $0) } }
    watched = try WatchedNetwork(network, maps: maps, pools: pools, workers: workers)
    rows = maps.map { map in
      (0..<range.height).map {
        PlannedMap.pairs(
          size: map.size.height, step: map.step.height, length: inputSize.height, shift: $0)
      }
    }
    columns = maps.map { map in
      (0..<range.width).map {
        PlannedMap.pairs(
          size: map.size.width, step: map.step.width, length: inputSize.width, shift: $0)
      }
    }
  }

  /// Runs one image `[1, C, H, W]` at every shift.
  ///
  /// - Parameters:
  ///   - other: another image, for the distance between the features of different ones.
  ///   - progress: told after each run; from any thread, one at a time.
  /// - Throws: ``LayerError``.
  func read(
    _ input: Tensor, beside other: Tensor?, progress: @Sendable (_ done: Int) -> Void
  ) throws -> Image {
    var kept: [PlannedMap.Source: ChannelVectors] = [:]
    let unshifted = try watched.run(input, worker: 0, threads: workers) { source, map in
      guard let vectors = ChannelVectors(map) else { throw notFinite(source) }
      kept[source] = vectors
    }
    let unmoved = kept
    let between = try other.map { try compare($0, 0, unmoved, worker: 0, threads: workers).1 }
    let results = Mutex<(done: Int, answers: [Answer?], distances: [[Double]])>(
      (0, Array(repeating: nil, count: shifts.count), Array(repeating: [], count: shifts.count)))
    try Parallel.forEach(shifts.count, threads: workers) { worker, index in
      let (answer, distances) = try compare(
        input.rolled(by: shifts[index]), shifts[index], unmoved, worker: worker, threads: 1)
      results.withLock {
        $0.answers[index] = answer
        $0.distances[index] = distances
        $0.done += 1
        progress($0.done)
      }
    }
    let found = results.withLock { $0 }
    return Image(
      unshifted: unshifted, answers: found.answers.compactMap { $0 },
      distances: maps.indices.map { map in found.distances.map { $0[map] } },
      between: between ?? [])
  }

  /// The distances of an image's features from kept ones that are moved by a shift.
  private func compare(
    _ input: Tensor, _ shift: HW, _ unmoved: [PlannedMap.Source: ChannelVectors], worker: Int,
    threads: Int
  ) throws -> (Answer, [Double]) {
    var distances = [Double](repeating: 0, count: maps.count)
    let answer = try watched.run(input, worker: worker, threads: threads) { source, map in
      let indices = maps.indices.filter { maps[$0].source == source }
      guard let vectors = unmoved[source] else { return }
      let choices = indices.map {
        (rows: rows[$0][shift.height], columns: columns[$0][shift.width])
      }
      guard let found = vectors.distances(to: map, choices) else { throw notFinite(source) }
      for (index, distance) in zip(indices, found) { distances[index] = distance }
    }
    return (answer, distances)
  }

  private func notFinite(_ source: PlannedMap.Source) -> LayerError {
    let path = maps.first { $0.source == source }?.path ?? ""
    return .notFinite(path: "layer \(path)")
  }
}
