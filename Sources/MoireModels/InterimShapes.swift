import MoireLayers
import MoireTensors

enum LayerError: InputError {
  case incompatible(String)

  var description: String {
    switch self {
    case .incompatible(let reason): reason
    }
  }
}

extension Layer {
  /// The shape of the output for one image, from the shapes of the inputs for one image.
  func outputShape(of inputs: [[Int]]) throws -> [Int] {
    switch self {
    case .add, .multiply: return try Layer.broadcast(inputs)
    case .concatenate: return try Layer.concatenated(inputs)
    default: break
    }
    guard inputs.count == 1 else {
      throw LayerError.incompatible("\(inputs.count) inputs, need 1")
    }
    return try outputShape(of: inputs[0])
  }

  private func outputShape(of input: [Int]) throws -> [Int] {
    switch self {
    case .convolution(let layer):
      let (c, h, w) = try Layer.map(input)
      guard c == layer.weight.shape[1] * layer.groups else {
        throw LayerError.incompatible(
          "\(c) channels come in, the weight \(layer.weight.shape) in \(layer.groups) groups needs "
            + "\(layer.weight.shape[1] * layer.groups)")
      }
      let size = try Layer.windows(
        HW(h, w), layer.kernel, layer.stride, layer.padding, layer.dilation, ceilMode: false)
      return [layer.outputChannels, size.height, size.width]
    case .pooling(let layer):
      let (c, h, w) = try Layer.map(input)
      let size = try Layer.windows(
        HW(h, w), layer.kernel, layer.stride, layer.padding, layer.dilation,
        ceilMode: layer.ceilMode)
      return [c, size.height, size.width]
    case .globalPooling: return [try Layer.map(input).0, 1, 1]
    case .linear(let layer):
      guard input == [layer.weight.shape[1]] else {
        throw LayerError.incompatible(
          "an image of shape \(input) comes in, the weight \(layer.weight.shape) needs "
            + "[\(layer.weight.shape[1])]")
      }
      return [layer.weight.shape[0]]
    case .batchNormalization(let layer):
      guard let channels = input.first, channels == layer.scale.count else {
        throw LayerError.incompatible(
          "an image of shape \(input) comes in, the parameters are for \(layer.scale.count) channels"
        )
      }
      return input
    case .activation, .softmax: return input
    case .flatten: return [try Tensor.count(of: input)]
    case .reshape(let shape):
      guard try Tensor.count(of: shape) == Tensor.count(of: input) else {
        throw LayerError.incompatible("an image of shape \(input) cannot take the shape \(shape)")
      }
      return shape
    case .pad(let padding, _):
      let (c, h, w) = try Layer.map(input)
      return [c, h + padding.top + padding.bottom, w + padding.left + padding.right]
    case .subsample(let stride, let offset):
      let (c, h, w) = try Layer.map(input)
      guard offset.height < h, offset.width < w else {
        throw LayerError.incompatible("offset \(offset) is not inside of the map \(h)×\(w)")
      }
      return [
        c, (h - offset.height - 1) / stride.height + 1, (w - offset.width - 1) / stride.width + 1,
      ]
    case .add, .multiply, .concatenate: return input
    }
  }

  private static func map(_ shape: [Int]) throws -> (Int, Int, Int) {
    guard shape.count == 3 else {
      throw LayerError.incompatible("an image of shape \(shape) comes in, need [C, H, W]")
    }
    return (shape[0], shape[1], shape[2])
  }

  private static func windows(
    _ size: HW, _ kernel: HW, _ stride: HW, _ padding: Padding, _ dilation: HW, ceilMode: Bool
  ) throws -> HW {
    func count(_ n: Int, _ k: Int, _ s: Int, _ before: Int, _ after: Int, _ d: Int) throws -> Int {
      let room = n + before + after - ((k - 1) * d + 1)
      guard room >= 0 else {
        throw LayerError.incompatible(
          "a window of \((k - 1) * d + 1) does not fit \(n) + \(before + after) padded positions")
      }
      let floor = room / s + 1
      guard ceilMode, room % s != 0 else { return floor }
      // A window that would start in the trailing padding gives no output.
      return floor * s < n + before ? floor + 1 : floor
    }
    return HW(
      try count(
        size.height, kernel.height, stride.height, padding.top, padding.bottom, dilation.height),
      try count(
        size.width, kernel.width, stride.width, padding.left, padding.right, dilation.width))
  }

  private static func broadcast(_ inputs: [[Int]]) throws -> [Int] {
    guard inputs.count == 2 else {
      throw LayerError.incompatible("\(inputs.count) inputs, need 2")
    }
    let (a, b) = (inputs[0], inputs[1])
    if a == b { return a }
    if a.count == 3, b == [a[0], 1, 1] { return a }
    if b.count == 3, a == [b[0], 1, 1] { return b }
    throw LayerError.incompatible("images of shapes \(a) and \(b) cannot be combined")
  }

  private static func concatenated(_ inputs: [[Int]]) throws -> [Int] {
    guard let first = inputs.first, !first.isEmpty,
      inputs.allSatisfy({ $0.count == first.count && $0.dropFirst() == first.dropFirst() })
    else {
      throw LayerError.incompatible(
        "images of shapes \(inputs) cannot stand one after the other along the channels")
    }
    return [inputs.reduce(0) { $0 + $1[0] }] + first.dropFirst()
  }
}
