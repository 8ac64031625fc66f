internal import CMoire

/// A pointwise function φ of a map's values.
public enum Pointwise: Sendable {
  case relu
  /// min(max(x, 0), 6).
  case relu6
  /// x for x > 0, else α x.
  case leakyReLU(alpha: Double)
  /// x for x > 0, else α (exp x − 1).
  case elu(alpha: Double)
  /// x / (1 + exp −x).
  case silu
  /// x Φ(x), by the error function.
  case gelu
  /// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).
  case geluTanh
  case tanh
  case sigmoid
  /// x min(max(x + 3, 0), 6) / 6.
  case hardSwish
  /// min(max(x + 3, 0), 6) / 6.
  case hardSigmoid
  /// log(1 + exp x).
  case softplus
  /// Σ_j coefficients[j] xʲ, the last coefficient included.
  case polynomial([Double])
  /// Replaces every value of the buffer by φ of it; called from every thread that executes.
  case custom(@Sendable (UnsafeMutableBufferPointer<Float>) -> Void)

  /// φ as the core names it, and its α.
  var native: (kind: moire_pointwise, alpha: Double) {
    switch self {
    case .relu: (.relu, 0)
    case .relu6: (.relu6, 0)
    case .leakyReLU(let alpha): (.leaky_relu, alpha)
    case .elu(let alpha): (.elu, alpha)
    case .silu: (.silu, 0)
    case .gelu: (.gelu, 0)
    case .geluTanh: (.gelu_tanh, 0)
    case .tanh: (.tanh, 0)
    case .sigmoid: (.sigmoid, 0)
    case .hardSwish: (.hard_swish, 0)
    case .hardSigmoid: (.hard_sigmoid, 0)
    case .softplus: (.softplus, 0)
    case .polynomial: (.polynomial, 0)
    case .custom: (.custom, 0)
    }
  }
}
