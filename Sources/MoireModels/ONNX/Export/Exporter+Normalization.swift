import MoireLayers
import MoireTensors

/// Normalisations by statistics of the values themselves.
extension Exporter {
  mutating func normalization(_ layer: Normalization, _ x: Value) throws -> String {
    let channels = x.shape[0]
    switch layer.kind {
    case .layer:
      let inputs = try scaleAndShift(layer, channels)
      let attributes: [String: GraphWriter.Attribute] = [
        "axis": .int(-1), "epsilon": .float(layer.epsilon),
      ]
      if x.shape.count == 1 {
        return graph.node("LayerNormalization", [x.name] + inputs, attributes)
      }
      let last = graph.node("Transpose", [x.name], ["perm": .ints([0, 2, 3, 1])])
      let normal = graph.node("LayerNormalization", [last] + inputs, attributes)
      return graph.node("Transpose", [normal], ["perm": .ints([0, 3, 1, 2])])
    case .instance:
      return graph.node(
        "InstanceNormalization", [x.name] + (try scaleAndShift(layer, channels)),
        ["epsilon": .float(layer.epsilon)])
    case .layerAll: return try grouped(layer, x, 1)
    case .group(let groups): return try grouped(layer, x, groups)
    }
  }

  private mutating func scaleAndShift(
    _ layer: Normalization, _ channels: Int
  ) throws -> [String] {
    [
      try graph.constant("weight", try layer.scale ?? Tensor(shape: [channels], repeating: 1)),
      try graph.constant("bias", try layer.shift ?? Tensor(shape: [channels], repeating: 0)),
    ]
  }

  /// Each group as one channel of an instance normalisation: GroupNormalization itself came with
  /// operator set 18, and as usual with 21.
  private mutating func grouped(
    _ layer: Normalization, _ x: Value, _ groups: Int
  ) throws -> String {
    let ones = try Tensor(shape: [groups], repeating: 1)
    let zeros = try Tensor(shape: [groups], repeating: 0)
    let normal = graph.node(
      "InstanceNormalization",
      [
        reshape(x.name, [groups, -1]), try graph.constant("ones", ones),
        try graph.constant("zeros", zeros),
      ], ["epsilon": .float(layer.epsilon)])
    var result = reshape(normal, x.shape)
    let shape = [x.shape[0]] + x.shape.dropFirst().map { _ in 1 }
    if let scale = layer.scale {
      result = graph.node("Mul", [result, try graph.constant("weight", scale.reshaped(shape))])
    }
    if let shift = layer.shift {
      result = graph.node("Add", [result, try graph.constant("bias", shift.reshaped(shape))])
    }
    return result
  }
}
