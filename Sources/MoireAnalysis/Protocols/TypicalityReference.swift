import Foundation
import MoireLayers
import MoireTensors
import Synchronization

/// What training images look like to a network: the features that its last layer of weights reads.
///
/// Typicality of an image after Azulay and Weiss (2019): d(x) = 1/10 Σ_j ‖φ(x) − φ(t_j)‖ over the ten
/// nearest training images t_j, φ the penultimate features (of a map the mean of each channel).
final class TypicalityReference: Sendable {
  static let neighbours = 10

  /// The layer that reads the features.
  let path: String
  let count: Int
  /// Training images that could not be read.
  let skipped: Int
  /// Tells sets of training images apart.
  let fingerprint: String
  private let dimensions: Int
  /// `[count][dimensions]`.
  private let features: [Float]
  private let evaluator: ViewEvaluator

  /// Cost: one run of the network for each training image, `dimensions` numbers of memory.
  /// - Throws: ``ShiftError/cannot(_:)``, ``LayerError``.
  init(_ network: Network, training: AuditSource, threads: Int) throws {
    guard let last = Self.lastWeights(of: network) else {
      throw ShiftError.cannot("it needs a last layer with weights, the network has none")
    }
    path = network.nodes[last].path
    var cut = network
    cut.output = network.nodes[last].inputs[0]
    let evaluator = try ViewEvaluator(cut, workers: threads)
    let found = try evaluator.map(training.count) { index, run -> [Float]? in
      do {
        let answer = Answer(try run(training.load(index).tensor))
        return answer.outputs.allSatisfy(\.isFinite) ? answer.outputs.map(Float.init) : nil
      } catch is any InputError {
        return nil
      }
    }
    let read = found.compactMap { $0 }
    guard read.count >= Self.neighbours else {
      throw ShiftError.cannot(
        "it takes the \(Self.neighbours) nearest training images, and of \(training.count) given ones "
          + "\(read.count) could be read")
    }
    self.evaluator = evaluator
    (count, skipped) = (read.count, training.count - read.count)
    dimensions = read[0].count
    features = read.flatMap { $0 }
    var fingerprint = Fingerprint()
    for value in features { fingerprint.add(UInt64(value.bitPattern)) }
    self.fingerprint = fingerprint.text
  }

  /// The last convolution or dense layer that the answer depends on.
  private static func lastWeights(of network: Network) -> Int? {
    var wanted: Set<Int> = [network.output]
    for index in network.nodes.indices.reversed() where wanted.contains(index + 1) {
      switch network.nodes[index].layer {
      case .linear, .convolution: return index
      default: wanted.formUnion(network.nodes[index].inputs)
      }
    }
    return nil
  }

  /// d(x) of an input `[1, C, H, W]`.
  func distance(of input: Tensor) throws -> Double {
    let own = try evaluator.map(1) { _, run in Answer(try run(input)).outputs }[0]
    guard own.allSatisfy(\.isFinite) else { throw LayerError.notFinite(path: path) }
    return mean(of: own.map(Float.init))
  }

  /// The mean distance of the nearest training images from some features.
  private func mean(of own: [Float]) -> Double {
    var squares = [Double](repeating: 0, count: count)
    features.withUnsafeBufferPointer { all in
      for image in 0..<count {
        var sum: Float = 0
        for index in 0..<dimensions {
          let difference = own[index] - all[image * dimensions + index]
          sum += difference * difference
        }
        squares[image] = Double(sum)
      }
    }
    return squares.sorted().prefix(Self.neighbours).reduce(0) { $0 + $1.squareRoot() }
      / Double(Self.neighbours)
  }
}
