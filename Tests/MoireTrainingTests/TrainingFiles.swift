import Foundation
import MoireLayers
import MoireModels
import MoireTensors

@testable import MoireTraining

/// A folder of a test's own.
struct TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "moire-training-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = "\(path)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return file
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}

/// The bytes of an idx file.
func idx(_ shape: [Int], _ values: [UInt8]) -> [UInt8] {
  var bytes: [UInt8] = [0, 0, 8, UInt8(shape.count)]
  for size in shape { bytes += (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } }
  return bytes + values
}

/// Bright squares in one of four corners: learned within a few steps.
func corners(_ count: Int, seed: UInt64, side: Int = 8) throws -> ImageDataset {
  var generator = SeededGenerator(seed: seed)
  var values: [Float] = []
  var labels: [Int] = []
  for index in 0..<count {
    let label = index % 4
    labels.append(label)
    for row in 0..<side {
      for column in 0..<side {
        let inside = (row < side / 2) == (label < 2) && (column < side / 2) == (label % 2 == 0)
        values.append((inside ? 180 : 20) + Float(40 * generator.uniform()))
      }
    }
  }
  return try ImageDataset(
    images: Tensor(shape: [count, 1, side, side], values: values), labels: labels,
    classes: ["a", "b", "c", "d"])
}

func smallNetwork(
  _ name: String = "small", classes: Int = 4, width: Int = 6, downsampling: Downsampling = .strided
) throws -> Network {
  var builder = NetworkBuilder(
    name: name, inputShape: [1, 8, 8], weights: SeededWeights(seed: 5),
    downsampling: downsampling)
  try builder.convolution("conv", channels: width, kernel: 3, padding: 1) {
    try $0.batchNormalization("bn")
    try $0.activation("relu", .relu)
  }
  try builder.maxPool("pool", kernel: 2, stride: 2)
  try builder.append("flatten", .flatten)
  try builder.linear("fc", outputs: classes)
  return builder.network
}

func smallPlan() -> TrainingPlan {
  var plan = TrainingPlan()
  (plan.epochs, plan.batch, plan.rate, plan.seed) = (2, 8, 0.05, 9)
  plan.augmentations = [.crop(padding: 1), .subpixelShift(0.5)]
  return plan
}
