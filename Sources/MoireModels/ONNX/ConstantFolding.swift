import Foundation
import MoireTensors

/// Constant operators that make or combine values.
extension Importer {
  /// The input of a fold, which must be there.
  func required(_ op: Operator, _ inputs: [Constant?], _ index: Int) throws -> Constant {
    guard index < inputs.count, let constant = inputs[index] else {
      throw op.refuse("input \(index) is missing")
    }
    return constant
  }

  /// Whole numbers that must all be known.
  func known(_ op: Operator, _ constant: Constant) throws -> [Int] {
    guard let numbers = constant.knownIntegers else {
      throw op.refuse("needs whole numbers that do not depend on the number of images")
    }
    return numbers
  }

  func foldConstant(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    if let tensor = op.tensor("value") {
      return try decode(tensor, name: op.proto.output.first ?? op.type)
    }
    if op.has("value_float") {
      return Constant(shape: [], .floats([op.float("value_float", default: 0)]))
    }
    if op.has("value_int") {
      return Constant(shape: [], .integers([.known(op.integer("value_int", default: 0))]))
    }
    if let floats = op.floats("value_floats") { return Constant(floats: floats) }
    if let integers = op.integers("value_ints") {
      return Constant(integers: integers.map { .known($0) })
    }
    throw op.refuse("need a dense tensor, or floats, or integers")
  }

  func foldIdentity(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    try required(op, inputs, 0)
  }

  func foldShape(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    try shape(op, try required(op, inputs, 0).shape.map { .known($0) })
  }

  /// The dimensions from attribute `start` to `end`, both clamped.
  func shape(_ op: Operator, _ dimensions: [Extent]) throws -> Constant {
    let rank = dimensions.count
    func clamped(_ name: String, _ value: Int) -> Int {
      let position = op.integer(name, default: value)
      return min(max(position < 0 ? position + rank : position, 0), rank)
    }
    let start = clamped("start", 0)
    return Constant(integers: Array(dimensions[start..<max(start, clamped("end", rank))]))
  }

  func foldConstantOfShape(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let shape = try known(op, try required(op, inputs, 0))
    try charge(shape, for: op)
    let count = try Tensor.count(of: shape)
    guard let proto = op.tensor("value") else {
      return Constant(shape: shape, .floats([Float](repeating: 0, count: count)))
    }
    let value = try decode(proto, name: op.proto.output.first ?? op.type)
    guard value.count == 1 else { throw op.refuse("\(value.count) values, need 1") }
    return value.picking([Int](repeating: 0, count: count), shape: shape)
  }

  func foldRange(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let parts = try (0..<3).map { try required(op, inputs, $0) }
    guard parts.allSatisfy({ $0.count == 1 }) else { throw op.refuse("need three scalars") }
    func number(_ part: Constant) -> Double {
      part.knownIntegers.map { Double($0[0]) } ?? Double(part.floats[0])
    }
    let (start, limit, delta) = (number(parts[0]), number(parts[1]), number(parts[2]))
    let length = ((limit - start) / delta).rounded(.up)
    guard length.isFinite, let count = Int(exactly: max(length, 0)) else {
      throw op.refuse("from \(start) to \(limit) in steps of \(delta) is not possible")
    }
    try charge([count], for: op)
    if let first = parts[0].knownIntegers, let step = parts[2].knownIntegers {
      // Within `limit`, so neither product nor sum can leave the 64 bits by much: wrap, not trap.
      return Constant(integers: (0..<count).map { .known(first[0] &+ $0 &* step[0]) })
    }
    return Constant(floats: (0..<count).map { Float(start + Double($0) * delta) })
  }

  func foldCast(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    let code = op.integer("to", default: 0)
    guard let raw = Int32(exactly: code), let type = ElementType(rawValue: raw) else {
      throw op.refuse("element type number \(code) is not supported")
    }
    switch (input.storage, type) {
    case (.floats, _) where type.isFloating: return input
    case (.integers, _) where type.isFloating:
      try charge(input.shape, for: op)
      return Constant(shape: input.shape, .floats(input.floats))
    case (_, .bool):
      try charge(input.shape, for: op)
      return Constant(
        shape: input.shape,
        .integers(input.floats.map { $0.isNaN ? .open : .known($0 == 0 ? 0 : 1) }))
    case (.integers, _): return input
    case (.floats(let values), _):
      try charge(input.shape, for: op)
      return Constant(
        shape: input.shape,
        .integers(
          values.map { Int(exactly: $0.rounded(.towardZero)).map(Extent.known) ?? .open }))
    }
  }

