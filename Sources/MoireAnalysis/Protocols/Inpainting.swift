import MoireTensors

/// The inpainting of Azulay and Weiss's released code: the known pixels are spread outwards.
///
/// With K the 12 taps of (½ + ½z)¹¹, separable, and `m` the mask of known pixels, unknown pixels take
/// K∗(m·x) / K∗m where K∗m > 0, are known from then on, and so on until at most 200 pixels are left or
/// 80 rounds are done. What is left keeps the canvas. `same` position of an even filter: output i sees
/// inputs i − 6 … i + 5. A weighted mean commutes with the normalisation of pixels, so this works on
/// normalised values.
enum Inpainting {
  static let taps: [Float] = {
    var row: [Float] = [1]
    for _ in 0..<11 { row = zip([0] + row, row + [0]).map { ($0 + $1) / 2 } }
    return row
  }()
  /// How far an output looks back and ahead.
  private static let (back, ahead) = (6, 5)
  static let rest = 200
  static let rounds = 80

  /// Fills what surrounds the known rectangle of every plane of `[1, C, H, W]` in `canvas`.
  ///
  /// The known region of a rectangle is a rectangle in every round, so each pixel is computed once.
  static func fill(
    _ canvas: inout [Float], channels: Int, size: HW, rows: Range<Int>, columns: Range<Int>
  ) {
    var (rows, columns) = (rows, columns)
    for _ in 0..<rounds where size.area - rows.count * columns.count > rest {
      let newRows = reach(rows, size.height)
      let newColumns = reach(columns, size.width)
      let weights = (
        newRows.map { weight($0, rows) }, newColumns.map { weight($0, columns) }
      )
      for channel in 0..<channels {
        canvas.withUnsafeMutableBufferPointer { values in
          let plane = UnsafeMutableBufferPointer(
            rebasing: values[channel * size.area..<(channel + 1) * size.area])
          spread(
            plane, width: size.width, from: (rows, columns), to: (newRows, newColumns), weights)
        }
      }
      (rows, columns) = (newRows, newColumns)
    }
  }

  private static func reach(_ known: Range<Int>, _ count: Int) -> Range<Int> {
    max(0, known.lowerBound - ahead)..<min(count, known.upperBound + back)
  }

  /// Σ of the taps of output `index` that stand on known samples.
  private static func weight(_ index: Int, _ known: Range<Int>) -> Float {
    (-back...ahead).reduce(0) { known.contains(index + $1) ? $0 + taps[$1 + back] : $0 }
  }

  private static func spread(
    _ plane: UnsafeMutableBufferPointer<Float>, width: Int,
    from known: (rows: Range<Int>, columns: Range<Int>),
    to new: (rows: Range<Int>, columns: Range<Int>), _ weights: ([Float], [Float])
  ) {
    let count = new.columns.count
    var across = [Float](repeating: 0, count: known.rows.count * count)
    across.withUnsafeMutableBufferPointer { across in
      for (line, row) in known.rows.enumerated() {
        for tap in -back...ahead {
          let factor = taps[tap + back]
          let columns = known.columns.clamped(
            to: new.columns.lowerBound + tap..<new.columns.upperBound + tap)
          let target = line * count - new.columns.lowerBound - tap
          for column in columns { across[target + column] += factor * plane[row * width + column] }
        }
      }
      var sums = [Float](repeating: 0, count: count)
      for (line, row) in new.rows.enumerated() {
        for index in 0..<count { sums[index] = 0 }
        for tap in -back...ahead where known.rows.contains(row + tap) {
          let factor = taps[tap + back]
          let source = (row + tap - known.rows.lowerBound) * count
          for index in 0..<count { sums[index] += factor * across[source + index] }
        }
        let isKnownRow = known.rows.contains(row)
        for (index, column) in new.columns.enumerated()
        where !(isKnownRow && known.columns.contains(column)) {
          plane[row * width + column] = sums[index] / (weights.0[line] * weights.1[index])
        }
      }
    }
  }
}
