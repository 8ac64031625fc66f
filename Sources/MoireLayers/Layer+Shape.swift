import MoireSpectral
import MoireTensors

/// Why a layer does not take its inputs; the network adds the path.
public struct ShapeMismatch: Error, Equatable, CustomStringConvertible {
  public let reason: String

  public init(_ reason: String) { self.reason = reason }

  public var description: String { reason }
}

extension Layer {
  /// The shape of the result for inputs of these shapes, all for one image: maps are `[C, H, W]`,
  /// vectors `[F]`.
  ///
  /// Along an axis of N positions, a window of k taps at dilation d, stride s and pads a, b gives
  /// ⌊(N + a + b − d(k − 1) − 1)/s⌋ + 1 positions (⌈⌉ in ceil mode, without a window that would begin
  /// in the trailing padding).
  ///
  /// - Throws: ``ShapeMismatch`` with both values in its reason.
  public func outputShape(of inputs: [[Int]]) throws -> [Int] {
    switch self {
    case .convolution(let layer): return try layer.outputShape(of: Layer.map(inputs))
    case .transposedConvolution(let layer): return try layer.outputShape(of: Layer.map(inputs))
    case .pooling(let layer): return try layer.outputShape(of: Layer.map(inputs))
    case .globalPooling: return [try Layer.map(inputs)[0], 1, 1]
    case .adaptivePooling(_, let size):
      return try Layer.positive([try Layer.map(inputs)[0], size.height, size.width])
    case .linear(let layer): return try layer.outputShape(of: Layer.single(inputs))
    case .batchNormalization(let layer):
      let shape = try Layer.single(inputs)
      guard
        [layer.scale, layer.shift, layer.mean, layer.variance]
          .allSatisfy({ $0.shape == [shape[0]] })
      else {
        throw ShapeMismatch("normalises \(layer.scale.count) channels, the input has \(shape[0])")
      }
      return shape
    case .normalization(let layer): return try layer.outputShape(of: Layer.single(inputs))
    case .activation, .softmax: return try Layer.single(inputs)
    case .prelu(let slope): return try Layer.sloped(Layer.single(inputs), slope)
    case .channels(let range): return try Layer.sliced(Layer.single(inputs), range)
    case .shuffle(let groups):
      let shape = try Layer.map(inputs)
      guard groups > 0, shape[0] % groups == 0 else {
        throw ShapeMismatch("\(shape[0]) channels cannot be put into \(groups) equal groups")
      }
      return shape
    case .resize(let layer): return try layer.outputShape(of: Layer.map(inputs))
    case .add, .multiply: return try Layer.broadcast(inputs)
    case .concatenate: return try Layer.concatenated(inputs)
    case .flatten: return [try Layer.single(inputs).reduce(1, *)]
    case .reshape(let shape):
      let input = try Layer.single(inputs)
      guard try Tensor.count(of: shape) == input.reduce(1, *) else {
        throw ShapeMismatch("cannot bring \(input) into shape \(shape): the counts differ")
      }
      return shape
    case .pad(let padding, _):
      let shape = try Layer.map(inputs)
      return try Layer.positive([
        shape[0], shape[1] + padding.top + padding.bottom,
        shape[2] + padding.left + padding.right,
      ])
    case .subsample(let stride, let offset):
      let shape = try Layer.map(inputs)
      return try Layer.positive([
        shape[0], (shape[1] - offset.height + stride.height - 1) / stride.height,
        (shape[2] - offset.width + stride.width - 1) / stride.width,
      ])
    case .blurPool(let layer): return try layer.outputShape(of: Layer.map(inputs))
    case .separablePool(let layer): return try layer.outputShape(of: Layer.map(inputs))
    case .idealPool(let layer): return try layer.outputShape(of: Layer.map(inputs))
    case .spectralPool(let layer):
      return try Layer.positive([
        try Layer.map(inputs)[0], layer.size.height, layer.size.width,
      ])
    case .adaptiveFilter(let layer): return try layer.outputShape(of: inputs)
    case .polyphaseDecision(let layer):
      _ = try Layer.map(inputs)
      try Layer.checked(layer.stride)
      return [layer.stride.area]
    case .oneHotArgmax:
      let shape = try Layer.single(inputs)
      guard shape.count == 1 else {
        throw ShapeMismatch("takes a vector [F], got shape \(shape)")
      }
      return shape
    case .polyphase(let stride):
      let shape = try Layer.mapAndDecision(inputs, stride)
      return [shape[0], shape[1].divided(up: stride.height), shape[2].divided(up: stride.width)]
    case .polyphaseUpsample(let stride):
      let shape = try Layer.mapAndDecision(inputs, stride)
      return [shape[0], shape[1] * stride.height, shape[2] * stride.width]
    case .filteredActivation(let layer): return try layer.outputShape(of: Layer.map(inputs))
    }
  }

