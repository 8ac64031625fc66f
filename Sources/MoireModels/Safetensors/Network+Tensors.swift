public import MoireLayers
public import MoireTensors

extension Network {
  /// Every parameter with its name, as torch names them: `PATH.weight`, `PATH.bias`, and for batch
  /// normalisations `PATH.running_mean` and `PATH.running_var`.
  ///
  /// ``Safetensors/write(_:metadata:to:)`` takes them as they are.
  public var namedTensors: [(name: String, tensor: Tensor)] {
    nodes.flatMap { node in
      Self.tensors(of: node).map { (node.path + $0, $1) }
    }
  }

  private static func tensors(of node: Node) -> [(String, Tensor)] {
    let pair = { (weight: Tensor?, bias: Tensor?) in
      [(".weight", weight), (".bias", bias)].compactMap { name, tensor in
        tensor.map { (name, $0) }
      }
    }
    switch node.layer {
    case .convolution(let layer): return pair(layer.weight, layer.bias)
    case .transposedConvolution(let layer): return pair(layer.weight, layer.bias)
    case .linear(let layer): return pair(layer.weight, layer.bias)
    case .normalization(let layer): return pair(layer.scale, layer.shift)
    case .prelu(let slope): return pair(slope, nil)
    case .batchNormalization(let layer):
      // A factor alone, see NetworkBuilder.channelScale.
      if node.path.hasSuffix("layer_scale") { return [("", layer.scale)] }
      return pair(layer.scale, layer.shift)
        + [(".running_mean", layer.mean), (".running_var", layer.variance)]
    default: return []
    }
  }
}
