/// A function of each value alone.
public enum Activation: Hashable, Sendable {
  /// max(x, 0).
  case relu
  /// min(max(x, low), high); ReLU6 is `clip(0, 6)`.
  case clip(low: Float, high: Float)
  /// x for x > 0, else slope·x.
  case leakyRelu(slope: Float)
  /// x for x > 0, else α(eˣ − 1).
  case elu(alpha: Float)
  /// 1/(1 + e⁻ˣ).
  case sigmoid
  case tanh
  /// x·sigmoid(x).
  case silu
  /// x·min(max(x + 3, 0), 6)/6.
  case hardSwish
  /// min(max(αx + β, 0), 1).
  case hardSigmoid(alpha: Float, beta: Float)
  /// x·Φ(x), exact with the error function.
  case gelu
  /// x·Φ(x), the tanh approximation.
  case geluTanh
  /// ln(1 + eˣ).
  case softplus
  /// x·tanh(ln(1 + eˣ)).
  case mish
  /// γx for x > 0, else γα(eˣ − 1), α = 1.6732632423543772 and γ = 1.0507009873554805.
  case selu
  /// x for x > 0, else α(e^(x/α) − 1).
  case celu(alpha: Float)
  /// x/(1 + |x|).
  case softsign
  /// x for x > threshold, else 0.
  case thresholdedRelu(threshold: Float)
  /// |x|.
  case abs
  /// eˣ.
  case exp
  /// ln x.
  case log
  /// √x.
  case sqrt
  /// x raised to a constant power.
  case power(Float)
}

extension Activation {
  /// Whether a convolution, a linear layer or a sum can apply it to its result by itself.
  var isFusible: Bool {
    switch self {
    case .softsign, .thresholdedRelu: false
    // oneDNN 2.6.3 gets two linear functions in one chain wrong.
    case .celu: false
    default: true
    }
  }
}
