import Foundation
import MoireLayers
import MoireTensors
import SwiftProtobuf

@testable import MoireModels

/// Writes small ONNX models, one node after the other.
struct ModelBuilder {
  enum Attribute {
    case int(Int)
    case ints([Int])
    case float(Float)
    case floats([Float])
    case string(String)
    case tensor(ONNXTensorProto)
  }

  var proto = ONNXModelProto()

  /// A model with one input `x` and one output `y`.
  init(opset: Int = 17, input: [Int?] = [nil, 2, 6, 8]) {
    proto.irVersion = 8
    proto.producerName = "builder"
    proto.opsetImport = [ONNXOperatorSetIdProto.with { $0.version = Int64(opset) }]
    proto.graph.input = [ModelBuilder.port("x", input)]
    proto.graph.output = [ModelBuilder.port("y", [nil, nil])]
  }

  static func port(_ name: String, _ shape: [Int?]) -> ONNXValueInfoProto {
    .with {
      $0.name = name
      $0.type.tensorType.elemType = 1
      $0.type.tensorType.shape.dim = shape.map { extent in
        .with {
          $0.value = extent.map { .dimValue(Int64($0)) } ?? .dimParam("open")
        }
      }
    }
  }

  /// A tensor of floats as raw bytes.
  static func tensor(_ name: String, _ shape: [Int], _ values: [Float]) -> ONNXTensorProto {
    .with {
      $0.name = name
      $0.dims = shape.map { Int64($0) }
      $0.dataType = 1
      for value in values {
        let bits = value.bitPattern
        $0.rawData.append(contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
      }
    }
  }

  static func integers(_ name: String, _ values: [Int], shape: [Int]? = nil) -> ONNXTensorProto {
    .with {
      $0.name = name
      $0.dims = (shape ?? [values.count]).map { Int64($0) }
      $0.dataType = 7
      $0.int64Data = values.map { Int64($0) }
    }
  }

  mutating func floats(_ name: String, _ shape: [Int], _ values: [Float]? = nil) {
    let count = shape.reduce(1, *)
    proto.graph.initializer.append(
      ModelBuilder.tensor(name, shape, values ?? (0..<count).map { Float($0) * 0.25 - 1 }))
  }

  mutating func integers(_ name: String, _ values: [Int], shape: [Int]? = nil) {
    proto.graph.initializer.append(ModelBuilder.integers(name, values, shape: shape))
  }

  mutating func node(
    _ operation: String, _ inputs: [String], name: String = "", domain: String = "",
    _ attributes: [String: Attribute] = [:]
  ) {
    node(operation, inputs, ["y"], name: name, domain: domain, attributes)
  }

  mutating func node(
    _ operation: String, _ inputs: [String], _ outputs: [String], name: String = "",
    domain: String = "", _ attributes: [String: Attribute] = [:]
  ) {
    proto.graph.node.append(
      .with {
        $0.opType = operation
        $0.input = inputs
        $0.output = outputs
        $0.name = name
        $0.domain = domain
        $0.attribute = attributes.sorted { $0.key < $1.key }.map(ModelBuilder.attribute)
      })
  }

  private static func attribute(_ name: String, _ value: Attribute) -> ONNXAttributeProto {
    .with {
      $0.name = name
      switch value {
      case .int(let value): ($0.i, $0.type) = (Int64(value), 2)
      case .ints(let values): ($0.ints, $0.type) = (values.map { Int64($0) }, 7)
      case .float(let value): ($0.f, $0.type) = (value, 1)
      case .floats(let values): ($0.floats, $0.type) = (values, 6)
      case .string(let text):
        $0.s.append(contentsOf: text.utf8)
        $0.type = 3
      case .tensor(let tensor): ($0.t, $0.type) = (tensor, 4)
      }
    }
  }

  func bytes() throws -> [UInt8] { try proto.serializedBytes() }

  func model() throws -> ONNXModel { try ONNXModel(bytes: bytes(), name: "test") }

  func network(
    input: String? = nil, output: String? = nil, size: HW? = nil
  ) throws -> Network {
    try model().network(inputName: input, outputName: output, size: size)
  }

  /// The layers of the network.
  func layers() throws -> [Layer] { try network().nodes.map(\.layer) }

  /// The sentence of the error that importing ends with; empty when it does not.
  func failure(input: String? = nil, output: String? = nil, size: HW? = nil) -> String {
    do {
      _ = try network(input: input, output: output, size: size)
      return ""
    } catch let error as ModelError { return error.description } catch { return "other: \(error)" }
  }

  /// One node that reads `x` and gives `y`.
  static func single(
    _ operation: String, opset: Int = 17, input: [Int?] = [nil, 2, 6, 8],
    _ attributes: [String: Attribute] = [:]
  ) -> ModelBuilder {
    var builder = ModelBuilder(opset: opset, input: input)
    builder.node(operation, ["x"], attributes)
    return builder
  }
}

extension Network {
  /// The shape of each value for one image, the input first.
  func shapes() throws -> [[Int]] {
    try nodes.reduce(into: [inputShape]) { shapes, node in
      shapes.append(try node.layer.outputShape(of: node.inputs.map { shapes[$0] }))
    }
  }
}
