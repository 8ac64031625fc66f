import MoireLayers
import MoireTensors

/// A network that is being rewritten: its layers may be replaced, and others put behind any value,
/// whose readers then read those.
struct GraphDraft {
  /// What a layer reads.
  enum Source {
    /// A value of the original network, or what stands behind it now.
    case value(Int)
    /// A layer of the draft itself.
    case node(Int)
  }

  struct Node {
    var path: String
    var layer: Layer
    var inputs: [Source]
    /// The shape that the original network has there, with the path of the layer in charge of it.
    var expected: (path: String, shape: [Int])?
  }

  /// The layers of the original first, in their order.
  private(set) var nodes: [Node]
  private let original: Network
  /// For a value of the original, the layer of the draft that its readers read instead.
  private var replaced: [Int: Int] = [:]
  /// Stands for the value of a layer whose inputs are being emitted.
  private static let open = -1

  init(_ network: Network) {
    original = network
    nodes = network.nodes.map {
      Node(path: $0.path, layer: $0.layer, inputs: $0.inputs.map(Source.value))
    }
  }

  /// Adds a layer and returns its index.
  mutating func add(_ path: String, _ layer: Layer, _ inputs: [Source]) -> Int {
    nodes.append(Node(path: path, layer: layer, inputs: inputs))
    return nodes.count - 1
  }

  /// Puts other parameters, or another layer, in the place of a layer.
  mutating func replace(_ node: Int, _ layer: Layer, inputs: [Source]) {
    nodes[node].layer = layer
    nodes[node].inputs = inputs
  }

  /// What read the value that `node` gives in the original reads `other` from now on.
  mutating func redirect(_ node: Int, to other: Int) { replaced[node + 1] = other }

  mutating func expect(_ shape: [Int], of node: Int, for path: String) {
    nodes[node].expected = (path, shape)
  }

  /// The rewritten network, every layer behind what it reads.
  ///
  /// - Throws: `LayerError` where layers do not fit, ``ModelError/sizeChanged(layer:before:after:)``.
  func network() throws -> Network {
    var result = Network(name: original.name, inputShape: original.inputShape)
    var shapes = [original.inputShape]
    var values: [Int: Int] = [:]
    for index in original.nodes.indices {
      _ = try emit(index, &values, &result, &shapes)
    }
    let output = try emit(.value(original.output), &values, &result, &shapes)
    result.output = output
    result.remarks = original.remarks
    return result
  }

  private func emit(
    _ source: Source, _ values: inout [Int: Int], _ network: inout Network, _ shapes: inout [[Int]]
  ) throws -> Int {
    switch source {
    case .node(let node): return try emit(node, &values, &network, &shapes)
    case .value(0): return 0
    case .value(let value):
      return try emit(replaced[value] ?? value - 1, &values, &network, &shapes)
    }
  }

  private func emit(
    _ node: Int, _ values: inout [Int: Int], _ network: inout Network, _ shapes: inout [[Int]]
  ) throws -> Int {
    let draft = nodes[node]
    if let value = values[node] {
      guard value != GraphDraft.open else {
        throw ModelError.filterRefused(
          layer: draft.path, reason: "the shared decision on its phase would depend on itself")
      }
      return value
    }
    values[node] = GraphDraft.open
    let inputs = try draft.inputs.map { try emit($0, &values, &network, &shapes) }
    let shape: [Int]
    do {
      shape = try draft.layer.outputShape(of: inputs.map { shapes[$0] })
    } catch let mismatch as ShapeMismatch {
      throw LayerError.incompatible(path: draft.path, reason: mismatch.reason)
    }
    if let (path, expected) = draft.expected, expected != shape {
      throw ModelError.sizeChanged(layer: path, before: expected, after: shape)
    }
    let value = network.append(draft.path, draft.layer, inputs: inputs)
    shapes.append(shape)
    values[node] = value
    return value
  }
}
