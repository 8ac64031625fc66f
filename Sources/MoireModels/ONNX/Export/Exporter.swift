import MoireLayers
import MoireTensors
import SwiftProtobuf

/// Writes the nodes of a network as nodes of an ONNX graph, one layer after the other.
struct Exporter {
  let network: Network
  let shapes: [[Int]]
  var graph = GraphWriter()

  /// - Throws: `LayerError` when the layers of the network do not fit together.
  init(_ network: Network) throws {
    self.network = network
    shapes = try network.valueShapes()
  }

  /// The whole model; nodes that the output does not need are left out.
  ///
  /// - Throws: ``ModelError``.
  mutating func model(metadata: [String: String]) throws -> ONNXModelProto {
    var names = [0: "input"]
    let needed = neededNodes()
    for (index, node) in network.nodes.enumerated() where needed.contains(index) {
      graph.path = node.path
      names[index + 1] = try write(
        node.layer, node.inputs.map { Value(name: names[$0]!, shape: shapes[$0]) },
        output: shapes[index + 1])
    }
    var result = names[network.output]!
    if result == "input" {
      graph.path = "output"
      result = graph.node("Identity", [result])
    }
    let opset = graph.opset
    let body = graph.finished(
      name: network.name, input: network.inputShape, result: result,
      output: shapes[network.output])
    return .with {
      // The version of the file format that came with the operator set.
      $0.irVersion = opset < 19 ? 8 : 9
      $0.producerName = Exporter.producer
      $0.producerVersion = MoireVersion.current
      $0.opsetImport = [.with { $0.version = Int64(opset) }]
      $0.metadataProps = metadata.sorted { $0.key < $1.key }.map { key, value in
        .with { ($0.key, $0.value) = (key, value) }
      }
      $0.graph = body
    }
  }

  /// What the file says wrote it.
  static let producer = "moire"

  private func neededNodes() -> Set<Int> {
    var values: Set<Int> = [network.output]
    for index in network.nodes.indices.reversed() where values.contains(index + 1) {
      values.formUnion(network.nodes[index].inputs)
    }
    return Set(values.filter { $0 > 0 }.map { $0 - 1 })
  }

  /// A value of the graph with its shape for one image.
  struct Value {
    var name: String
    var shape: [Int]

    var size: HW { HW(shape[1], shape[2]) }
  }

  func refuse(_ reason: String) -> ModelError {
    .notExpressible(layer: graph.path, reason: reason)
  }

  /// Writes a layer and returns the name of what it gives.
  private mutating func write(
    _ layer: Layer, _ inputs: [Value], output: [Int]
  ) throws -> String {
    let x = inputs[0]
    switch layer {
    case .convolution(let layer): return try convolution(layer, x)
    case .transposedConvolution(let layer): return try transposedConvolution(layer, x)
    case .pooling(let layer): return try pooling(layer, x, output: HW(output[1], output[2]))
    case .globalPooling(.max): return graph.node("GlobalMaxPool", [x.name])
    case .globalPooling(.average): return graph.node("GlobalAveragePool", [x.name])
    case .adaptivePooling(let operation, let size):
      return try adaptivePooling(operation, x, size)
    case .linear(let layer): return try linear(layer, x)
    case .batchNormalization(let layer): return try batchNormalization(layer, x)
    case .normalization(let layer): return try normalization(layer, x)
    case .activation(let activation): return try self.activation(activation, x.name)
    case .prelu(let slope):
      let shape = slope.count == 1 ? [1] : slope.shape + x.shape.dropFirst().map { _ in 1 }
      return graph.node("PRelu", [x.name, try graph.constant("weight", slope.reshaped(shape))])
    case .add: return graph.node("Add", inputs.map(\.name))
    case .multiply: return graph.node("Mul", inputs.map(\.name))
    case .concatenate: return graph.node("Concat", inputs.map(\.name), ["axis": .int(1)])
    case .flatten: return graph.node("Flatten", [x.name], ["axis": .int(1)])
    case .reshape(let shape): return reshape(x.name, shape)
    case .pad(let padding, let mode): return try pad(x, padding, mode)
    case .channels(let range):
      return slice(x.name, axes: [1], from: [range.lowerBound], to: [range.upperBound])
    case .shuffle(let groups):
      let split = reshape(x.name, [groups, x.shape[0] / groups] + x.shape.dropFirst())
      let turned = graph.node("Transpose", [split], ["perm": .ints([0, 2, 1, 3, 4])])
      return reshape(turned, x.shape)
    case .resize(let layer): return try resize(layer, x, output: output)
    case .subsample(let stride, let offset):
      return slice(
        x.name, axes: [2, 3], from: [offset.height, offset.width],
        to: [x.size.height, x.size.width], steps: [stride.height, stride.width])
    case .blurPool(let layer): return try blurPool(layer, x)
    case .separablePool(let layer): return try separablePool(layer, x, output: output)
    case .idealPool(let layer): return try idealPool(layer, x)
    case .spectralPool(let layer): return try spectralPool(layer, x)
    case .filteredActivation(let layer): return try filteredActivation(layer, x)
    case .adaptiveFilter(let layer): return try adaptiveFilter(layer, x, logits: inputs[1])
    case .polyphaseDecision(let layer): return try polyphaseDecision(layer, x)
    case .oneHotArgmax: return try oneHotArgmax(x)
    case .polyphase(let stride): return try polyphase(stride, x, decision: inputs[1])
    case .polyphaseUpsample(let stride):
      return try polyphaseUpsample(stride, x, decision: inputs[1])
    case .softmax: return graph.node("Softmax", [x.name], ["axis": .int(1)])
    }
  }

  /// Another shape for each image; 0 keeps the number of images.
  mutating func reshape(_ x: String, _ shape: [Int]) -> String {
    graph.node("Reshape", [x, graph.integers("shape", [0] + shape)])
  }

  mutating func slice(
    _ x: String, axes: [Int], from starts: [Int], to ends: [Int], steps: [Int]? = nil
  ) -> String {
    var inputs = [
      x, graph.integers("starts", starts), graph.integers("ends", ends),
      graph.integers("axes", axes),
    ]
    if let steps { inputs.append(graph.integers("steps", steps)) }
    return graph.node("Slice", inputs)
  }

  private mutating func linear(_ layer: Linear, _ x: Value) throws -> String {
    var inputs = [x.name, try graph.constant("weight", layer.weight)]
    if let bias = layer.bias { inputs.append(try graph.constant("bias", bias)) }
    return graph.node("Gemm", inputs, ["transB": .int(1)])
  }

  private mutating func batchNormalization(
    _ layer: BatchNormalization, _ x: Value
  ) throws -> String {
    let inputs = [
      x.name, try graph.constant("weight", layer.scale), try graph.constant("bias", layer.shift),
      try graph.constant("running_mean", layer.mean),
      try graph.constant("running_var", layer.variance),
    ]
    return graph.node("BatchNormalization", inputs, ["epsilon": .float(layer.epsilon)])
  }
}
