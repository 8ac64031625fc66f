import Foundation
import MoireTensors

/// The definitions of the resampling operators, summed naively in double precision, one axis a matrix.
enum ResamplingOracle {
  typealias Matrix = [[Double]]

  /// y(m) = 1/N Σ_k g(k) X[k] exp(2πi k p / N), p = m N / M + offset, as a sum over bins.
  static func ideal(_ from: Int, _ to: Int, offset: Double = 0, edge: Double = 0) -> Matrix {
    let narrow = min(from, to)
    return (0..<to).map { m in
      let p = Double(m) * Double(from) / Double(to) + offset
      return (0..<from).map { n in
        // Bins k and −k together: the input is real.
        let turn = 2 * Double.pi * (p - Double(n)) / Double(from)
        var sum = 1.0
        var k = 1
        while 2 * k <= narrow {
          let gain = 2 * k < narrow ? 1 : to < from ? edge : 0.5
          sum += 2 * gain * cos(Double(k) * turn)
          k += 1
        }
        return sum / Double(from)
      }
    }
  }

  /// The sample that position `i` of an extended line shows; nil for a zero.
  static func source(_ i: Int, _ size: Int, _ border: Border) -> Int? {
    if (0..<size).contains(i) { return i }
    func wrapped(_ period: Int) -> Int { ((i % period) + period) % period }
    switch border {
    case .zero: return nil
    case .circular: return wrapped(size)
    case .replicate: return i < 0 ? 0 : size - 1
    case .symmetric: return min(wrapped(2 * size), 2 * size - 1 - wrapped(2 * size))
    case .reflect:
      if size == 1 { return 0 }
      return min(wrapped(2 * size - 2), 2 * size - 2 - wrapped(2 * size - 2))
    }
  }

  enum Border: Int, CaseIterable { case zero, reflect, replicate, circular, symmetric }

  static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(.pi * x) / (.pi * x) }

  /// Σ over samples j of the extended line of kernel(p − j), divided by its sum, reach `reach`.
  static func kernel(
    _ from: Int, positions: [Double], reach: Double, border: Border, normalised: Bool = true,
    _ kernel: (Double) -> Double
  ) -> Matrix {
    positions.map { p in
      var row = [Double](repeating: 0, count: from)
      var sum = 0.0
      for j in Int((p - reach).rounded(.down))...Int((p + reach).rounded(.up)) {
        let weight = abs(p - Double(j)) <= reach + 1e-9 ? kernel(p - Double(j)) : 0
        sum += weight
        if let at = source(j, from, border) { row[at] += weight }
      }
      return normalised ? row.map { $0 / sum } : row
    }
  }

  static func lanczos(_ size: Int, shift: Double, lobes: Int, border: Border) -> Matrix {
    kernel(
      size, positions: (0..<size).map { Double($0) + shift }, reach: Double(lobes), border: border
    ) { abs($0) >= Double(lobes) ? 0 : sinc($0) * sinc($0 / Double(lobes)) }
  }

  /// rows · map · columnsᵀ.
  static func apply(
    _ rows: Matrix, _ columns: Matrix, to map: [Double], size: HW
  ) -> [Double] {
    var result: [Double] = []
    var line = [Double](repeating: 0, count: size.width)
    for row in rows {
      for x in 0..<size.width { line[x] = 0 }
      for y in 0..<size.height where row[y] != 0 {
        for x in 0..<size.width { line[x] += row[y] * map[y * size.width + x] }
      }
      for column in columns {
        var sum = 0.0
        for x in 0..<size.width { sum += column[x] * line[x] }
        result.append(sum)
      }
    }
    return result
  }

  /// The largest difference over the largest expected magnitude.
  static func error(_ got: [Double], _ expected: [Double]) -> Double {
    guard got.count == expected.count else { return .infinity }
    let worst = zip(got, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    let scale = expected.reduce(0) { max($0, abs($1)) }
    return worst.isFinite ? worst / max(scale, 1e-300) : .infinity
  }
}

extension Tensor {
  /// Plane `index` of `[N, C, H, W]` in double precision.
  func plane(_ index: Int) -> [Double] {
    let area = shape[2] * shape[3]
    return values[index * area..<(index + 1) * area].map(Double.init)
  }

  /// A tensor `[1, planes, H, W]` of f(plane, y, x).
  static func map(
    _ size: HW, planes: Int = 1, _ f: (Int, Int, Int) -> Double
  ) throws -> Tensor {
    var values: [Float] = []
    for c in 0..<planes {
      for y in 0..<size.height {
        for x in 0..<size.width { values.append(Float(f(c, y, x))) }
      }
    }
    return try Tensor(shape: [1, planes, size.height, size.width], values: values)
  }
}
