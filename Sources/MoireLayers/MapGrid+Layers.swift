import MoireTensors

extension MapGrid {
  /// The grid behind a layer of windows; `value` gives the gain of a window from its rows and columns.
  func windowed(
    _ window: Window, to size: HW, _ value: (Window, [Int], [Int]) -> Float
  ) -> MapGrid {
    let rows = MapGrid.positions(
      size.height, window.kernel.height, window.stride.height, window.dilation.height,
      window.padding.top)
    let columns = MapGrid.positions(
      size.width, window.kernel.width, window.stride.width, window.dilation.width,
      window.padding.left)
    let gain = rows.flatMap { row in columns.map { value(window, row, $0) } }
    let centre = [
      Double(window.dilation.height * (window.kernel.height - 1)) / 2 - Double(window.padding.top),
      Double(window.dilation.width * (window.kernel.width - 1)) / 2 - Double(window.padding.left),
    ]
    return MapGrid(
      size: size,
      step: [step[0] * Double(window.stride.height), step[1] * Double(window.stride.width)],
      origin: moved(origin, step, by: centre), gain: gain, disagreement: disagreement)
  }

  /// `origin + step · samples`, per axis.
  func moved(_ origin: [Double], _ step: [Double], by samples: [Double]) -> [Double] {
    [origin[0] + step[0] * samples[0], origin[1] + step[1] * samples[1]]
  }

  private static func positions(
    _ count: Int, _ taps: Int, _ stride: Int, _ dilation: Int, _ pad: Int
  ) -> [[Int]] {
    (0..<count).map { index in (0..<taps).map { index * stride + $0 * dilation - pad } }
  }

  /// The mean over all taps; what padding holds is what `mode` puts there.
  func mean(_ window: Window, _ rows: [Int], _ columns: [Int], _ mode: PaddingMode) -> Float {
    let columns = columns.compactMap { MapGrid.index($0, size.width, mode) }
    var sum: Float = 0
    for row in rows {
      guard let row = MapGrid.index(row, size.height, mode) else { continue }
      for column in columns { sum += gain[row * size.width + column] }
    }
    return sum / Float(window.kernel.area)
  }

  /// The largest or the mean gain over the taps inside; padding counts as 0 where it is included.
  func pooled(
    _ window: Window, _ rows: [Int], _ columns: [Int], _ operation: Pooling.Operation
  ) -> Float {
    let rows = rows.filter { (0..<size.height).contains($0) }
    let columns = columns.filter { (0..<size.width).contains($0) }
    let values = rows.flatMap { row in columns.map { gain[row * size.width + $0] } }
    switch operation {
    case .max: return values.max() ?? 0
    case .average(let includesPadding):
      let count = includesPadding ? window.kernel.area : values.count
      return count == 0 ? 0 : values.reduce(0, +) / Float(count)
    }
  }

  func padded(_ padding: Padding, _ mode: PaddingMode, to size: HW) -> MapGrid {
    let rows = (0..<size.height).map { MapGrid.index($0 - padding.top, self.size.height, mode) }
    let columns = (0..<size.width).map { MapGrid.index($0 - padding.left, self.size.width, mode) }
    let gain = rows.flatMap { row in
      columns.map { column in
        guard let row, let column else { return Float(0) }
        return self.gain[row * self.size.width + column]
      }
    }
    return MapGrid(
      size: size, step: step,
      origin: [
        origin[0] - step[0] * Double(padding.top), origin[1] - step[1] * Double(padding.left),
      ], gain: gain, disagreement: disagreement)
  }

  func spread(_ layer: TransposedConvolution, to size: HW) -> MapGrid {
    let (window, fine) = (
      layer.window,
      [step[0] / Double(layer.stride.height), step[1] / Double(layer.stride.width)]
    )
    let centre = [
      Double(window.padding.top) - Double(window.dilation.height * (window.kernel.height - 1)) / 2,
      Double(window.padding.left) - Double(window.dilation.width * (window.kernel.width - 1)) / 2,
    ]
    return nearest(to: size, step: fine, origin: moved(origin, fine, by: centre))
  }

  func resized(_ layer: Resize, to size: HW) -> MapGrid? {
    guard let rows = try? layer.axis(self.size.height, \.height),
      let columns = try? layer.axis(self.size.width, \.width)
    else { return nil }
    let first = [rows.position(0), columns.position(0)]
    let second = [rows.position(1), columns.position(1)]
    let counts = [size.height, size.width]
    let fine = (0..<2).map { axis -> Double in
      counts[axis] > 1 ? step[axis] * (second[axis] - first[axis]) : step[axis]
    }
    return nearest(to: size, step: fine, origin: moved(origin, step, by: first))
  }

  /// A grid whose samples take the gain of the nearest one of this grid.
  func nearest(to size: HW, step: [Double], origin: [Double]) -> MapGrid {
    let index = { (axis: Int, position: Int, count: Int) -> Int in
      let at = (origin[axis] + step[axis] * Double(position) - self.origin[axis]) / self.step[axis]
      return min(max(Int(at.rounded()), 0), count - 1)
    }
    let columns = (0..<size.width).map { index(1, $0, self.size.width) }
    let gain = (0..<size.height).flatMap { row in
      let row = index(0, row, self.size.height)
      return columns.map { self.gain[row * self.size.width + $0] }
    }
    return MapGrid(
      size: size, step: step, origin: origin, gain: gain, disagreement: disagreement)
  }

  /// Maps of one size that meet: the first one's grid, the weighted mean of the gains.
  static func joined(_ grids: [(MapGrid, Float)]) -> MapGrid? {
    guard let (first, _) = grids.first else { return nil }
    let total = grids.reduce(0) { $0 + $1.1 }
    var gain = [Float](repeating: 0, count: first.gain.count)
    var disagreement = 0.0
    for (grid, weight) in grids {
      for index in gain.indices { gain[index] += grid.gain[index] * weight / total }
      let apart = zip(grid.origin, first.origin).map { abs($0 - $1) }
      disagreement = max(disagreement, grid.disagreement, apart.max() ?? 0)
    }
    return MapGrid(
      size: first.size, step: first.step, origin: first.origin, gain: gain,
      disagreement: disagreement)
  }

  /// The position inside that a padded position repeats; nil where padding is a constant.
  static func index(_ position: Int, _ count: Int, _ mode: PaddingMode) -> Int? {
    if (0..<count).contains(position) { return position }
    switch mode {
    case .constant: return nil
    case .replicate: return min(max(position, 0), count - 1)
    case .circular: return (position % count + count) % count
    case .reflect:
      guard count > 1 else { return 0 }
      let period = 2 * (count - 1)
      let folded = (position % period + period) % period
      return min(folded, period - folded)
    }
  }
}
