import Foundation
import MoireTensors
import SwiftProtobuf

/// Collects the nodes and the constants of an ONNX graph.
///
/// A node of the layer `layer1.0.conv1` is called `/layer1.0.conv1/Conv`, its value
/// `/layer1.0.conv1/Conv_output_0`, its constants `layer1.0.conv1.weight` and so on: the importer
/// reads the same paths from them, and so do tools made for PyTorch's exports.
struct GraphWriter {
  enum Attribute {
    case int(Int)
    case ints([Int])
    case float(Float)
    case string(String)
  }

  private(set) var graph = ONNXGraphProto()
  /// The operator set that the nodes so far need. All that runs ONNX today reads 17, the first one
  /// with LayerNormalization; what came later is written with the operators that were there.
  private(set) var opset = 17
  /// The layer that nodes and constants belong to.
  var path = ""
  private var taken: Set<String> = []
  /// The last number that a name was given behind it.
  private var suffixes: [String: Int] = [:]

  /// Appends a node with one output and returns the name of its value.
  mutating func node(
    _ type: String, _ inputs: [String], _ attributes: [String: Attribute] = [:], opset: Int = 17
  ) -> String {
    let output = nodes(type, inputs, outputs: 1, attributes)[0]
    self.opset = max(self.opset, opset)
    return output
  }

  /// Appends a node with several outputs.
  mutating func nodes(
    _ type: String, _ inputs: [String], outputs: Int, _ attributes: [String: Attribute] = [:]
  ) -> [String] {
    let name = unique("/\(path)/\(type)")
    let outputs = (0..<outputs).map { "\(name)_output_\($0)" }
    graph.node.append(
      .with {
        $0.opType = type
        $0.name = name
        $0.input = inputs
        $0.output = outputs
        $0.attribute = attributes.sorted { $0.key < $1.key }.map(GraphWriter.attribute)
      })
    return outputs
  }

  /// Adds a tensor of floats; values that are not finite are refused.
  ///
  /// - Throws: ``ModelError/nonFinite(layer:tensor:index:value:)``.
  mutating func constant(_ name: String, _ tensor: Tensor) throws -> String {
    let name = unique("\(path).\(name)")
    if let index = tensor.firstNonFinite {
      throw ModelError.nonFinite(layer: path, tensor: name, index: index, value: tensor[index])
    }
    add(name, tensor.shape, type: .float, LittleEndian.bytes(tensor.values))
    return name
  }

  /// Adds one number, without dimensions.
  mutating func scalar(_ name: String, _ value: Float) throws -> String {
    try constant(name, try Tensor(shape: [], values: [value]))
  }

  /// Adds 64-bit integers, a vector unless a shape is given.
  mutating func integers(_ name: String, _ values: [Int], shape: [Int]? = nil) -> String {
    let name = unique("\(path).\(name)")
    add(name, shape ?? [values.count], type: .int64, values.map { Int64($0).littleEndian })
    return name
  }

  /// A matrix with rows and columns exchanged.
  static func transposed(_ matrix: Tensor) throws -> Tensor {
    let (rows, columns) = (matrix.shape[0], matrix.shape[1])
    let values = (0..<rows * columns).map { matrix[$0 % rows * columns + $0 / rows] }
    return try Tensor(shape: [columns, rows], values: values)
  }

  private mutating func add<T>(_ name: String, _ shape: [Int], type: ElementType, _ bits: [T]) {
    graph.initializer.append(
      .with {
        $0.name = name
        $0.dims = shape.map { Int64($0) }
        $0.dataType = type.rawValue
        $0.rawData = bits.withUnsafeBytes { Data($0) }
      })
  }

  private mutating func unique(_ name: String) -> String {
    var result = name
    while !taken.insert(result).inserted {
      let suffix = suffixes[name, default: 0] + 1
      suffixes[name] = suffix
      result = "\(name)_\(suffix)"
    }
    return result
  }

  private static func attribute(_ name: String, _ value: Attribute) -> ONNXAttributeProto {
    .with {
      $0.name = name
      switch value {
      case .int(let value): ($0.i, $0.type) = (Int64(value), 2)
      case .ints(let values): ($0.ints, $0.type) = (values.map { Int64($0) }, 7)
      case .float(let value): ($0.f, $0.type) = (value, 1)
      case .string(let text): ($0.s, $0.type) = (Data(text.utf8), 3)
      }
    }
  }

  /// The graph from `input` to the value `result`, which takes the name `output`.
  func finished(
    name: String, input: [Int], result: String, output: [Int]
  ) -> ONNXGraphProto {
    var graph = graph
    graph.name = name.isEmpty ? "network" : name
    graph.input = [GraphWriter.port("input", input)]
    graph.output = [GraphWriter.port("output", output)]
    for index in graph.node.indices {
      graph.node[index].input = graph.node[index].input.map { $0 == result ? "output" : $0 }
      graph.node[index].output = graph.node[index].output.map { $0 == result ? "output" : $0 }
    }
    return graph
  }

  private static func port(_ name: String, _ shape: [Int]) -> ONNXValueInfoProto {
    .with {
      $0.name = name
      $0.type.tensorType.elemType = ElementType.float.rawValue
      $0.type.tensorType.shape.dim =
        [.with { $0.value = .dimParam("N") }]
        + shape.map { extent in .with { $0.value = .dimValue(Int64(extent)) } }
    }
  }
}