  private static func single(_ inputs: [[Int]]) throws -> [Int] {
    guard inputs.count == 1, !inputs[0].isEmpty else {
      throw ShapeMismatch("takes one input, got \(inputs.count)")
    }
    return inputs[0]
  }

  private static func map(_ inputs: [[Int]]) throws -> [Int] {
    let shape = try single(inputs)
    guard shape.count == 3 else {
      throw ShapeMismatch("takes a map [C, H, W], got shape \(shape)")
    }
    return shape
  }

  static func positive(_ shape: [Int]) throws -> [Int] {
    guard shape.allSatisfy({ $0 > 0 }) else {
      throw ShapeMismatch("would give the empty shape \(shape); the input is too small")
    }
    return shape
  }

  private static func sloped(_ shape: [Int], _ slope: Tensor) throws -> [Int] {
    guard slope.shape == [shape[0]] || slope.shape == [1] else {
      throw ShapeMismatch(
        "a slope of shape \(slope.shape) for \(shape[0]) channels, need [\(shape[0])] or [1]")
    }
    return shape
  }

  private static func sliced(_ shape: [Int], _ range: Range<Int>) throws -> [Int] {
    guard shape.count == 3 || shape.count == 1 else {
      throw ShapeMismatch("takes a map [C, H, W] or a vector [F], got shape \(shape)")
    }
    guard !range.isEmpty, range.lowerBound >= 0, range.upperBound <= shape[0] else {
      throw ShapeMismatch("takes the channels \(range), the input has 0..<\(shape[0])")
    }
    return [range.count] + shape.dropFirst()
  }

  private static func broadcast(_ inputs: [[Int]]) throws -> [Int] {
    guard inputs.count == 2 else { throw ShapeMismatch("takes two inputs, got \(inputs.count)") }
    let (a, b) = (inputs[0], inputs[1])
    let spread = { (small: [Int], large: [Int]) in
      small.count == large.count && zip(small, large).allSatisfy { $0 == $1 || $0 == 1 }
    }
    if spread(b, a) { return a }
    if spread(a, b) { return b }
    throw ShapeMismatch("cannot combine shapes \(a) and \(b)")
  }

  private static func concatenated(_ inputs: [[Int]]) throws -> [Int] {
    guard let first = inputs.first, !first.isEmpty,
      inputs.allSatisfy({ $0.dropFirst() == first.dropFirst() && !$0.isEmpty })
    else { throw ShapeMismatch("cannot put shapes \(inputs) one after the other along channels") }
    return [inputs.reduce(0) { $0 + $1[0] }] + first.dropFirst()
  }
}

extension Convolution {
  func outputShape(of input: [Int]) throws -> [Int] {
    guard weight.shape.count == 4, weight.shape.allSatisfy({ $0 > 0 }) else {
      throw ShapeMismatch("weights must be [out, in/groups, kh, kw], got \(weight.shape)")
    }
    guard groups > 0, input[0] == weight.shape[1] * groups, outputChannels % groups == 0 else {
      throw ShapeMismatch(
        "weights \(weight.shape) in \(groups) groups need \(weight.shape[1] * groups) input channels, "
          + "the input has \(input[0])")
    }
    guard bias == nil || bias?.shape == [outputChannels] else {
      throw ShapeMismatch("\(outputChannels) filters with a bias of shape \(bias?.shape ?? [])")
    }
    let window = Window(kernel: kernel, stride: stride, dilation: dilation, padding: padding)
    let size = try window.outputSize(of: HW(input[1], input[2]), ceilMode: false)
    return [outputChannels, size.height, size.width]
  }
}

extension Pooling {
  func outputShape(of input: [Int]) throws -> [Int] {
    let window = Window(kernel: kernel, stride: stride, dilation: dilation, padding: padding)
    let size = try window.outputSize(of: HW(input[1], input[2]), ceilMode: ceilMode)
    return [input[0], size.height, size.width]
  }
}

extension Linear {
  func outputShape(of input: [Int]) throws -> [Int] {
    guard weight.shape.count == 2, input.count == 1, input[0] == weight.shape[1] else {
      throw ShapeMismatch("weights \(weight.shape) do not take an input of shape \(input)")
    }
    guard bias == nil || bias?.shape == [weight.shape[0]] else {
      throw ShapeMismatch("\(weight.shape[0]) outputs with a bias of shape \(bias?.shape ?? [])")
    }
    return [weight.shape[0]]
  }
}
