import MoireTensors

/// One node of the graph with its attributes read by name.
struct Operator {
  let proto: ONNXNodeProto
  /// The version of the operator set, on which the meaning of some nodes depends.
  let opset: Int

  var type: String { proto.opType }

  /// How messages name the node.
  var label: String { Operator.label(of: proto) }

  static func label(of proto: ONNXNodeProto) -> String {
    proto.name.isEmpty
      ? "the node that gives '\(proto.output.first ?? "")'" : "node '\(proto.name)'"
  }

  /// The name of an input, or `nil` where it is left out.
  func input(_ index: Int) -> String? {
    guard index < proto.input.count, !proto.input[index].isEmpty else { return nil }
    return proto.input[index]
  }

  private func attribute(_ name: String) -> ONNXAttributeProto? {
    proto.attribute.first { $0.name == name }
  }

  func integer(_ name: String, default value: Int) -> Int {
    attribute(name).map { Int($0.i) } ?? value
  }

  func float(_ name: String, default value: Float) -> Float { attribute(name)?.f ?? value }

  func floats(_ name: String) -> [Float]? { attribute(name)?.floats }

  func integers(_ name: String) -> [Int]? { attribute(name)?.ints.map { Int($0) } }

  func string(_ name: String) -> String? {
    attribute(name).map { String(decoding: $0.s, as: UTF8.self) }
  }

  func tensor(_ name: String) -> ONNXTensorProto? {
    guard let attribute = attribute(name), attribute.hasT else { return nil }
    return attribute.t
  }

  func has(_ name: String) -> Bool { attribute(name) != nil }

  /// An error about the way this node uses its operator.
  func refuse(_ reason: String) -> ModelError {
    .unsupportedUse(operator: type, node: label, reason: reason)
  }

  func mismatch(_ reason: String) -> ModelError {
    .shapeMismatch(operator: type, node: label, reason: reason)
  }

  /// Two numbers of an attribute, each within `range`; 1 and 1 when it is not there.
  func pair(_ name: String, default value: HW? = 1) throws -> HW {
    guard let numbers = integers(name), !numbers.isEmpty else {
      guard let value else { throw refuse("attribute \(name) is missing") }
      return value
    }
    guard numbers.count == 2, numbers.allSatisfy({ Operator.sizes.contains($0) && $0 > 0 }) else {
      throw refuse("\(name) is \(numbers), need two numbers of 1 or more")
    }
    return HW(numbers[0], numbers[1])
  }

  /// Checks an axis and counts a negative one from the end.
  func axis(_ axis: Int, rank: Int) throws -> Int {
    guard (-rank..<rank).contains(axis) else {
      throw refuse("axis \(axis) of a value with \(rank) dimensions")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// What a size, pad or stride may be; sums and products of two of them fit 64 bits.
  static let sizes = 0...Int(Int32.max)
}
