import MoireSpectral
import MoireTensors

/// The definitions of filters with subsampling, evaluated naively in double precision.
enum FilterOracle {
  /// The sample that padding puts at a position, found by walking there one step at a time.
  static func source(_ position: Int, size: Int, padding: BorderMode) -> Int? {
    if (0..<size).contains(position) { return position }
    switch padding {
    case .zero: return nil
    case .replicate: return position < 0 ? 0 : size - 1
    case .circular:
      var place = position
      while place < 0 { place += size }
      while place >= size { place -= size }
      return place
    case .symmetric:
      // A step off the end stays on the end and turns round.
      var place = position < 0 ? 0 : size - 1
      var step = position < 0 ? 1 : -1
      for _ in 0..<(position < 0 ? -1 - position : position - size) {
        if (0..<size).contains(place + step) { place += step } else { step = -step }
      }
      return place
    case .reflect:
      guard size > 1 else { return 0 }
      var place = 0
      var step = position < 0 ? -1 : 1
      for _ in 0..<abs(position) {
        if !(0..<size).contains(place + step) { step = -step }
        place += step
      }
      return place
    }
  }

  /// Σ_t taps[t] x[i · stride − lead + t] along one axis.
  static func filter(_ line: [Double], _ axis: FilterAxis) -> [Double] {
    let outputs = axis.output ?? (line.count + axis.stride - 1) / axis.stride
    return (0..<outputs).map { i in
      axis.taps.indices.reduce(0) { sum, t in
        let place = source(
          i * axis.stride - axis.lead + t, size: line.count, padding: axis.padding)
        return sum + (place.map { axis.taps[t] * line[$0] } ?? 0)
      }
    }
  }

  /// Both axes of one plane, given and returned row by row.
  static func filter(
    _ plane: [Double], size: HW, rows: FilterAxis, columns: FilterAxis
  ) -> [Double] {
    let wide = (0..<size.height).map { y in
      filter(Array(plane[y * size.width..<(y + 1) * size.width]), columns)
    }
    let width = wide[0].count
    let tall = (0..<width).map { x in filter(wide.map { $0[x] }, rows) }
    return (0..<tall[0].count).flatMap { y in (0..<width).map { tall[$0][y] } }
  }

  /// Every plane of maps [N, C, H, W].
  static func filter(_ maps: Tensor, rows: FilterAxis, columns: FilterAxis) -> [Double] {
    let size = HW(maps.shape[2], maps.shape[3])
    return (0..<maps.shape[0] * maps.shape[1]).flatMap { p in
      filter(
        maps.values[p * size.area..<(p + 1) * size.area].map(Double.init), size: size, rows: rows,
        columns: columns)
    }
  }

  /// A random axis for `input` samples: taps of both signs, leads before and behind the axis.
  static func randomAxis(input: Int, using generator: inout SeededGenerator) -> FilterAxis {
    let count = generator.integer(in: 1..<9)
    return FilterAxis(
      taps: (0..<count).map { _ in generator.normal() }, stride: generator.integer(in: 1..<6),
      lead: generator.integer(in: -3..<count + 4),
      output: generator.integer(in: 0..<2) == 0 ? nil : generator.integer(in: 1..<2 * input + 4),
      padding: BorderMode.allCases[generator.integer(in: 0..<5)])
  }

  /// The n taps of (½ + ½z)ⁿ⁻¹, from Pascal's rule over integers.
  static func binomial(_ n: Int) -> [Double] {
    var row = [1]
    for _ in 1..<max(n, 1) { row = zip(row + [0], [0] + row).map { $0 + $1 } }
    return row.map { Double($0) / Double(1 << (n - 1)) }
  }
}

/// The largest difference between float results and their references.
func largestError(_ got: [Float], _ expected: [Double]) -> Double {
  guard got.count == expected.count else { return .infinity }
  return zip(got, expected).map { abs(Double($0) - $1) }.max() ?? 0
}
