import Foundation
import MoireLayers
import MoireTensors
import Testing

/// Odd multiples of 2⁻¹⁴, below 4 in magnitude: moved by 2⁻¹⁶ they are still exact in single precision, so
/// that differences in double precision are taken where the network really is; and they are not moved
/// over 0, where many functions have a corner.
func onGrid(_ shape: [Int], seed: UInt64, scale: Double = 1) -> Tensor {
  var generator = SeededGenerator(seed: seed)
  let values = (0..<shape.reduce(1, *)).map { _ -> Float in
    let value: Double = min(max(generator.normal() * scale, -3.9), 3.9)
    return Float(((value * 8192).rounded(.down) + 0.5) / 8192)
  }
  return try! Tensor(shape: shape, values: values)
}

/// The same with magnitudes, and `low` added.
func positive(_ shape: [Int], seed: UInt64, from low: Float = 0.25) -> Tensor {
  var tensor = onGrid(shape, seed: seed)
  for index in 0..<tensor.count { tensor[index] = abs(tensor[index]) + low }
  return tensor
}

extension Oracle {
  /// The answer of a network in training: batch normalisations take the statistics of the batch, and
  /// decisions by scores are soft, with a temperature and noise for each of them.
  static func train(
    _ network: Network, _ input: Tensor, temperature: Double = 1, noise: [[Double]] = []
  ) -> Map {
    var values = [Map(input)]
    var soft: Set<Int> = []
    for node in network.nodes {
      let inputs = node.inputs.map { values[$0] }
      switch node.layer {
      case .batchNormalization(let layer): values.append(normalizeBatch(layer, inputs[0]))
      case .oneHotArgmax:
        let noise = soft.count < noise.count ? noise[soft.count] : nil
        values.append(soften(inputs[0], temperature, noise))
        soft.insert(values.count - 1)
      case .polyphase(let stride) where soft.contains(node.inputs[1]):
        values.append(mix(stride, inputs[0], inputs[1]))
      case .polyphaseUpsample(let stride) where soft.contains(node.inputs[1]):
        values.append(spread(stride, inputs[0], inputs[1]))
      default: values.append(apply(node.layer, inputs))
      }
    }
    return values[network.output]
  }

  /// softmax((scores + noise) / temperature), row by row.
  static func soften(_ scores: Map, _ temperature: Double, _ noise: [Double]?) -> Map {
    let count = scores.shape[1]
    var result = scores
    for first in stride(from: 0, to: scores.values.count, by: count) {
      let powers = (first..<first + count).map {
        exp((scores.values[$0] + (noise?[$0] ?? 0)) / temperature)
      }
      for (index, power) in powers.enumerated() {
        result.values[first + index] = power / powers.reduce(0, +)
      }
    }
    return result
  }

  /// Σ_k π_k x_k over the phases of a map that continues circularly.
  static func mix(_ stride: HW, _ x: Map, _ weights: Map) -> Map {
    let (height, width) = (x.shape[2], x.shape[3])
    let size = HW(
      (height + stride.height - 1) / stride.height, (width + stride.width - 1) / stride.width)
    return map(x, size) { n, c, i, j in
      (0..<stride.area).reduce(0.0) { sum, k in
        let row = (k / stride.width + i * stride.height) % height
        let column = (k % stride.width + j * stride.width) % width
        return sum + weights.values[n * stride.area + k] * x[n, c, row, column]
      }
    }
  }

  /// A map at every phase of a finer one, times the weight of each.
  static func spread(_ stride: HW, _ x: Map, _ weights: Map) -> Map {
    map(x, HW(x.shape[2] * stride.height, x.shape[3] * stride.width)) { n, c, i, j in
      let k = i % stride.height * stride.width + j % stride.width
      return weights.values[n * stride.area + k] * x[n, c, i / stride.height, j / stride.width]
    }
  }

