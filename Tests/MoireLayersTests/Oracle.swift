import Foundation
import MoireLayers
import MoireTensors

/// The layers by their definitions in double precision, value by value: slow, and nothing to get
/// wrong. Maps are `[N, C, H, W]`.
struct Oracle {
  struct Map: Equatable {
    var shape: [Int]
    var values: [Double]

    init(_ shape: [Int], _ values: [Double]) {
      self.shape = shape
      self.values = values
    }

    init(_ tensor: Tensor) { self.init(tensor.shape, tensor.values.map(Double.init)) }

    subscript(_ n: Int, _ c: Int, _ i: Int, _ j: Int) -> Double {
      values[((n * shape[1] + c) * shape[2] + i) * shape[3] + j]
    }
  }

  static func run(_ network: Network, _ input: Tensor) -> [Map] {
    var values = [Map(input)]
    for node in network.nodes { values.append(apply(node.layer, node.inputs.map { values[$0] })) }
    return values
  }

  static func apply(_ layer: Layer, _ inputs: [Map]) -> Map {
    let x = inputs[0]
    switch layer {
    case .convolution(let layer): return convolve(layer, x)
    case .transposedConvolution(let layer): return transposed(layer, x)
    case .pooling(let layer): return pool(layer, x)
    case .adaptivePooling(let operation, let size): return adaptive(operation, size, x)
    case .normalization(let layer): return normalize(layer, x)
    case .resize(let layer): return resize(layer, x)
    case .prelu(let slope):
      let size = x.shape.dropFirst(2).reduce(1, *)
      return Map(
        x.shape,
        x.values.enumerated().map { index, value in
          value > 0
            ? value : Double(slope[slope.count == 1 ? 0 : index / size % x.shape[1]]) * value
        })
    case .channels(let range): return choose(Array(range), x)
    case .shuffle(let groups):
      // Reshaped to [groups, C/groups], transposed and flattened again.
      let size = x.shape[1] / groups
      return choose((0..<size).flatMap { k in (0..<groups).map { $0 * size + k } }, x)
    case .globalPooling(let operation):
      return pool(
        Pooling(operation, kernel: HW(x.shape[2], x.shape[3]), stride: 1), x)
    case .linear(let layer): return linear(layer, x)
    case .batchNormalization(let layer):
      let size = x.shape.dropFirst(2).reduce(1, *)
      return Map(
        x.shape,
        x.values.enumerated().map { index, value in
          let c = index / size % x.shape[1]
          let deviation = (Double(layer.variance[c]) + Double(layer.epsilon)).squareRoot()
          return (value - Double(layer.mean[c])) / deviation * Double(layer.scale[c])
            + Double(layer.shift[c])
        })
    case .activation(let activation): return Map(x.shape, x.values.map { apply(activation, $0) })
    case .add: return combine(inputs[0], inputs[1], +)
    case .multiply: return combine(inputs[0], inputs[1], *)
    case .concatenate: return concatenate(inputs)
    case .flatten: return Map([x.shape[0], x.shape.dropFirst().reduce(1, *)], x.values)
    case .reshape(let shape): return Map([x.shape[0]] + shape, x.values)
    case .pad(let padding, let mode): return pad(x, padding, mode)
    case .subsample(let stride, let offset):
      return map(
        x,
        HW(
          (x.shape[2] - offset.height + stride.height - 1) / stride.height,
          (x.shape[3] - offset.width + stride.width - 1) / stride.width)
      ) { n, c, i, j in
        x[n, c, offset.height + i * stride.height, offset.width + j * stride.width]
      }
    case .softmax:
      return softmax(x)
    case .blurPool(let layer): return blur(layer, x)
    case .separablePool(let layer): return filter(layer, x)
    case .idealPool(let layer):
      return resample(x, to: Self.size(.idealPool(layer), x), layer.bandEdge, layer.taper)
    case .spectralPool(let layer): return resample(x, to: layer.size, layer.bandEdge)
    case .filteredActivation(let layer): return filtered(layer, x)
    case .adaptiveFilter(let layer): return adaptive(layer, x, inputs[1])
    case .polyphaseDecision(let layer): return decide(layer, x)
    case .oneHotArgmax: return oneHot(x)
    case .polyphase(let stride): return polyphase(stride, x, inputs[1])
    case .polyphaseUpsample(let stride): return polyphaseUpsample(stride, x, inputs[1])
    }
  }

