import Foundation
public import MoireLayers
package import MoireTensors

/// How a network does on a data set.
public struct Evaluation: Sendable, Hashable {
  public let images: Int
  /// Images whose largest answer is the label's.
  public let correct: Int
  /// The mean cross entropy.
  public let loss: Double
  /// For each class its images and how many of them are right.
  public let classes: [(name: String, images: Int, correct: Int)]

  public var accuracy: Double { Double(correct) / Double(max(images, 1)) }

  public static func == (a: Evaluation, b: Evaluation) -> Bool {
    a.images == b.images && a.correct == b.correct && a.loss == b.loss
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(images)
    hasher.combine(correct)
    hasher.combine(loss)
  }

  /// Runs a network over a data set.
  ///
  /// - Parameter classNames: what the network's classes are called, for data whose classes are only
  ///   numbered.
  /// - Throws: ``TrainingError/unfit(network:reason:)`` when it takes other images or answers something
  ///   else than a number for each class, and `LayerError`.
  public init(
    _ network: Network, on data: ImageDataset, scale: PixelScale, classNames: [String]? = nil,
    batch: Int = 100, threads: Int = 1
  ) throws {
    let network = network.withoutFinalSoftmax()
    try data.check(network)
    var (correct, loss) = (0, 0.0)
    let names = data.classNames(for: classNames)
    var perClass = names.map { (name: $0, images: 0, correct: 0) }
    let workers = max(1, min(threads, (data.count + batch - 1) / batch))
    let compiled = try (0..<workers).map { _ in try CompiledNetwork(network, batch: batch) }
    let batches = (data.count + batch - 1) / batch
    let answers = Answers(count: data.count, classes: data.classes.count)
    try Parallel.forEach(batches, threads: workers) { worker, index in
      let range = index * batch..<min((index + 1) * batch, data.count)
      let answer = try compiled[worker].run(data.tensor(range, of: batch, scale: scale))
      answers.set(range, answer)
    }
    for (index, label) in data.labels.enumerated() {
      let row = answers.row(index)
      let best = row.indices.reduce(row.startIndex) { row[$1] > row[$0] ? $1 : $0 }
      let largest = Double(row[best])
      let sum = row.reduce(0) { $0 + exp(Double($1) - largest) }
      loss += largest + log(sum) - Double(row[row.startIndex + Int(label)])
      let isRight = best - row.startIndex == Int(label)
      correct += isRight ? 1 : 0
      perClass[Int(label)].images += 1
      perClass[Int(label)].correct += isRight ? 1 : 0
    }
    self.images = data.count
    self.correct = correct
    self.loss = loss / Double(data.count)
    classes = perClass
  }
}

/// Answers of all images, written by several workers at different places.
private final class Answers: @unchecked Sendable {
  private let values: UnsafeMutableBufferPointer<Float>
  private let classes: Int

  init(count: Int, classes: Int) {
    values = .allocate(capacity: count * classes)
    values.initialize(repeating: 0)
    self.classes = classes
  }

  deinit { values.deallocate() }

  func set(_ images: Range<Int>, _ answer: Tensor) {
    for index in 0..<images.count * classes {
      values[images.lowerBound * classes + index] = answer[index]
    }
  }

  func row(_ image: Int) -> Slice<UnsafeMutableBufferPointer<Float>> {
    values[image * classes..<(image + 1) * classes]
  }
}

extension ImageDataset {
  /// - Throws: ``TrainingError/unfit(network:reason:)``.
  func check(_ network: Network) throws {
    guard network.inputShape == shape else {
      throw TrainingError.unfit(
        network: network.name,
        reason: "takes images \(network.inputShape), those of \(path) are \(shape)")
    }
    let answer = try network.valueShapes()[network.output]
    guard answer == [classes.count] else {
      throw TrainingError.unfit(
        network: network.name,
        reason: "answers shape \(answer), \(path) has \(classes.count) classes")
    }
  }

  /// Images as a batch of `count`, zeros behind the last one.
  package func tensor(_ range: Range<Int>, of count: Int, scale: PixelScale) throws -> Tensor {
    let size = imageSize
    let values = [Float](unsafeUninitializedCapacity: count * size) { buffer, filled in
      buffer.initialize(repeating: 0)
      for (place, index) in range.enumerated() {
        let target = UnsafeMutableBufferPointer(
          rebasing: buffer[place * size..<(place + 1) * size])
        copy(index, to: target)
        scale.apply(target)
      }
      filled = count * size
    }
    return try Tensor(shape: [count] + shape, values: values)
  }
}
