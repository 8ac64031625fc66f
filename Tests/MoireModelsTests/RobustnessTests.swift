import MoireLayers
import MoireTensors
import SwiftProtobuf
import TestSupport
import Testing

@testable import MoireModels

/// Damaged files end in an error or in a network, never in a trap.
@Suite struct RobustnessTests {
  /// A model with every kind of step the importer takes apart.
  func sample() throws -> [UInt8] {
    var builder = ModelBuilder(input: [1, 2, 8, 8])
    builder.floats("stem.weight", [4, 2, 3, 3])
    builder.floats("stem.bias", [4])
    builder.floats("v", [4], [1, 2, 3, 4])
    builder.floats("fc.weight", [3, 4])
    builder.integers("own", [1, 1, 1, 1])
    builder.integers("rows", [-1, 2])
    builder.integers("back", [-1])
    builder.integers("zero", [0])
    builder.integers("end", [-9])
    builder.integers("four", [4])
    builder.floats("six", [], [6])
    builder.node("ConstantOfShape", ["four"], ["rest"])
    builder.node("Cast", ["rest"], ["whole"], ["to": .int(7)])
    builder.node("Concat", ["own", "whole"], ["all"], ["axis": .int(0)])
    builder.node("Reshape", ["all", "rows"], ["r"])
    builder.node("Slice", ["r", "back", "end", "zero", "back"], ["s"])
    builder.node("Transpose", ["s"], ["t"], ["perm": .ints([1, 0])])
    builder.node("Reshape", ["t", "back"], ["pads"])
    builder.node("Pad", ["x", "pads"], ["p"])
    builder.node(
      "Conv", ["p", "stem.weight", "stem.bias"], ["c"], name: "/stem/Conv",
      ["strides": .ints([2, 2]), "dilations": .ints([1, 1]), "auto_pad": .string("SAME_UPPER")])
    builder.node("BatchNormalization", ["c", "v", "v", "v", "v"], ["n"], name: "/bn/Bn")
    builder.node("Clip", ["n", "", "six"], ["k"])
    builder.node(
      "MaxPool", ["k"], ["m"],
      ["kernel_shape": .ints([2, 2]), "pads": .ints([0, 1, 1, 0]), "ceil_mode": .int(1)])
    builder.node("Concat", ["m", "m"], ["mm"], ["axis": .int(1)])
    builder.integers("most", [Int.max])
    builder.node("Slice", ["mm", "zero", "most", "back", "four"], ["sl"])
    builder.node("ReduceMean", ["m"], ["g"], ["axes": .ints([2, 3])])
    builder.node("Shape", ["g"], ["shape"])
    builder.node("Gather", ["shape", "zero"], ["batch"])
    builder.node("Concat", ["batch", "back"], ["flat"], ["axis": .int(0)])
    builder.node("Reshape", ["g", "flat"], ["f"])
    builder.node("Gemm", ["f", "fc.weight"], ["l"], ["transB": .int(1), "alpha": .float(2)])
    builder.node("Softmax", ["l"], ["axis": .int(1)])
    builder.proto.graph.output.append(ModelBuilder.port("sl", [nil]))
    return try builder.bytes()
  }

  private func load(_ bytes: [UInt8]) throws -> Int {
    let model = try ONNXModel(bytes: bytes, name: "damaged")
    return try model.network(outputName: "y").nodes.count
      + model.network(outputName: "sl").nodes.count
  }

  @Test func theSampleItselfLoads() throws {
    #expect(try load(sample()) > 10)
  }

  @Test func everyPrefix() throws {
    let whole = try sample()
    for length in 0..<whole.count {
      #expect(throws: ModelError.self) { try load(Array(whole.prefix(length))) }
    }
  }

  @Test func changedBytes() throws {
    let whole = try sample()
    var generator = SeededGenerator(seed: 20)
    var loaded = 0
    for _ in 0..<3000 {
      var bytes = whole
      for _ in 0...generator.integer(in: 0..<4) {
        let position = generator.integer(in: 0..<bytes.count)
        switch generator.integer(in: 0..<4) {
        case 0: bytes[position] ^= 1 << UInt8(generator.integer(in: 0..<8))
        case 1: bytes[position] = UInt8(generator.integer(in: 0..<256))
        case 2: bytes.remove(at: position)
        default: bytes.insert(UInt8(generator.integer(in: 0..<256)), at: position)
        }
      }
      do {
        _ = try load(bytes)
        loaded += 1
      } catch let error { #expect(error is ModelError, "\(error)") }
    }
    // Some changes, as those of a weight's last bits, leave a model that is still one.
    #expect(loaded > 100)
  }

  /// Numbers of the file at the edges of their range.
  @Test func extremeNumbers() throws {
    let whole = try ONNXModelProto(serializedBytes: sample())
    let extremes: [Int64] = [
      .max, .min, -1, 0, 1, 2, 1 << 31, 1 << 32, 1 << 62, -(1 << 62), 3, 7, 255,
    ]
    var generator = SeededGenerator(seed: 21)
    func extreme() -> Int64 { extremes[generator.integer(in: 0..<extremes.count)] }
    for _ in 0..<(Fixtures.isFullTier ? 3000 : 500) {
      var proto = whole
      for _ in 0...generator.integer(in: 0..<2) {
        switch generator.integer(in: 0..<3) {
        case 0:
          let index = generator.integer(in: 0..<proto.graph.initializer.count)
          if proto.graph.initializer[index].int64Data.isEmpty {
            proto.graph.initializer[index].dims[0...] = [extreme()]
          } else {
            let place = generator.integer(in: 0..<proto.graph.initializer[index].int64Data.count)
            proto.graph.initializer[index].int64Data[place] = extreme()
          }
        case 1:
          let node = generator.integer(in: 0..<proto.graph.node.count)
          guard !proto.graph.node[node].attribute.isEmpty else { continue }
          if proto.graph.node[node].attribute[0].ints.isEmpty {
            proto.graph.node[node].attribute[0].i = extreme()
          } else {
            proto.graph.node[node].attribute[0].ints[0] = extreme()
          }
        default:
          let axis = generator.integer(in: 0..<4)
          proto.graph.input[0].type.tensorType.shape.dim[axis].dimValue = extreme()
        }
      }
      do { _ = try load(proto.serializedBytes()) } catch {
        #expect(error is ModelError, "\(error)")
      }
    }
  }
}
