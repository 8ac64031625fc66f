import Foundation
import MoireImages
import MoireLayers
import MoireModels
import MoireTensors
import Testing

@testable import MoireTraining

/// A new last layer, and images that are brought to a network's size.
struct HeadTests {
  @Test func `A new linear head answers the new classes and keeps all other weights`() throws {
    let network = try smallNetwork()
    let other = try network.replacingHead(classes: 7, seed: 3)
    #expect(try other.valueShapes()[other.output] == [7])
    #expect(other.nodes.map(\.path) == network.nodes.map(\.path))
    for (old, new) in zip(network.namedTensors, other.namedTensors) {
      #expect(old.name == new.name)
      #expect((old.tensor == new.tensor) == !old.name.hasPrefix("fc."), "\(old.name)")
    }
    // ±1/√96: 6 channels of 4×4.
    let weight = try #require(other.namedTensors.first { $0.name == "fc.weight" }?.tensor)
    #expect(weight.shape == [7, 96])
    #expect(weight.values.allSatisfy { abs($0) <= 1 / Float(96).squareRoot() })
    #expect(Set(weight.values).count > 600)
    let again = try network.replacingHead(classes: 7, seed: 3)
    #expect(zip(again.namedTensors, other.namedTensors).allSatisfy { $0.tensor == $1.tensor })
  }

  @Test func `A convolution before the global mean is a head too`() throws {
    let network = try Zoo.architecture(named: "squeezenet1_1").network(
      inputSize: 64, inputChannels: 3, classes: 5, weights: SeededWeights(seed: 1))
    let other = try network.replacingHead(classes: 3, seed: 0)
    #expect(try other.valueShapes()[other.output] == [3])
  }

  @Test func `A network without a head is refused by the layer in the way`() throws {
    var network = Network(name: "sum", inputShape: [1, 4, 4])
    network.append("twice", .add, inputs: [0, 0])
    let refusal = #expect(throws: TrainingError.self) {
      try network.replacingHead(classes: 2, seed: 0)
    }
    #expect(refusal?.description.contains("twice") == true)
  }

  @Test func `Photos of unlike sizes are resized and cropped, those of the size are kept`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    for (name, size) in [("a", HW(8, 8)), ("b", HW(20, 31))] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
      let pixels = (0..<size.area * 3).map { UInt8($0 * 7 % 256) }
      let image = try Image(width: size.width, height: size.height, channels: 3, pixels: pixels)
      _ = try folder.file("\(name)/1.png", image.pngData())
    }
    #expect(throws: TrainingError.self) { try ImageDataset(folder: folder.path) }
    let fitting = try Preprocessing(parsing: "imagenet resize=10", crop: 8, channels: 3)
    let data = try ImageDataset(folder: folder.path, fitting: fitting, threads: 2)
    #expect(data.shape == [3, 8, 8] && data.classes == ["a", "b"])
    for (index, name) in ["a", "b"].enumerated() {
      var image = try Image(contentsOf: "\(folder.path)/\(name)/1.png")
      if name == "b" { image = try fitting.resized(image).centerCropped(to: 8) }
      var got = [Float](repeating: 0, count: data.imageSize)
      got.withUnsafeMutableBufferPointer { data.copy(index, to: $0) }
      for channel in 0..<3 {
        let plane = stride(from: channel, to: image.pixels.count, by: 3).map { image.pixels[$0] }
        #expect(Array(got[channel * 64..<(channel + 1) * 64]) == plane.map(Float.init))
      }
    }
  }
}