  func foldUnary(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    try charge(input.shape, for: op)
    switch input.storage {
    case .floats(let values):
      let function: (Float) -> Float =
        switch op.type {
        case "Abs": { abs($0) }
        case "Neg": { -$0 }
        case "Floor": { $0.rounded(.down) }
        case "Round": { $0.rounded(.toNearestOrEven) }
        case "Sign": { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
        case "Exp": { Float(exp(Double($0))) }
        case "Log": { Float(log(Double($0))) }
        case "Reciprocal": { 1 / $0 }
        case "Ceil": { $0.rounded(.up) }
        default: { $0.squareRoot() }
        }
      return Constant(shape: input.shape, .floats(values.map(function)))
    case .integers(let values):
      guard ["Abs", "Neg", "Sign"].contains(op.type) else {
        throw op.refuse("reads whole numbers, need floats")
      }
      return Constant(
        shape: input.shape,
        .integers(
          values.map { extent in
            guard let value = extent.value else { return .open }
            if op.type == "Sign" { return .known(value.signum()) }
            return .known(op.type == "Neg" || value < 0 ? 0 &- value : value)
          }))
    }
  }

  func foldArithmetic(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    var result = try required(op, inputs, 0)
    for index in inputs.indices.dropFirst() {
      result = try combine(op, op.type, result, try required(op, inputs, index))
    }
    return result
  }

  /// Clip with its bounds as inputs, as pads that must not be negative are written.
  func foldClip(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    guard !op.has("min"), !op.has("max") else {
      throw op.refuse("with attributes is supported only for values of the images")
    }
    var result = try required(op, inputs, 0)
    if inputs.count > 1, let low = inputs[1] { result = try combine(op, "Max", result, low) }
    if inputs.count > 2, let high = inputs[2] { result = try combine(op, "Min", result, high) }
    return result
  }

  private func combine(
    _ op: Operator, _ function: String, _ a: Constant, _ b: Constant
  ) throws -> Constant {
    let shape = try Layout.broadcast(a.shape, b.shape, op)
    try charge(shape, for: op)
    let left = a.picking(Layout.indices(of: a.shape, broadcastTo: shape), shape: shape)
    let right = b.picking(Layout.indices(of: b.shape, broadcastTo: shape), shape: shape)
    if let x = left.integers, let y = right.integers {
      return Constant(
        shape: shape, .integers(try zip(x, y).map { try integer(op, function, $0, $1) }))
    }
    return Constant(
      shape: shape,
      .floats(zip(left.floats, right.floats).map { Importer.float(function, $0, $1) }))
  }

  static func float(_ function: String, _ x: Float, _ y: Float) -> Float {
    switch function {
    case "Add": x + y
    case "Sub": x - y
    case "Mul": x * y
    case "Div": x / y
    case "Pow": Float(pow(Double(x), Double(y)))
    // As C's fmod, the only one for floats.
    case "Mod": x.truncatingRemainder(dividingBy: y)
    case "Min": x.isNaN || y.isNaN ? .nan : min(x, y)
    default: x.isNaN || y.isNaN ? .nan : max(x, y)
    }
  }

  func integer(
    _ op: Operator, _ function: String, _ a: Extent, _ b: Extent
  ) throws -> Extent {
    guard let x = a.value, let y = b.value else {
      switch (function, a, b) {
      case ("Add", .batch, .known(0)), ("Add", .known(0), .batch), ("Sub", .batch, .known(0)),
        ("Mul", .batch, .known(1)), ("Mul", .known(1), .batch), ("Div", .batch, .known(1)):
        return .batch
      default: return .open
      }
    }
    let (result, overflow) =
      switch function {
      case "Add": x.addingReportingOverflow(y)
      case "Sub": x.subtractingReportingOverflow(y)
      case "Mul": x.multipliedReportingOverflow(by: y)
      case "Div": x.dividedReportingOverflow(by: y)
      case "Mod": Importer.modulo(op, x, y)
      case "Pow": Importer.power(x, y)
      case "Min": (min(x, y), false)
      default: (max(x, y), false)
      }
    guard !overflow else { throw op.refuse("\(x) and \(y) give no 64-bit number") }
    return .known(result)
  }

  /// The remainder with the sign of the divisor, with `fmod` that of the dividend.
  private static func modulo(_ op: Operator, _ x: Int, _ y: Int) -> (Int, Bool) {
    let (rest, overflow) = x.remainderReportingOverflow(dividingBy: y)
    let follows = op.integer("fmod", default: 0) == 0 && rest != 0 && (rest < 0) != (y < 0)
    return (follows ? rest &+ y : rest, overflow)
  }

  private static func power(_ x: Int, _ y: Int) -> (Int, Bool) {
    let value = pow(Double(x), Double(y))
    // Beyond 2^53 the double would not be exact.
    guard abs(value) < 0x1p53 else { return (0, true) }
    return (Int(value), false)
  }
}
