import Foundation
import MoireLayers
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

  /// A kind of ideal resampling: what becomes of the bin at the edge of the band, and the taper.
  struct Kind: Hashable {
    var edge: BandEdge
    var taper: IdealPooling.Taper

    /// All of them, the usual ones first.
    static let all = IdealPooling.Taper.allCases.flatMap { taper in
      [BandEdge.drop, .halve, .keep].map { Kind(edge: $0, taper: taper) }
    }
  }

  /// With what this is the ideal resampling of a periodic axis; the empty set where it is none.
  var idealKinds: Set<Kind> {
    Set(
      Kind.all.filter { kind in
        // A taper is for the way down.
        kind.taper == .none || rows <= columns
          ? matches { entry($0, $1, kind.edge, kind.taper) } : false
      })
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
  private func entry(
    _ m: Int, _ n: Int, _ edge: BandEdge, _ taper: IdealPooling.Taper
  ) -> Double {
    guard taper == .none || rows == columns else { return tapered(m, n, edge, taper) }
    let band = min(rows, columns)
    let inside = (band - 1) / 2
    let t = Double(m) / Double(rows) - Double(n) / Double(columns)
    let sine = sin(.pi * t)
    // The sum of 2K + 1 cosines, Dirichlet's kernel.
    var sum =
      abs(sine) < 1e-12 ? Double(2 * inside + 1) : sin(Double(2 * inside + 1) * .pi * t) / sine
    if band % 2 == 0 {
      sum += gain(edge) * cos(Double(band) * .pi * t)
    }
    return sum / Double(columns)
  }

  /// Both bins at the edge of the band together.
  private func gain(_ edge: BandEdge) -> Double {
    switch edge {
    case _ where rows >= columns: 1
    case .drop: 0
    case .halve: 1
    case .keep: 2
    }
  }

  /// The same sum under a taper, term by term.
  private func tapered(
    _ m: Int, _ n: Int, _ edge: BandEdge, _ taper: IdealPooling.Taper
  ) -> Double {
    let turn = 2 * .pi * (Double(m) / Double(rows) - Double(n) / Double(columns))
    var (sum, before, now) = (1.0, 1.0, cos(turn))
    for k in stride(from: 1, through: rows / 2, by: 1) {
      let gain = taper.gain(k, from: columns, to: rows)
      sum += (2 * k == rows ? self.gain(edge) : 2) * gain * now
      // cos (k + 1)t = 2 cos t · cos kt − cos (k − 1)t.
      (before, now) = (now, 2 * cos(turn) * now - before)
    }
    return sum / Double(columns)
  }
}
