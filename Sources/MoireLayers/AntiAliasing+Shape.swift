import MoireSpectral
import MoireTensors

extension BlurPool {
  func outputShape(of input: [Int]) throws -> [Int] {
    do {
      let size = try geometry(size: HW(input[1], input[2])).outputSize
      return [input[0], size.height, size.width]
    } catch {
      throw ShapeMismatch(error.description)
    }
  }
}

extension IdealPooling {
  func outputShape(of input: [Int]) throws -> [Int] {
    try Layer.checked(stride)
    return [input[0], input[1].divided(up: stride.height), input[2].divided(up: stride.width)]
  }
}

extension Layer {
  /// A map and the decision on its phases, one number for each of them.
  static func mapAndDecision(_ inputs: [[Int]], _ stride: HW) throws -> [Int] {
    try checked(stride)
    guard inputs.count == 2 else {
      throw ShapeMismatch("takes a map and a decision, got \(inputs.count) inputs")
    }
    guard inputs[0].count == 3 else {
      throw ShapeMismatch("takes a map [C, H, W], got shape \(inputs[0])")
    }
    guard inputs[1] == [stride.area] else {
      throw ShapeMismatch(
        "stride \(stride) needs a decision of shape [\(stride.area)], got \(inputs[1])")
    }
    return inputs[0]
  }

  static func checked(_ stride: HW) throws {
    guard min(stride.height, stride.width) >= 1, stride.height <= Int(Int16.max),
      stride.width <= Int(Int16.max)
    else { throw ShapeMismatch("a stride is 1 … \(Int16.max) on each axis, got \(stride)") }
  }
}

extension FilteredFunction {
  func outputShape(of input: [Int]) throws -> [Int] {
    guard factor >= 1 else {
      throw ShapeMismatch("the upsampling factor is 1 or more, got \(factor)")
    }
    if case .polynomial(let coefficients) = function, coefficients.isEmpty {
      throw ShapeMismatch("a polynomial has 1 coefficient or more, got none")
    }
    return input
  }
}

extension Int {
  /// ⌈self / divisor⌉.
  func divided(up divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
