import Foundation
import MoireLayers
import MoireTensors
import MoireTraining

/// Answers to objects that stand at known places of a canvas, in the manner of Azulay and Weiss's
/// embedding on black.
struct SceneMeasure {
  static let sizes = [8, 12, 16, 20, 24, 28]
  let scene: StudyScene
  let evaluator: BatchEvaluator
  let test: ImageDataset
  let scale: PixelScale
  let passes: Int
  var seed: UInt64 = 0

  private var what: String {
    "objects resized bilinearly on a black canvas of \(scene.canvas), trained at \(scene.object) in the "
      + "middle, first \(test.count) test images, seed \(seed)"
  }

  var sizesLine: String {
    "\(what); pairs of places one pixel apart diagonally, \(passes) random ones an image: P(top-1 change), "
      + "MAC (of the first answer's probability), accuracy at the first place; sides "
      + Self.sizes.map(String.init).joined(separator: ", ")
  }

  var offsetsLine: String {
    "\(what); the object so many pixels from the middle on both axes, each image in one of the four "
      + "directions: accuracy, and agreement with the answer in the middle"
  }

  /// P(top-1 change), MAC and accuracy when the object moves by one pixel diagonally from a random
  /// place, for objects of several sizes.
  ///
  /// - Throws: `LayerError`, `TrainingError`.
  func sizes() throws -> [CellResult.Value] {
    try Self.sizes.flatMap { side -> [CellResult.Value] in
      guard side < min(scene.canvas.height, scene.canvas.width) else { return [] }
      let result = try neighbours(HW(side, side))
      let part = "size \(side)"
      return [
        .init("p_top1_change", part: part, result.change),
        .init("mac", part: part, result.mac), .init("accuracy", part: part, result.accuracy),
      ]
    }
  }

  /// The same for the size of training.
  func sensitivity() throws -> [CellResult.Value] {
    let result = try neighbours(scene.object)
    let centered = try answers(scene.object) { _ in scene.center(of: scene.object) }
    return [
      .init("accuracy", centered.mean(\.accuracy)),
      .init("p_top1_change", result.change), .init("mac", result.mac),
      .init("accuracy_moved", result.accuracy),
    ]
  }

  /// Accuracy, and agreement with the answer in the middle, with the object so many pixels from the
  /// middle on both axes, in one of the four directions.
  func offsets() throws -> [CellResult.Value] {
    let center = scene.center(of: scene.object)
    let middle = try answers(scene.object) { _ in center }
    return try (0...min(center.height, center.width)).flatMap { offset -> [CellResult.Value] in
      let moved = try answers(scene.object) { image in
        var generator = SeededGenerator(seed: seed, 0x0FF, image)
        let down = generator.integer(in: 0..<2) == 0 ? -offset : offset
        let right = generator.integer(in: 0..<2) == 0 ? -offset : offset
        return HW(center.height + down, center.width + right)
      }
      let same = zip(moved, middle).count { $0.predictions[0] == $1.predictions[0] }
      let part = "offset \(offset)"
      return [
        .init("accuracy", part: part, moved.mean(\.accuracy)),
        .init("consistency", part: part, Double(same) / Double(max(moved.count, 1))),
      ]
    }
  }

  /// The images with the object at a place of its own, answered.
  func answers(_ object: HW, at place: (Int) -> HW) throws -> [ImageAnswers] {
    let images = try test.pasted(on: scene.canvas, objectSize: object, at: place)
    return try evaluator.answers(images, scale: scale) { _ in [.plain] }
  }

  /// The pairs of each image: an answer and that to the image moved by a pixel.
  func pairs(_ object: HW) throws -> [[(ImageAnswers, ImageAnswers)]] {
    let room = HW(
      scene.canvas.height - object.height, scene.canvas.width - object.width)
    var pairs = [[(ImageAnswers, ImageAnswers)]](repeating: [], count: test.count)
    for pass in 0..<passes {
      let place = { (image: Int, step: Int) in
        var generator = SeededGenerator(seed: seed, 0xA2, pass, image)
        let down = generator.integer(in: 0..<max(room.height, 1))
        return HW(down + step, generator.integer(in: 0..<max(room.width, 1)) + step)
      }
      let first = try answers(object) { place($0, 0) }
      let second = try answers(object) { place($0, 1) }
      for index in pairs.indices { pairs[index].append((first[index], second[index])) }
    }
    return pairs
  }

  private func neighbours(_ object: HW) throws -> (change: Double, mac: Double, accuracy: Double) {
    let all = try pairs(object).flatMap { $0 }
    let count = Double(max(all.count, 1))
    let changes = all.count { $0.0.predictions[0] != $0.1.predictions[0] }
    let mac = all.reduce(0.0) { sum, pair in
      let answer = pair.0.predictions[0]
      return sum + abs(pair.0.probabilities[0][answer] - pair.1.probabilities[0][answer])
    }
    let right = all.reduce(0.0) { $0 + $1.0.accuracy }
    return (Double(changes) / count, mac / count, right / count)
  }
}
