import MoireSpectral
import MoireTensors

extension Layer {
  /// Weights, biases, scales and shifts: what training changes.
  public var parameterCount: Int {
    switch self {
    case .convolution(let layer): layer.weight.count + (layer.bias?.count ?? 0)
    case .transposedConvolution(let layer): layer.weight.count + (layer.bias?.count ?? 0)
    case .linear(let layer): layer.weight.count + (layer.bias?.count ?? 0)
    case .batchNormalization(let layer): layer.scale.count + layer.shift.count
    case .normalization(let layer): (layer.scale?.count ?? 0) + (layer.shift?.count ?? 0)
    case .prelu(let slope): slope.count
    default: 0
    }
  }

  /// Running means and variances.
  public var statisticCount: Int {
    guard case .batchNormalization(let layer) = self else { return 0 }
    return layer.mean.count + layer.variance.count
  }

  /// Multiplications that are summed, for one image: those of convolutions and fully connected layers,
  /// windows over padding counted in full; everything else counts as 0.
  public func multiplyAdds(input: [Int], output: [Int]) -> Int {
    switch self {
    case .convolution(let layer):
      let taps = layer.weight.count / max(1, layer.outputChannels)
      return output.reduce(1, *) * taps
    case .transposedConvolution(let layer):
      let taps = layer.weight.count / max(1, layer.weight.shape[0])
      return input.reduce(1, *) * taps
    case .linear(let layer): return layer.weight.count
    default: return 0
    }
  }

  /// What the layer does in a few words, as `convolution 3×3, stride 2`.
  public var summary: String {
    switch self {
    case .convolution(let layer):
      let kind =
        layer.groups == 1
        ? "convolution"
        : layer.groups == layer.outputChannels ? "depthwise" : "convolution of \(layer.groups)"
      return Self.windowed(kind, layer.kernel, layer.stride)
    case .transposedConvolution(let layer):
      return Self.windowed("transposed", layer.kernel, layer.stride)
    case .pooling(let layer):
      return Self.windowed(
        layer.operation == .max ? "max-pool" : "mean", layer.kernel, layer.stride)
    case .globalPooling(let operation): return operation == .max ? "global max" : "global mean"
    case .adaptivePooling(let operation, let size):
      return (operation == .max ? "max" : "mean") + " to \(size)"
    case .linear: return "fully connected"
    case .batchNormalization: return "batch norm"
    case .normalization(let layer): return layer.kind.summary
    case .activation(let function): return function.summary
    case .prelu: return "prelu"
    case .add: return "add"
    case .multiply: return "multiply"
    case .concatenate: return "concatenate"
    case .flatten: return "flatten"
    case .reshape: return "reshape"
    case .pad(let padding, let mode): return "pad \(padding) \(mode.summary)"
    case .channels(let range): return "channels \(range.lowerBound)..<\(range.upperBound)"
    case .shuffle(let groups): return "shuffle \(groups)"
    case .resize: return "resize"
    case .subsample(let stride, _): return "subsample \(stride)"
    case .blurPool(let pool):
      return Self.windowed("blur \(pool.convention)", pool.filterSize, pool.stride)
    case .separablePool(let pool):
      return Self.windowed(
        "filter", HW(pool.rows.taps.count, pool.columns.taps.count), pool.stride)
    case .idealPool(let pool):
      let taper = pool.taper == .none ? "" : ", \(pool.taper.rawValue)"
      return "ideal pool, stride \(pool.stride)\(taper)"
    case .spectralPool: return "spectral pool"
    case .adaptiveFilter(let filter):
      return "adaptive filter \(filter.kernel) of \(filter.groups)"
    case .polyphaseDecision(let decision): return "phase by \(decision.criterion)"
    case .oneHotArgmax: return "argmax"
    case .polyphase(let stride): return "polyphase, stride \(stride)"
    case .polyphaseUpsample(let stride): return "polyphase up \(stride)"
    case .filteredActivation: return "filtered activation"
    case .softmax: return "softmax"
    }
  }

  private static func windowed(_ kind: String, _ kernel: HW, _ stride: HW) -> String {
    let pace = stride.height == stride.width ? "\(stride.height)" : stride.description
    return "\(kind) \(kernel)" + (stride == 1 ? "" : ", stride \(pace)")
  }
}

extension Normalization.Kind {
  fileprivate var summary: String {
    switch self {
    case .layer, .layerAll: "layer norm"
    case .group(let groups): "group norm \(groups)"
    case .instance: "instance norm"
    }
  }
}

extension PaddingMode {
  fileprivate var summary: String {
    switch self {
    case .constant(let value): value == 0 ? "zero" : "\(value)"
    case .reflect: "reflect"
    case .replicate: "replicate"
    case .circular: "circular"
    }
  }
}

extension Activation {
  fileprivate var summary: String {
    switch self {
    case .relu: "relu"
    case .clip(let low, let high): "clip \(low)…\(high)"
    case .leakyRelu: "leaky relu"
    case .elu: "elu"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .silu: "silu"
    case .hardSwish: "hard-swish"
    case .hardSigmoid: "hard-sigmoid"
    case .gelu, .geluTanh: "gelu"
    default: String(String(describing: self).prefix { $0 != "(" })
    }
  }
}
