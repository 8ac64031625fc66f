import Foundation
public import MoireSpectral

extension FilteredFunction.Function {
  /// φ as the signal-processing core takes it.
  var pointwise: Pointwise {
    switch self {
    case .polynomial(let coefficients): .polynomial(coefficients)
    case .activation(let activation): activation.pointwise
    }
  }
}

extension Activation {
  /// The same function for the signal-processing core.
  public var pointwise: Pointwise {
    switch self {
    case .relu: .relu
    case .clip(0, 6): .relu6
    case .leakyRelu(let slope): .leakyReLU(alpha: Double(slope))
    case .elu(let alpha): .elu(alpha: Double(alpha))
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    case .silu: .silu
    case .hardSwish: .hardSwish
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .softplus: .softplus
    case .clip(let low, let high): Pointwise.each { min(max($0, low), high) }
    case .hardSigmoid(let alpha, let beta): Pointwise.each { min(max(alpha * $0 + beta, 0), 1) }
    case .mish: Pointwise.each { $0 * Foundation.tanh(softplus($0)) }
    case .selu:
      Pointwise.each { 1.050_700_9 * ($0 > 0 ? $0 : 1.673_263_2 * Foundation.expm1($0)) }
    case .celu(let alpha):
      Pointwise.each { $0 > 0 ? $0 : alpha * Foundation.expm1($0 / alpha) }
    case .softsign: Pointwise.each { $0 / (1 + Swift.abs($0)) }
    case .thresholdedRelu(let threshold): Pointwise.each { $0 > threshold ? $0 : 0 }
    case .abs: Pointwise.each { Swift.abs($0) }
    case .exp: Pointwise.each { Foundation.exp($0) }
    case .log: Pointwise.each { Foundation.log($0) }
    case .sqrt: Pointwise.each { $0.squareRoot() }
    case .power(let exponent): Pointwise.each { Foundation.pow($0, exponent) }
    }
  }

  /// ln(1 + eˣ) without overflow.
  private func softplus(_ x: Float) -> Float { max(x, 0) + log1p(Foundation.exp(-Swift.abs(x))) }
}

extension Pointwise {
  /// A function of each value.
  fileprivate static func each(_ function: @escaping @Sendable (Float) -> Float) -> Pointwise {
    .custom { values in
      for index in values.indices { values[index] = function(values[index]) }
    }
  }
}
