import MoireLayers
import MoireSpectral
import MoireTensors

/// Filters with subsampling: a separable filter is `Pad` and a depthwise `Conv`, an ideal one two
/// constant matrices; so is one with a symmetric border, which `Pad` does not know.
extension Exporter {
  mutating func blurPool(_ layer: BlurPool, _ x: Value) throws -> String {
    let geometry = try core { () throws(SpectralError) in try layer.geometry(size: x.size) }
    return try separable(rows: try axis(geometry.rows), columns: try axis(geometry.columns), x)
  }

  mutating func separablePool(
    _ layer: SeparablePooling, _ x: Value, output: [Int]
  ) throws -> String {
    func axis(_ filter: FilterAxis, _ count: Int) -> Axis {
      Axis(
        taps: filter.taps, stride: filter.stride, lead: filter.lead, output: count,
        padding: filter.padding)
    }
    return try separable(
      rows: axis(layer.rows, output[1]), columns: axis(layer.columns, output[2]), x)
  }

  /// One axis of a filter: output i is Σ_t taps[t] x[i · stride − lead + t].
  private struct Axis {
    var taps: [Double]
    var stride, lead, output: Int
    var padding: BorderMode

    /// What a convolution reads behind the end of an axis of `size`; negative where it leaves samples
    /// over.
    func trail(_ size: Int) -> Int { (output - 1) * stride + taps.count - size - lead }

    /// `[output, size]`.
    func matrix(of size: Int) throws -> Tensor {
      var sums = [Double](repeating: 0, count: output * size)
      for row in 0..<output {
        for (tap, weight) in taps.enumerated() {
          guard let source = padding.source(row * stride - lead + tap, size: size) else { continue }
          sums[row * size + source] += weight
        }
      }
      return try Tensor(shape: [output, size], values: sums.map(Float.init))
    }
  }

  private func axis(_ axis: BlurGeometry.Axis) throws -> Axis {
    let taps = try core { () throws(SpectralError) in
      try LowPass.binomial(axis.taps).taps(stride: axis.stride)
    }
    return Axis(
      taps: taps ?? [1], stride: axis.stride, lead: axis.lead, output: axis.output,
      padding: axis.padding)
  }

  private mutating func separable(rows: Axis, columns: Axis, _ x: Value) throws -> String {
    if [rows.padding, columns.padding].contains(.symmetric) {
      let left = try rows.matrix(of: x.size.height)
      return try product(left, x.name, columns.matrix(of: x.size.width))
    }
    var x = x
    let (top, bottom) = (rows.lead, rows.trail(x.size.height))
    let (left, right) = (columns.lead, columns.trail(x.size.width))
    x = try bordered(x, Padding(top: top, bottom: bottom), rows.padding)
    x = try bordered(x, Padding(left: left, right: right), columns.padding)
    let channels = x.shape[0]
    let plane = rows.taps.flatMap { row in columns.taps.map { Float(row * $0) } }
    let weight = try Tensor(
      shape: [channels, 1, rows.taps.count, columns.taps.count],
      values: (0..<channels).flatMap { _ in plane })
    return graph.node(
      "Conv", [x.name, try graph.constant("filter", weight)],
      [
        "kernel_shape": .ints([rows.taps.count, columns.taps.count]),
        "strides": .ints([rows.stride, columns.stride]), "pads": .ints([0, 0, 0, 0]),
        "group": .int(channels),
      ])
  }

  private mutating func bordered(
    _ x: Value, _ padding: Padding, _ border: BorderMode
  ) throws -> Value {
    guard !padding.isZero else { return x }
    let mode: PaddingMode
    switch border {
    case .zero: mode = .constant(0)
    case .reflect: mode = .reflect
    case .replicate: mode = .replicate
    case .circular: mode = .circular
    case .symmetric: preconditionFailure("a symmetric border is in the matrices")
    }
    let size = [
      x.shape[0], x.size.height + padding.top + padding.bottom,
      x.size.width + padding.left + padding.right,
    ]
    return Value(name: try pad(x, padding, mode), shape: size)
  }