  static func normalizeBatch(_ layer: BatchNormalization, _ x: Map) -> Map {
    let (channels, size) = (x.shape[1], x.shape.dropFirst(2).reduce(1, *))
    var result = x
    for c in 0..<channels {
      let indices = x.values.indices.filter { $0 / size % channels == c }
      let count = Double(indices.count)
      let mean = indices.reduce(0) { $0 + x.values[$1] } / count
      let variance =
        indices.reduce(0) { $0 + (x.values[$1] - mean) * (x.values[$1] - mean) } / count
      let deviation = (variance + Double(layer.epsilon)).squareRoot()
      for index in indices {
        result.values[index] =
          (x.values[index] - mean) / deviation * Double(layer.scale[c]) + Double(layer.shift[c])
      }
    }
    return result
  }
}

/// Compares the gradients of a network with central differences of `Σ g·y` in double precision, along
/// random directions of the input and of every parameter.
///
/// The step is h = 2⁻¹⁶: the differences err by h² times a third derivative, about 1e-9, and by 1e-11 of
/// rounding. The gradients are sums in single precision of up to some thousand terms: their error is
/// below 1e-4 of the norm of the gradient times that of the direction, with which the difference is
/// compared; a wrong tap, pad or scale is off by 1e-2 and more. Kinks within h of a value are rare
/// enough that the seeds here have none.
func checkGradients(
  _ network: Network, seed: UInt64, batch: Int = 3, tolerance: Double = 1e-4,
  input: Tensor? = nil, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let input = input ?? onGrid([batch] + network.inputShape, seed: seed)
  let trainable = try TrainableNetwork(network, batch: batch, wantsInputGradient: true)
  let answer = try trainable.forward(input)
  let expected = Oracle.train(network, input)
  #expect(answer.shape == expected.shape, sourceLocation: sourceLocation)
  #expect(
    relativeError(answer.values, expected.values) < 1e-4, "forward",
    sourceLocation: sourceLocation)
  let weights = onGrid(answer.shape, seed: seed + 1)
  let inputGradient = try #require(
    try trainable.backward(weights), sourceLocation: sourceLocation)

  func functional(_ network: Network, _ input: Tensor) -> Double {
    zip(Oracle.train(network, input).values, weights.values).reduce(0) { $0 + $1.0 * Double($1.1) }
  }
  func compare(
    _ name: String, _ gradient: Tensor, _ value: Tensor, _ at: (Tensor) throws -> Double
  ) rethrows {
    for round in 0..<2 {
      var generator = SeededGenerator(seed: seed, round)
      let h: Float = 0x1p-16
      var (up, down) = (value, value)
      var (slope, norm) = (0.0, 0.0)
      for index in 0..<value.count {
        let direction: Float = generator.integer(in: 0..<2) == 0 ? 1 : -1
        up[index] += direction * h
        down[index] -= direction * h
        slope += Double(direction) * Double(gradient[index])
        norm += Double(gradient[index]) * Double(gradient[index])
      }
      let difference = (try at(up) - at(down)) / (2 * Double(h))
      let scale = max((norm * Double(value.count)).squareRoot(), 1e-3)
      #expect(
        abs(difference - slope) <= tolerance * scale,
        "\(name): difference \(difference), gradient \(slope), scale \(scale)",
        sourceLocation: sourceLocation)
    }
  }
  compare("the input", inputGradient, input) { functional(network, $0) }
  for parameter in trainable.parameters where parameter.role.isTrained {
    let moved = try TrainableNetwork(network, batch: batch)
    let value = try moved.value(of: parameter.name)
    try compare(parameter.name, try trainable.gradient(of: parameter.name), value) {
      try moved.setValue(of: parameter.name, to: $0)
      return functional(try moved.network(), input)
    }
  }
}

/// A network of one layer.
func single(_ layer: Layer, _ shape: [Int]) -> Network {
  var network = Network(name: "single", inputShape: shape)
  network.append("layer", layer)
  return network
}

/// Parameters on the grid; variances are positive.
struct Grid: WeightSource {
  mutating func values(of parameter: Parameter) throws -> Tensor {
    parameter.name.hasSuffix("running_var")
      ? positive(parameter.shape, seed: 1)
      : onGrid(parameter.shape, seed: UInt64(parameter.name.utf8.count), scale: 0.5)
  }
}
