import Foundation
import MoireSpectral

/// Constant matrices of a resampling along one axis, told by their values.
///
/// Exporters compute them in single precision or round them to it: entries, which are at most 1, may
/// differ by a few units of 1e-7 from the definition.
struct AxisMatrix {
  let rows: Int
  let columns: Int
  private let values: [Float]

  /// A matrix that has as many columns as the axis has positions.
  init?(_ constant: Constant, isTransposed: Bool) {
    let floats = constant.floats
    guard constant.shape.count == 2, !constant.shape.contains(0) else { return nil }
    let (m, n) = (constant.shape[0], constant.shape[1])
    (rows, columns) = isTransposed ? (n, m) : (m, n)
    values = isTransposed ? (0..<m * n).map { floats[$0 % m * n + $0 / m] } : floats
  }

  var isIdentity: Bool { rows == columns && matches { $0 == $1 ? 1 : 0 } }

  /// The treatments of the bin at the edge of the band with which this is the ideal resampling of a
  /// periodic axis; the empty set where it is none.
  var idealEdges: Set<BandEdge> {
    let all: [BandEdge] = [.drop, .halve, .keep]
    return Set(all.filter { edge in matches { entry($0, $1, edge) } })
  }

  /// Whether every row takes the mean of one of the bins of adaptive pooling.
  var isAdaptiveMean: Bool {
    matches { row, column in
      let first = row * columns / rows
      let end = ((row + 1) * columns + rows - 1) / rows
      return column >= first && column < end ? 1 / Double(end - first) : 0
    }
  }

  private func matches(_ entry: (_ row: Int, _ column: Int) -> Double) -> Bool {
    for row in 0..<rows {
      for column in 0..<columns {
        // Written so that NaN differs.
        guard abs(Double(values[row * columns + column]) - entry(row, column)) < 2e-6 else {
          return false
        }
      }
    }
    return true
  }

  /// 1/N Σ_k g(k) cos 2πkt with t = m/M − n/N over the band that both sizes hold.
  private func entry(_ m: Int, _ n: Int, _ edge: BandEdge) -> Double {
    let band = min(rows, columns)
    let inside = (band - 1) / 2
    let t = Double(m) / Double(rows) - Double(n) / Double(columns)
    let sine = sin(.pi * t)
    // The sum of 2K + 1 cosines, Dirichlet's kernel.
    var sum =
      abs(sine) < 1e-12 ? Double(2 * inside + 1) : sin(Double(2 * inside + 1) * .pi * t) / sine
    if band % 2 == 0 {
      let gain: Double
      switch edge {
      case _ where rows >= columns: gain = 1
      case .drop: gain = 0
      case .halve: gain = 1
      case .keep: gain = 2
      }
      sum += gain * cos(Double(band) * .pi * t)
    }
    return sum / Double(columns)
  }
}
