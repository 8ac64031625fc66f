import MoireLayers
import MoireTensors

/// Graphs with QuantizeLinear and DequantizeLinear run in float.
///
/// What a pair does to values of the images is kept as far as it is no rounding: values beyond the
/// range of the integers saturate, which is how exporters write a ReLU into the pair. Weights are
/// computed as stored.
extension Importer {
  private struct Scheme {
    var scale: [Float]
    var zero: [Int]
    var axis: Int
  }

  /// Scale and zero point, one for all or one for each position along `axis`.
  private func scheme(_ op: Operator, rank: Int) throws -> Scheme {
    guard let scale = try constant(op, 1) else { throw op.refuse("no scale") }
    let zero = try constant(op, 2).map { try known(op, $0) } ?? scale.floats.map { _ in 0 }
    guard scale.count == zero.count, scale.shape.count <= 1,
      scale.floats.allSatisfy({ $0.isFinite && $0 > 0 }), op.integer("block_size", default: 0) == 0
    else {
      throw op.refuse(
        "scales of shape \(scale.shape) with \(zero.count) zero points, need one positive scale or one "
          + "for each position of an axis")
    }
    let single = scale.count == 1
    let axis = single ? 0 : try op.axis(op.integer("axis", default: 1), rank: rank)
    return Scheme(scale: scale.floats, zero: zero, axis: axis)
  }

  /// (q − zero)·scale.
  func foldDequantize(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    let numbers = try known(op, input)
    let scheme = try scheme(op, rank: input.shape.count)
    let place = try places(op, input, scheme)
    try charge(input.shape, for: op)
    quantised.weights += 1
    let values = numbers.enumerated().map { index, number in
      Float(number &- scheme.zero[place(index)]) * scheme.scale[place(index)]
    }
    return Constant(shape: input.shape, .floats(values))
  }

  /// The nearest integers of the zero point's type, halves to even.
  func foldQuantize(_ op: Operator, _ inputs: [Constant?]) throws -> Constant {
    let input = try required(op, inputs, 0)
    let scheme = try scheme(op, rank: input.shape.count)
    let place = try places(op, input, scheme)
    let range = try range(op)
    try charge(input.shape, for: op)
    let values = input.floats.enumerated().map { index, value -> Extent in
      let number =
        (value / scheme.scale[place(index)]).rounded(.toNearestOrEven)
        + Float(scheme.zero[place(index)])
      guard !number.isNaN else { return .open }
      return .known(Int(min(max(number, Float(range.lowerBound)), Float(range.upperBound))))
    }
    return Constant(shape: input.shape, .integers(values))
  }

  /// Which scale a position of a constant has.
  private func places(
    _ op: Operator, _ input: Constant, _ scheme: Scheme
  ) throws -> (Int) -> Int {
    guard scheme.scale.count > 1 else { return { _ in 0 } }
    guard input.shape[scheme.axis] == scheme.scale.count else {
      throw op.mismatch(
        "\(scheme.scale.count) scales along dimension \(scheme.axis) of \(input.shape)")
    }
    let stride = Layout.strides(of: input.shape)[scheme.axis]
    return { $0 / stride % scheme.scale.count }
  }

  /// The numbers that the type of the zero point, or of the attribute, can hold.
  private func range(_ op: Operator) throws -> ClosedRange<Int> {
    var code = Int32(truncatingIfNeeded: op.integer("output_dtype", default: 0))
    if code == 0 { code = op.input(2).flatMap { storedType(of: $0) } ?? ElementType.uint8.rawValue }
    switch ElementType(rawValue: code) {
    case .uint8?: return 0...255
    case .int8?: return -128...127
    case .uint16?: return 0...65535
    case .int16?: return -32768...32767
    default:
      throw op.refuse("to element type \(ElementType.name(of: code)) is not supported")
    }
  }

  /// The element type of an initialiser or of a Constant node.
  private func storedType(of name: String) -> Int32? {
    if let tensor = model.graph.initializer.first(where: { $0.name == name }) {
      return tensor.dataType
    }
    let node = section.nodes.first { $0.output.contains(name) && $0.opType == "Constant" }
    return node?.attribute.first { $0.name == "value" }?.t.dataType
  }

  /// The range of the integers as bounds; what comes in stays float.
  func quantizeImage(_ op: Operator) throws {
    let (step, order) = try oriented(op)
    let scheme = try scheme(op, rank: order.count)
    guard scheme.scale.count == 1 else {
      throw op.refuse("of values of the images with \(scheme.scale.count) scales, need one")
    }
    let range = try range(op)
    let most = Float.greatestFiniteMagnitude
    func bound(_ number: Int) -> Float {
      let value = (Float(number) - Float(scheme.zero[0])) * scheme.scale[0]
      return min(max(value, -most), most)
    }
    let low = bound(range.lowerBound)
    let high = bound(range.upperBound)
    quantised.values += 1
    give(
      op,
      try append(
        op, path(of: op), .layer(.activation(.clip(low: low, high: high))), inputs: [step]),
      order: order)
  }

  /// What a QuantizeLinear has left in float.
  func dequantizeImage(_ op: Operator) throws {
    let (step, order) = try oriented(op)
    guard step != 0 else {
      throw op.refuse("of the model's input, which takes quantised integers, is not supported")
    }
    give(op, step, order: order)
  }

  func quantisationRemarks() -> [String] {
    var remarks: [String] = []
    if quantised.weights > 0 {
      remarks.append("\(quantised.weights) quantised tensors are read as the floats they stand for")
    }
    if quantised.values > 0 {
      remarks.append(
        "\(quantised.values) quantised values are computed in float: they saturate, but are not "
          + "rounded")
    }
    return remarks
  }
}
