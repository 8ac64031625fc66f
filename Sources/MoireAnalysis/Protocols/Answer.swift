import Foundation
import MoireTensors

/// The answer of a network for one image, as the shift metrics need it.
struct Answer: Sendable {
  /// Logits, or for answers that are maps the mean of each channel.
  let outputs: [Double]

  /// - Parameter tensor: `[1, classes]`, or `[1, C, H, W]`, of which each channel's mean is taken.
  init(_ tensor: Tensor) {
    guard tensor.shape.count == 4 else {
      outputs = tensor.values.map(Double.init)
      return
    }
    let size = tensor.shape[2] * tensor.shape[3]
    outputs = (0..<tensor.shape[1]).map { channel in
      tensor.values[channel * size..<(channel + 1) * size].reduce(0) { $0 + Double($1) }
        / Double(size)
    }
  }

  /// The class of the largest output, the first one of equals.
  var prediction: Int { outputs.indices.max { outputs[$0] < outputs[$1] } ?? 0 }

  /// softmax(outputs)[index].
  func probability(of index: Int) -> Double {
    let largest = outputs.max() ?? 0
    let total = outputs.reduce(0) { $0 + exp($1 - largest) }
    return exp(outputs[index] - largest) / total
  }

  /// softmax(outputs).
  var probabilities: [Double] {
    let largest = outputs.max() ?? 0
    let powers = outputs.map { exp($0 - largest) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  /// Whether fewer than five outputs are larger, of equals the first ones.
  func isAmongFive(_ index: Int) -> Bool {
    let value = outputs[index]
    return outputs.indices.count { outputs[$0] > value || (outputs[$0] == value && $0 < index) } < 5
  }

  /// 1 − cosine of the two softmax vectors; 0 for equal ones.
  func distance(to other: Answer) -> Double {
    let (p, q) = (probabilities, other.probabilities)
    func product(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
    guard p != q else { return 0 }
    return 1 - product(p, q) / (product(p, p) * product(q, q)).squareRoot()
  }

  /// Σ (output − mean output)².
  var spread: Double {
    let mean = outputs.reduce(0, +) / Double(outputs.count)
    return outputs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
}

extension [Answer] {
  /// The population variance over the answers of each output, summed over outputs.
  var variance: Double {
    guard let first else { return 0 }
    return first.outputs.indices.reduce(0) { sum, output in
      let mean = reduce(0) { $0 + $1.outputs[output] } / Double(count)
      return sum
        + reduce(0) { $0 + ($1.outputs[output] - mean) * ($1.outputs[output] - mean) }
        / Double(count)
    }
  }
}
