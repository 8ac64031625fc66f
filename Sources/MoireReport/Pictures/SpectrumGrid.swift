import MoireTensors

/// Values over DFT bins, made ready to be shown: zero frequency in the middle, few enough cells.
struct SpectrumGrid {
  private(set) var size: HW
  var values: [Double]

  /// The most cells an axis is shown with; maps beyond are averaged down.
  static let displayLimit = 256

  /// - Parameter values: `[H][W]`, zero frequency first.
  init(size: HW, values: [Double]) {
    self.size = size
    self.values = SpectrumGrid.centered(values, size)
    let shown = HW(
      min(size.height, SpectrumGrid.displayLimit), min(size.width, SpectrumGrid.displayLimit))
    if shown != size { reduce(to: shown) }
  }

  /// The lowest frequency, which may be negative, comes first.
  private static func centered(_ values: [Double], _ size: HW) -> [Double] {
    var result = [Double](repeating: 0, count: values.count)
    for row in 0..<size.height {
      let target = (row + size.height / 2) % size.height
      for column in 0..<size.width {
        result[target * size.width + (column + size.width / 2) % size.width] =
          values[row * size.width + column]
      }
    }
    return result
  }

  /// Means over cells of equal extent, each bin counted by the part of it that a cell covers.
  private mutating func reduce(to shown: HW) {
    let rows = SpectrumGrid.overlaps(size.height, shown.height)
    let columns = SpectrumGrid.overlaps(size.width, shown.width)
    var narrow = [Double](repeating: 0, count: size.height * shown.width)
    for row in 0..<size.height {
      for (column, parts) in columns.enumerated() {
        narrow[row * shown.width + column] = parts.reduce(0) {
          $0 + $1.weight * values[row * size.width + $1.bin]
        }
      }
    }
    var result = [Double](repeating: 0, count: shown.area)
    for (row, parts) in rows.enumerated() {
      for column in 0..<shown.width {
        result[row * shown.width + column] = parts.reduce(0) {
          $0 + $1.weight * narrow[$1.bin * shown.width + column]
        }
      }
    }
    (size, values) = (shown, result)
  }

  private static func overlaps(_ bins: Int, _ cells: Int) -> [[(bin: Int, weight: Double)]] {
    let extent = Double(bins) / Double(cells)
    return (0..<cells).map { cell in
      let (start, end) = (Double(cell) * extent, Double(cell + 1) * extent)
      let last = min(bins - 1, Int(end.rounded(.up)) - 1)
      return (Int(start)...max(Int(start), last)).map { bin in
        (bin, (min(end, Double(bin + 1)) - max(start, Double(bin))) / extent)
      }
    }
  }
}
