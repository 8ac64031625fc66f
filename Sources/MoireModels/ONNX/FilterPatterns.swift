import MoireLayers
import MoireSpectral
import MoireTensors

/// Filters with subsampling, written as pads and a depthwise convolution with the same taps in all
/// channels.
extension Importer {
  /// One axis of a filter and of the map that it reads.
  private struct FilterSide {
    var taps: [Double]
    var stride, output: Int
    /// Samples before and behind the axis; negative where it is cropped.
    var lead = 0, trail = 0
    var mode: BorderMode?

    /// Takes in a pad before what is known; nil where the two together are no single pad.
    func behind(_ before: Int, _ after: Int, _ outer: BorderMode?) -> FilterSide? {
      var result = self
      if before == 0, after == 0 { return self }
      if before < 0 || after < 0 {
        // A pad of a cropped map reads other samples than one of the whole map.
        guard mode == nil, before <= 0, after <= 0 else { return nil }
      } else {
        guard let outer, mode == nil || mode == outer && outer != .reflect && outer != .circular
        else { return nil }
        result.mode = outer
      }
      result.lead += before
      result.trail += after
      return result
    }

    func matches(_ axis: BlurGeometry.Axis) -> Bool {
      axis.taps == taps.count && axis.lead == lead && axis.output == output
    }

    func axis(input: Int) -> FilterAxis {
      FilterAxis(
        taps: taps, stride: stride, lead: lead,
        output: output == (input + stride - 1) / stride ? nil : output, padding: mode ?? .zero)
    }
  }

  /// A filter that subsamples, as the BlurPool that it is or by its taps.
  func giveFilter(_ op: Operator, _ path: String, _ layer: Convolution, _ input: Int) throws -> Bool
  {
    guard layer.stride != 1, layer.kernel.area > 1, layer.dilation == 1,
      layer.groups == layer.outputChannels, layer.weight.shape[1] == 1,
      layer.bias?.values.allSatisfy({ $0 == 0 }) ?? true, shapes[input][0] == layer.groups,
      let (rows, columns) = taps(of: layer),
      let shape = try? Layer.convolution(layer)
        .outputShape(of: [shapes[input]])
    else { return false }
    let isBinomial = [rows, columns].allSatisfy { FilterTaps.isBinomial($0) }
    // Equal weights of several channels are no accident; one channel has nothing to be equal to.
    guard isBinomial || layer.groups > 1 else { return false }
    let high = FilterSide(taps: rows, stride: layer.stride.height, output: shape[1])
    let wide = FilterSide(taps: columns, stride: layer.stride.width, output: shape[2])
    let pads = layer.padding
    guard var height = high.behind(pads.top, pads.bottom, .zero),
      var width = wide.behind(pads.left, pads.right, .zero)
    else { return false }
    var source = input
    while let before = step(source), case .pad(let pads, let mode)? = before.layer,
      let row = height.behind(pads.top, pads.bottom, BorderMode(mode)),
      let column = width.behind(pads.left, pads.right, BorderMode(mode))
    {
      (height, width) = (row, column)
      source = before.inputs[0]
    }
    let size = HW(shapes[source][1], shapes[source][2])
    if isBinomial, let blur = blur(height, width, size) {
      try give(op, .blurPool(blur), inputs: [source], path: path)
    } else {
      let pool = SeparablePooling(
        rows: height.axis(input: size.height), columns: width.axis(input: size.width))
      try give(op, .separablePool(pool), inputs: [source], path: path)
    }
    return true
  }

  /// The taps of both axes when all channels have the same filter and it is separable.
  private func taps(of layer: Convolution) -> (rows: [Double], columns: [Double])? {
    let area = layer.kernel.area
    let values = layer.weight.values
    guard values.indices.allSatisfy({ values[$0] == values[$0 % area] }) else { return nil }
    return FilterTaps.separated(values.prefix(area).map(Double.init), width: layer.kernel.width)
  }

  private func blur(_ rows: FilterSide, _ columns: FilterSide, _ size: HW) -> BlurPool? {
    let modes = Set([rows.mode, columns.mode].compactMap { $0 })
    guard modes.count < 2 else { return nil }
    let taps = HW(rows.taps.count, columns.taps.count)
    let stride = HW(rows.stride, columns.stride)
    func fits(_ blur: BlurPool) -> Bool {
      guard let geometry = try? blur.geometry(size: size) else { return false }
      return rows.matches(geometry.rows) && columns.matches(geometry.columns)
    }
    let conventions = BlurPool.Convention.allCases
    // First those whose own border it is.
    let ordered = conventions.filter { modes.isEmpty || modes.contains($0.padding) } + conventions
    for convention in ordered {
      // One convention drops a tap where the parity is wrong, and makes 3 of 2.
      let more = convention == .auto ? [0, 1, -1] : [0]
      for high in more {
        for wide in more where min(taps.height + high, taps.width + wide) > 0 {
          let blur = BlurPool(
            convention, filterSize: HW(taps.height + high, taps.width + wide), stride: stride,
            padding: modes.first)
          if fits(blur) { return blur }
        }
      }
    }
    return nil
  }
}

extension BorderMode {
  fileprivate init?(_ mode: PaddingMode) {
    switch mode {
    case .constant(0): self = .zero
    case .constant: return nil
    case .reflect: self = .reflect
    case .replicate: self = .replicate
    case .circular: self = .circular
    }
  }
}

/// The taps of a separable filter, from its plane.
enum FilterTaps {
  /// Rows and columns of which a plane is the product, to a few roundings; the gain is shared.
  static func separated(_ plane: [Double], width: Int) -> (rows: [Double], columns: [Double])? {
    guard let peak = plane.indices.max(by: { abs(plane[$0]) < abs(plane[$1]) }), plane[peak] != 0,
      plane.allSatisfy(\.isFinite)
    else { return nil }
    let height = plane.count / width
    var columns = Array(plane[peak / width * width..<(peak / width + 1) * width])
    var rows = (0..<height).map { plane[$0 * width + peak % width] / plane[peak] }
    let bound = 1e-6 * abs(plane[peak])
    guard
      plane.indices.allSatisfy({ abs(plane[$0] - rows[$0 / width] * columns[$0 % width]) <= bound })
    else { return nil }
    let (high, wide) = (rows.reduce(0, +), columns.reduce(0, +))
    if abs(high) > 1e-3, abs(wide) > 1e-3 * abs(plane[peak]) {
      let gain = abs(high * wide).squareRoot()
      rows = rows.map { $0 / high * gain }
      columns = columns.map { $0 / wide * (high * wide < 0 ? -gain : gain) }
    }
    if isBinomial(rows), isBinomial(columns) {
      return (binomial(rows.count), binomial(columns.count))
    }
    return (rows, columns)
  }

  static func isBinomial(_ taps: [Double]) -> Bool {
    zip(taps, binomial(taps.count)).allSatisfy { abs($0 - $1) < 1e-6 * $1 }
  }

  /// The row n − 1 of Pascal's triangle over its sum.
  static func binomial(_ count: Int) -> [Double] {
    var row = [1.0]
    for _ in 1..<max(count, 1) { row = zip([0] + row, row + [0]).map { ($0 + $1) / 2 } }
    return row
  }
}
