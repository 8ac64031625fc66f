import Foundation
import MoireLayers
import MoireTensors
import SwiftProtobuf
import TestSupport
import Testing

@testable import MoireModels

/// Large weights that stay in the file until the network is made.
@Suite struct LargeTensorTests {
  /// Two convolutions, one of them with large weights.
  private func builder() -> ModelBuilder {
    var builder = ModelBuilder(input: [nil, 64, 5, 5])
    builder.floats("first.weight", [64, 64, 3, 3])
    builder.floats("second.weight", [2, 64, 1, 1])
    builder.node("Conv", ["x", "first.weight"], ["a"])
    builder.node("Conv", ["a", "second.weight"])
    return builder
  }

  private func inFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("moire-large-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("test.onnx").path
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    try body(path)
  }

  @Test func weightsComeFromTheFile() throws {
    let bytes = try builder().bytes()
    let whole = try ONNXModel(bytes: bytes, name: "test")
    #expect(whole.large.isEmpty)
    try inFile(bytes) { path in
      let model = try ONNXModel(contentsOf: path)
      #expect(model.large.count == 1)
      #expect(model.graph.initializer[0].rawData.isEmpty)
      let layers = try whole.network().nodes.map(\.layer)
      #expect(try model.network().nodes.map(\.layer) == layers)
      // Through a link as well.
      let link = path + ".link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      #expect(try ONNXModel(contentsOf: link).network().nodes.map(\.layer) == layers)
    }
  }

  @Test func otherTypesAndWrongSizes() throws {
    var builder = builder()
    let place = 0
    let count = builder.proto.graph.initializer[place].rawData.count / 4
    builder.proto.graph.initializer[place].dataType = ElementType.bfloat16.rawValue
    // 1.0 in bfloat16.
    builder.proto.graph.initializer[place].rawData = Data(
      (0..<count).flatMap { _ in [0x80, 0x3F] as [UInt8] })
    try inFile(try builder.bytes()) { path in
      let model = try ONNXModel(contentsOf: path)
      #expect(model.large.count == 1)
      guard case .convolution(let layer)? = try model.network().nodes.first?.layer else {
        Issue.record("no convolution")
        return
      }
      #expect(layer.weight.values.allSatisfy { $0 == 1 })
    }
    builder.proto.graph.initializer[place].rawData.removeLast()
    try inFile(try builder.bytes()) { path in
      let model = try ONNXModel(contentsOf: path)
      let error = #expect(throws: ModelError.self) { try model.network() }
      #expect("\(error.map { "\($0)" } ?? "")".contains("need 73728 bytes, the file holds 73727"))
    }
  }

  @Test func aFileThatChangedIsRefused() throws {
    let bytes = try builder().bytes()
    try inFile(bytes) { path in
      let model = try ONNXModel(contentsOf: path)
      // Of the same size, and beside the old one.
      var other = bytes
      other[other.count - 1] ^= 1
      try Data(other).write(to: URL(fileURLWithPath: path), options: .atomic)
      let error = #expect(throws: ModelError.self) { try model.network() }
      #expect("\(error.map { "\($0)" } ?? "")".contains("has changed since the model was read"))
      try FileManager.default.removeItem(atPath: path)
      #expect(throws: ModelError.self) { try model.network() }
    }
  }

  /// Whatever the damage: what is cut out and put back gives the message that the whole file gives, or
  /// both are refused.
  @Test func damagedFilesAreReadAsIfWhole() throws {
    let file = try builder().bytes()
    var mutator = ModelMutator(seed: 12)
    var cut = 0
    for _ in 0..<300 {
      let data = Data(mutator.mutated(file))
      guard let tensors = LargeTensors(data, threshold: 1 << 12) else { continue }
      cut += 1
      let whole = try? ONNXModelProto(serializedBytes: data)
      var rest = try? ONNXModelProto(serializedBytes: tensors.rest)
      for (place, range) in tensors.ranges {
        rest?.graph.initializer[place].rawData = data[range]
      }
      #expect(rest == whole)
    }
    #expect(cut > 50)
  }

  @Test func smallModelsAndOthersAreParsedWhole() throws {
    #expect(LargeTensors(Data()) == nil)
    #expect(LargeTensors(Data([0xFF, 0xFF, 0xFF])) == nil)
    #expect(
      LargeTensors(Data([0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])) == nil)
    let small = try ModelBuilder().bytes()
    #expect(LargeTensors(Data(small)) == nil)
    let bytes = Data(try builder().bytes())
    #expect(LargeTensors(bytes, threshold: 1 << 20) == nil)
    #expect(LargeTensors(bytes + bytes) == nil)
  }
}