  mutating func idealPool(_ layer: IdealPooling, _ x: Value) throws -> String {
    func axis(_ count: Int, _ stride: Int) throws -> Tensor {
      var axis = layer
      axis.stride = HW(stride, 1)
      return try matrix(of: count) { try axis(impulses($0.height)) }
    }
    let rows = try axis(x.size.height, layer.stride.height)
    return try product(rows, x.name, axis(x.size.width, layer.stride.width))
  }

  mutating func spectralPool(_ layer: SpectralPooling, _ x: Value) throws -> String {
    let rows = try resampling(
      from: x.size.height, to: layer.size.height, bandEdge: layer.bandEdge)
    let columns = try resampling(
      from: x.size.width, to: layer.size.width, bandEdge: layer.bandEdge)
    return try product(rows, x.name, columns)
  }

  /// Up by constant matrices, φ, and back down by others.
  mutating func filteredActivation(_ layer: FilteredFunction, _ x: Value) throws -> String {
    let (height, width, factor) = (x.size.height, x.size.width, layer.factor)
    guard factor > 1 else { return try function(layer.function, x.name) }
    let up = try product(
      try resampling(from: height, to: factor * height, bandEdge: .drop), x.name,
      try resampling(from: width, to: factor * width, bandEdge: .drop))
    let acted = try function(layer.function, up)
    return try product(
      try resampling(from: factor * height, to: height, bandEdge: .drop), acted,
      try resampling(from: factor * width, to: width, bandEdge: .drop))
  }

  private mutating func function(
    _ function: FilteredFunction.Function, _ x: String
  ) throws -> String {
    switch function {
    case .activation(let activation): return try self.activation(activation, x)
    case .polynomial(let coefficients):
      // Horner's rule.
      var sum = try graph.scalar("coefficient", Float(coefficients.last ?? 0))
      for coefficient in coefficients.dropLast().reversed() {
        let product = graph.node("Mul", [sum, x])
        sum = graph.node("Add", [product, try graph.scalar("coefficient", Float(coefficient))])
      }
      return coefficients.count > 1 ? sum : graph.node("Add", [graph.node("Sub", [x, x]), sum])
    }
  }

  private func resampling(from: Int, to: Int, bandEdge: BandEdge) throws -> Tensor {
    try matrix(of: from) { size in
      try Resampler(idealFrom: size, to: HW(to, 1), bandEdge: bandEdge)(
        impulses(size.height))
    }
  }

  /// The matrix `[outputs, size]` of a linear operator on columns, from its answers to the impulses.
  private func matrix(
    of size: Int, _ answers: (HW) throws -> Tensor
  ) throws -> Tensor {
    let columns: Tensor
    do {
      columns = try answers(HW(size, 1))
    } catch let error as SpectralError {
      throw refuse(error.description)
    }
    return try GraphWriter.transposed(columns.reshaped([size, columns.count / size]))
  }

  /// `rows · x · columnsᵀ`.
  private mutating func product(
    _ rows: Tensor, _ x: String, _ columns: Tensor
  ) throws -> String {
    let narrow = graph.node("MatMul", [try graph.constant("rows", rows), x])
    let turned = try GraphWriter.transposed(columns)
    return graph.node("MatMul", [narrow, try graph.constant("columns", turned)])
  }

  /// What the signal-processing core answers, its refusal worded as the layer's.
  private func core<Value>(_ make: () throws(SpectralError) -> Value) throws -> Value {
    do {
      return try make()
    } catch {
      throw refuse(error.description)
    }
  }
}

/// `count` maps of one column, each an impulse at its own row.
private func impulses(_ count: Int) throws(SpectralError) -> Tensor {
  let values = (0..<count * count).map { $0 / count == $0 % count ? Float(1) : 0 }
  do {
    return try Tensor(shape: [1, count, count, 1], values: values)
  } catch {
    throw .valueCount(expected: count * count, count: values.count)
  }
}
