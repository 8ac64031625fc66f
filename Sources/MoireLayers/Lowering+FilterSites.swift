import MoireSpectral
import MoireTensors

/// Sites that filter, at stride 1.
extension Lowering {
  /// A filter at every position from its first output on.
  mutating func denseFilter(
    _ layer: SeparablePooling, _ siteIndex: Int, _ input: Int, _ dims: [Int]
  ) throws -> Int {
    let (size, denseSize) = (sites[siteIndex].inputSize, sites[siteIndex].denseSize)
    let filter = try core { () throws(SpectralError) in
      try layer.dense(output: denseSize).filter(size: size)
    }
    let source = try inBlocks(values[input]!, self.dims(of: input))
    try tapUnfiltered(siteIndex, source, dims) { () throws(SpectralError) in
      try layer.identity(output: denseSize).filter(size: size).blocks
    }
    let target = try newBlocked(dims)
    try apply(filter.blocks, "kernel:separable", from: source, to: target)
    return target
  }

  /// The ideal low-pass filter at the full rate; where the stride does not divide the size, the M bins
  /// that are left, at s · M positions of the same period.
  mutating func denseIdealPool(
    _ layer: IdealPooling, _ siteIndex: Int, _ input: Int, _ dims: [Int]
  ) throws -> Int {
    let (size, denseSize) = (sites[siteIndex].inputSize, sites[siteIndex].denseSize)
    let outputSize = sites[siteIndex].outputSize
    let source = try inBlocks(values[input]!, self.dims(of: input))
    try tapUnfiltered(siteIndex, source, dims) { () throws(SpectralError) in
      try Resampler(idealFrom: size, to: denseSize).blocks
    }
    let target = try newBlocked(dims)
    if size == denseSize {
      let filter = try core { () throws(SpectralError) in try layer.denseFilter(size: size) }
      try apply(filter.blocks, "kernel:ideal", from: source, to: target)
      return target
    }
    let fine = try core { () throws(SpectralError) in
      try Resampler(idealFrom: outputSize, to: denseSize)
    }
    let small = try newBlocked([dims[0], dims[1], outputSize.height, outputSize.width])
    try idealPool(layer, size, from: source, to: small)
    try apply(fine.blocks, "kernel:ideal", from: small, to: target)
    return target
  }

  /// The map before a filter, brought to the dense size where it has another.
  private mutating func tapUnfiltered(
    _ siteIndex: Int, _ source: Int, _ dims: [Int],
    _ extend: () throws(SpectralError) -> BlockOperator
  ) throws {
    guard sites[siteIndex].inputSize != sites[siteIndex].denseSize else {
      return tap(siteIndex, source, .unfiltered)
    }
    let extended = try newBlocked(dims)
    try apply(try core(extend), "kernel:extend", from: source, to: extended)
    tap(siteIndex, extended, .unfiltered)
  }
}

extension BlurPool {
  /// The filter for maps of a size, with its taps.
  func filter(of size: HW) throws(SpectralError) -> SeparablePooling {
    let geometry = try geometry(size: size)
    func axis(_ axis: BlurGeometry.Axis) throws(SpectralError) -> FilterAxis {
      FilterAxis(
        taps: try LowPass.binomial(axis.taps).taps() ?? [1], stride: axis.stride, lead: axis.lead,
        output: axis.output, padding: axis.padding)
    }
    return SeparablePooling(rows: try axis(geometry.rows), columns: try axis(geometry.columns))
  }
}

extension SeparablePooling {
  /// The filter at stride 1, its first output where the first one of the pool stands.
  func dense(output: HW) -> SeparablePooling {
    var result = self
    (result.rows.stride, result.columns.stride) = (1, 1)
    (result.rows.output, result.columns.output) = (output.height, output.width)
    return result
  }

  /// No filter: the map, with as much of the padding behind it as the size asks for.
  func identity(output: HW) -> SeparablePooling {
    SeparablePooling(
      rows: FilterAxis(taps: [1], output: output.height, padding: rows.padding),
      columns: FilterAxis(taps: [1], output: output.width, padding: columns.padding))
  }
}
