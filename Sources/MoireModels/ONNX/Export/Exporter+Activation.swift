import Foundation
import MoireLayers

/// Functions of each value alone, those that came after operator set 17 by their definitions.
extension Exporter {
  mutating func activation(_ activation: Activation, _ x: String) throws -> String {
    switch activation {
    case .relu: return graph.node("Relu", [x])
    case .clip(let low, let high):
      return graph.node(
        "Clip", [x, try graph.scalar("min", low), try graph.scalar("max", high)])
    case .leakyRelu(let slope): return graph.node("LeakyRelu", [x], ["alpha": .float(slope)])
    case .elu(let alpha): return graph.node("Elu", [x], ["alpha": .float(alpha)])
    case .sigmoid: return graph.node("Sigmoid", [x])
    case .tanh: return graph.node("Tanh", [x])
    case .silu: return graph.node("Mul", [x, graph.node("Sigmoid", [x])])
    case .hardSwish: return graph.node("HardSwish", [x])
    case .hardSigmoid(let alpha, let beta):
      return graph.node("HardSigmoid", [x], ["alpha": .float(alpha), "beta": .float(beta)])
    case .gelu: return try gelu(x)
    case .geluTanh: return try geluTanh(x)
    case .softplus: return graph.node("Softplus", [x])
    case .mish:
      return graph.node("Mul", [x, graph.node("Tanh", [graph.node("Softplus", [x])])])
    case .selu:
      return graph.node(
        "Selu", [x], ["alpha": .float(1.6732632423543772), "gamma": .float(1.0507009873554805)])
    case .celu(let alpha): return graph.node("Celu", [x], ["alpha": .float(alpha)])
    case .softsign: return graph.node("Softsign", [x])
    case .thresholdedRelu(let threshold):
      return graph.node("ThresholdedRelu", [x], ["alpha": .float(threshold)])
    case .abs: return graph.node("Abs", [x])
    case .exp: return graph.node("Exp", [x])
    case .log: return graph.node("Log", [x])
    case .sqrt: return graph.node("Sqrt", [x])
    case .power(let exponent):
      return graph.node("Pow", [x, try graph.scalar("exponent", exponent)])
    }
  }

  /// x·(1 + erf(x/√2))/2.
  private mutating func gelu(_ x: String) throws -> String {
    let scaled = graph.node("Mul", [x, try graph.scalar("root_half", Float(0.5.squareRoot()))])
    return try halved(x, times: graph.node("Erf", [scaled]))
  }

  /// x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2.
  private mutating func geluTanh(_ x: String) throws -> String {
    let cube = graph.node("Mul", [graph.node("Mul", [x, x]), x])
    let bent = graph.node("Mul", [cube, try graph.scalar("cubic", 0.044715)])
    let inner = graph.node(
      "Mul",
      [
        graph.node("Add", [x, bent]),
        try graph.scalar("root_two_over_pi", Float((2 / Double.pi).squareRoot())),
      ])
    return try halved(x, times: graph.node("Tanh", [inner]))
  }

  /// x·(1 + gate)/2.
  private mutating func halved(_ x: String, times gate: String) throws -> String {
    let sum = graph.node("Add", [gate, try graph.scalar("one", 1)])
    let half = graph.node("Mul", [x, try graph.scalar("half", 0.5)])
    return graph.node("Mul", [half, sum])
  }
}