  static func apply(_ activation: Activation, _ x: Double) -> Double {
    switch activation {
    case .relu: max(x, 0)
    case .clip(let low, let high): min(max(x, Double(low)), Double(high))
    case .leakyRelu(let slope): x > 0 ? x : Double(slope) * x
    case .elu(let alpha): x > 0 ? x : Double(alpha) * (exp(x) - 1)
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: Foundation.tanh(x)
    case .silu: x / (1 + exp(-x))
    case .hardSwish: x * min(max(x + 3, 0), 6) / 6
    case .hardSigmoid(let alpha, let beta): min(max(Double(alpha) * x + Double(beta), 0), 1)
    case .gelu: x * (1 + erf(x / 2.0.squareRoot())) / 2
    case .geluTanh:
      x * (1 + Foundation.tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) / 2
    case .softplus: log(1 + exp(x))
    case .mish: x * Foundation.tanh(log(1 + exp(x)))
    case .selu:
      1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (exp(x) - 1))
    case .celu(let alpha): x > 0 ? x : Double(alpha) * (exp(x / Double(alpha)) - 1)
    case .softsign: x / (1 + Swift.abs(x))
    case .thresholdedRelu(let threshold): x > Double(threshold) ? x : 0
    case .abs: Swift.abs(x)
    case .exp: Foundation.exp(x)
    case .log: Foundation.log(x)
    case .sqrt: x.squareRoot()
    case .power(let exponent): pow(x, Double(exponent))
    }
  }

  static func map(
    _ x: Map, _ size: HW, channels: Int? = nil, _ body: (Int, Int, Int, Int) -> Double
  ) -> Map {
    let channels = channels ?? x.shape[1]
    var values: [Double] = []
    for n in 0..<x.shape[0] {
      for c in 0..<channels {
        for i in 0..<size.height { for j in 0..<size.width { values.append(body(n, c, i, j)) } }
      }
    }
    return Map([x.shape[0], channels, size.height, size.width], values)
  }

  private static func size(_ layer: Layer, _ x: Map) -> HW {
    let shape = try! layer.outputShape(of: [Array(x.shape.dropFirst())])
    return HW(shape[1], shape[2])
  }

  private static func convolve(_ layer: Convolution, _ x: Map) -> Map {
    if layer.paddingMode != .constant(0) {
      var bare = layer
      bare.padding = 0
      bare.paddingMode = .constant(0)
      return convolve(bare, pad(x, layer.padding, layer.paddingMode))
    }
    let (perGroup, kernel) = (layer.weight.shape[1], layer.kernel)
    let outPerGroup = layer.outputChannels / layer.groups
    return map(x, size(.convolution(layer), x), channels: layer.outputChannels) { n, o, i, j in
      var sum = Double(layer.bias?[o] ?? 0)
      for c in 0..<perGroup {
        for u in 0..<kernel.height {
          for v in 0..<kernel.width {
            let row = i * layer.stride.height + u * layer.dilation.height - layer.padding.top
            let column = j * layer.stride.width + v * layer.dilation.width - layer.padding.left
            guard (0..<x.shape[2]).contains(row), (0..<x.shape[3]).contains(column) else {
              continue
            }
            let weight = layer.weight[((o * perGroup + c) * kernel.height + u) * kernel.width + v]
            sum += Double(weight) * x[n, o / outPerGroup * perGroup + c, row, column]
          }
        }
      }
      return sum
    }
  }

  private static func pool(_ layer: Pooling, _ x: Map) -> Map {
    map(x, size(.pooling(layer), x)) { n, c, i, j in
      var (largest, sum, inside, padded) = (-Double.infinity, 0.0, 0, 0)
      for u in 0..<layer.kernel.height {
        for v in 0..<layer.kernel.width {
          let row = i * layer.stride.height + u * layer.dilation.height - layer.padding.top
          let column = j * layer.stride.width + v * layer.dilation.width - layer.padding.left
          if row < x.shape[2] + layer.padding.bottom, column < x.shape[3] + layer.padding.right {
            padded += 1
          }
          guard (0..<x.shape[2]).contains(row), (0..<x.shape[3]).contains(column) else { continue }
          largest = max(largest, x[n, c, row, column])
          sum += x[n, c, row, column]
          inside += 1
        }
      }
      switch layer.operation {
      case .max: return largest
      case .average(let includesPadding): return sum / Double(includesPadding ? padded : inside)
      }
    }
  }

  private static func linear(_ layer: Linear, _ x: Map) -> Map {
    let (outputs, inputs) = (layer.weight.shape[0], layer.weight.shape[1])
    var values: [Double] = []
    for n in 0..<x.shape[0] {
      for o in 0..<outputs {
        values.append(
          (0..<inputs).reduce(Double(layer.bias?[o] ?? 0)) {
            $0 + Double(layer.weight[o * inputs + $1]) * x.values[n * inputs + $1]
          })
      }
    }
    return Map([x.shape[0], outputs], values)
  }

  private static func combine(_ a: Map, _ b: Map, _ body: (Double, Double) -> Double) -> Map {
    let (large, small) = a.values.count >= b.values.count ? (a, b) : (b, a)
    if large.shape == small.shape { return Map(a.shape, zip(a.values, b.values).map(body)) }
    return map(large, HW(large.shape[2], large.shape[3])) { n, c, i, j in
      body(large[n, c, i, j], small[n, c, small.shape[2] == 1 ? 0 : i, small.shape[3] == 1 ? 0 : j])
    }
  }

  private static func concatenate(_ inputs: [Map]) -> Map {
    let rest = inputs[0].shape.dropFirst(2)
    let channels = inputs.reduce(0) { $0 + $1.shape[1] }
    var values: [Double] = []
    for n in 0..<inputs[0].shape[0] {
      for input in inputs {
        let size = input.shape[1] * rest.reduce(1, *)
        values += input.values[n * size..<(n + 1) * size]
      }
    }
    return Map([inputs[0].shape[0], channels] + rest, values)
  }

  private static func pad(_ x: Map, _ padding: Padding, _ mode: PaddingMode) -> Map {
    let (height, width) = (x.shape[2], x.shape[3])
    func source(_ index: Int, _ count: Int) -> Int? {
      if (0..<count).contains(index) { return index }
      switch mode {
      case .constant: return nil
      case .replicate: return min(max(index, 0), count - 1)
      case .circular: return (index % count + count) % count
      case .reflect:
        var index = index
        while !(0..<count).contains(index) {
          if count == 1 { return 0 }
          index = index < 0 ? -index : 2 * (count - 1) - index
        }
        return index
      }
    }
    let size = HW(height + padding.top + padding.bottom, width + padding.left + padding.right)
    return map(x, size) { n, c, i, j in
      guard let row = source(i - padding.top, height), let column = source(j - padding.left, width)
      else {
        if case .constant(let value) = mode { return Double(value) }
        return 0
      }
      return x[n, c, row, column]
    }
  }

  private static func softmax(_ x: Map) -> Map {
    let inner = x.shape.dropFirst(2).reduce(1, *)
    var values = x.values
    for n in 0..<x.shape[0] {
      for k in 0..<inner {
        let indices = (0..<x.shape[1]).map { (n * x.shape[1] + $0) * inner + k }
        let total = indices.reduce(0) { $0 + exp(x.values[$1]) }
        for index in indices { values[index] = exp(x.values[index]) / total }
      }
    }
    return Map(x.shape, values)
  }
}
