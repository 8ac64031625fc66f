import Foundation
import MoireLayers
import MoireTensors
import MoireTraining
import Synchronization

/// How near an image is to the training set: the mean Euclidean distance of its features, the input of
/// the last fully connected layer, to those of the nearest training images.
struct Typicality {
  static let neighbours = 10
  static let parts = 4
  private let evaluator: BatchEvaluator
  private let references: [[Float]]
  private let scale: PixelScale
  private let threads: Int

  static func line(_ plan: StudyPlan) -> String {
    "mean distance of the features before the last layer to those of the \(neighbours) nearest of the "
      + "first \(plan.typicalImages) training images; test images in \(parts) equal parts by it, the "
      + "nearest first; \(plan.passes) random places an image: P(top-1 change) of one diagonal pixel, "
      + "accuracy; first \(plan.sceneImages) test images"
  }

  /// - Parameter training: the images that count as typical.
  /// - Throws: ``StudyError/unfit(network:reason:)`` for a network without a fully connected layer at
  ///   its end, `LayerError`.
  init(
    _ network: Network, training: ImageDataset, scale: PixelScale, threads: Int
  ) throws {
    guard case .linear = network.nodes.last?.layer, network.output == network.nodes.count else {
      throw StudyError.unfit(
        network: network.name, reason: "does not end in a fully connected layer")
    }
    var features = Network(name: network.name, inputShape: network.inputShape)
    for node in network.nodes.dropLast() {
      features.append(node.path, node.layer, inputs: node.inputs)
    }
    features.output = network.nodes[network.nodes.count - 1].inputs[0]
    evaluator = try BatchEvaluator(features, threads: threads)
    self.scale = scale
    self.threads = threads
    references = try Self.features(evaluator, training, scale)
  }

  private static func features(
    _ evaluator: BatchEvaluator, _ data: ImageDataset, _ scale: PixelScale
  ) throws -> [[Float]] {
    let count = evaluator.outputCount
    return try evaluator.map(data, scale: scale) { range, batch, run in
      let values = try run(batch).values
      return (0..<range.count).map { Array(values[$0 * count..<($0 + 1) * count]) }
    }.flatMap { $0 }
  }

  /// The distance of each image; images · references · features multiply-adds.
  func distances(_ data: ImageDataset) throws -> [Double] {
    let own = try Self.features(evaluator, data, scale)
    let references = self.references
    let distances = Mutex([Double](repeating: 0, count: own.count))
    try Parallel.forEach(own.count, threads: threads) { _, index in
      let nearest = references.map { Self.squaredDistance(own[index], $0) }.sorted()
      let chosen = nearest.prefix(Self.neighbours).map { Double($0).squareRoot() }
      distances.withLock { $0[index] = chosen.reduce(0, +) / Double(max(chosen.count, 1)) }
    }
    return distances.withLock { $0 }
  }

  /// Eight sums side by side: a single one would wait for each addition.
  static func squaredDistance(_ a: [Float], _ b: [Float]) -> Float {
    a.withUnsafeBytes { a in
      b.withUnsafeBytes { b in
        let step = MemoryLayout<SIMD8<Float>>.size
        let whole = a.count / step * step
        var sums = SIMD8<Float>.zero
        for place in stride(from: 0, to: whole, by: step) {
          let difference =
            a.loadUnaligned(fromByteOffset: place, as: SIMD8<Float>.self)
            - b.loadUnaligned(fromByteOffset: place, as: SIMD8<Float>.self)
          sums += difference * difference
        }
        var sum = sums.sum()
        for place in stride(from: whole, to: a.count, by: 4) {
          let difference =
            a.loadUnaligned(fromByteOffset: place, as: Float.self)
            - b.loadUnaligned(fromByteOffset: place, as: Float.self)
          sum += difference * difference
        }
        return sum
      }
    }
  }

  /// P(top-1 change) and accuracy of the quarters of the images by distance, the nearest first.
  static func quarters(
    _ distances: [Double], _ pairs: [[(ImageAnswers, ImageAnswers)]]
  ) -> [CellResult.Value] {
    let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
    return (0..<parts).flatMap { part -> [CellResult.Value] in
      let chosen = order[order.count * part / parts..<order.count * (part + 1) / parts]
      guard !chosen.isEmpty else { return [] }
      let all = chosen.flatMap { pairs[$0] }
      let changes = all.count { $0.0.predictions[0] != $0.1.predictions[0] }
      let mean = chosen.reduce(0.0) { $0 + distances[$1] } / Double(chosen.count)
      let name = "quarter \(part + 1)"
      return [
        .init("p_top1_change", part: name, Double(changes) / Double(max(all.count, 1))),
        .init(
          "accuracy_moved", part: name,
          all.reduce(0.0) { $0 + $1.0.accuracy } / Double(max(all.count, 1))),
        .init("distance", part: name, mean),
      ]
    }
  }
}
