import MoireLayers

extension Activation {
  /// What papers call it.
  var name: String {
    switch self {
    case .relu: "ReLU"
    case .clip(0, 6): "ReLU6"
    case .clip(let low, let high): "clip \(low)…\(high)"
    case .leakyRelu: "leaky ReLU"
    case .elu: "ELU"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .silu: "SiLU"
    case .hardSwish: "hard swish"
    case .hardSigmoid: "hard sigmoid"
    case .gelu: "GELU"
    case .geluTanh: "GELU (tanh)"
    case .softplus: "softplus"
    case .mish: "Mish"
    case .selu: "SELU"
    case .celu: "CELU"
    case .softsign: "softsign"
    case .thresholdedRelu: "thresholded ReLU"
    case .abs: "|x|"
    case .exp: "exp"
    case .log: "log"
    case .sqrt: "√x"
    case .power(let exponent): "x^\(exponent)"
    }
  }
}
