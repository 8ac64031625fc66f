import CLayers
import MoireTensors

/// Linear layers: packed for oneDNN, or read where they stand.
extension Lowering {
  mutating func lowerLinear(_ index: Int, _ layer: Linear) throws {
    let node = network.nodes[index]
    let source = try plain(values[node.inputs[0]]!, dims(of: node.inputs[0]))
    let target = try program.plainValue(dims(of: index + 1))
    var (layer, value) = (layer, index + 1)
    while let normalization = takeNormalization(after: &value) {
      layer = layer.folding(normalization)
    }
    if batch <= Self.fewImages, layer.weight.count >= Self.manyWeights {
      let activation = takeActivation(after: &value) { $0.isBound }
      try multiply(layer, source, target, activation)
    } else {
      let activation = cl_activation(takeActivation(after: &value))
      try program.append(layer.weight, layer.bias) { weights, bias in
        cl_step_linear(program.handle, Int32(source), Int32(target), weights, bias, activation)
      }
    }
    values[value] = target
  }

  /// Up to so many images a product with so many weights waits for the memory they come from: packing them
  /// would gain nothing, and hold them twice.
  private static let fewImages = 8
  private static let manyWeights = 1 << 20
  /// The rows of a part of the work.
  private static let rows = 16

  /// The product by a kernel that reads the layer's own weights.
  private func multiply(
    _ layer: Linear, _ source: Int, _ target: Int, _ activation: Activation?
  ) throws {
    let (low, high) = activation?.bounds ?? (-Float.infinity, .infinity)
    let outputs = layer.weight.shape[0]
    let parts = (outputs + Self.rows - 1) / Self.rows
    try program.append("kernel:rows", [source], to: target, parts: parts) {
      sources, target, part, _ in
      var target = target
      let first = part * Self.rows
      let last = min(first + Self.rows, outputs)
      layer.weight.values.withUnsafeBufferPointer { weights in
        guard let bias = layer.bias else {
          return cl_rows(
            sources, &target, Int64(first), Int64(last), weights.baseAddress!, nil, low, high)
        }
        bias.values.withUnsafeBufferPointer {
          cl_rows(
            sources, &target, Int64(first), Int64(last), weights.baseAddress!, $0.baseAddress, low,
            high)
        }
      }
      return true
    }
  }
}

extension Activation {
  /// What it bounds its argument by; `nil` where it does anything else.
  var bounds: (low: Float, high: Float)? {
    switch self {
    case .relu: (0, .infinity)
    case .clip(let low, let high): (low, high)
    default: nil
    }
  }

  var isBound: Bool { bounds != nil }
}
