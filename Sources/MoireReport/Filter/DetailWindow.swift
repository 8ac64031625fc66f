import MoireSpectral
import MoireTensors

/// The part of an input with the most energy beyond the new Nyquist frequency: where aliasing shows.
enum DetailWindow {
  /// The top left corner of a window, a multiple of the stride on both axes.
  ///
  /// - Parameter extent: of the window in samples of the input.
  static func corner(of maps: Tensor, stride: HW, extent: HW) throws -> HW {
    let size = HW(maps.shape[2], maps.shape[3])
    let first = try Tensor(
      shape: [1, maps.shape[1], size.height, size.width],
      values: Array(maps.values[..<(maps.shape[1] * size.area)]))
    let smooth = try SpectralFilter(size: size, filter: .ideal, stride: stride).apply(first)
    let sums = sums(first, smooth, size)
    // The jump from one border to the other is no detail.
    let margin = HW(size.height / 16, size.width / 16)
    var best = (energy: -1.0, corner: HW(0, 0))
    for row in starts(size.height, extent.height, margin.height, stride.height) {
      for column in starts(size.width, extent.width, margin.width, stride.width) {
        let (bottom, right) = (row + extent.height, column + extent.width)
        let wide = size.width + 1
        let energy =
          sums[bottom * wide + right] - sums[row * wide + right] - sums[bottom * wide + column]
          + sums[row * wide + column]
        if energy > best.energy { best = (energy, HW(row, column)) }
      }
    }
    return best.corner
  }

  private static func starts(_ size: Int, _ extent: Int, _ margin: Int, _ stride: Int) -> [Int] {
    let step = max(1, extent / 4 / stride) * stride
    let first = (margin + stride - 1) / stride * stride
    let inner = Array(Swift.stride(from: first, through: size - margin - extent, by: step))
    return inner.isEmpty ? [0] : inner
  }

  /// Σ of the squared differences over all rows above and columns left, one more of each.
  private static func sums(_ maps: Tensor, _ smooth: Tensor, _ size: HW) -> [Double] {
    let wide = size.width + 1
    var sums = [Double](repeating: 0, count: (size.height + 1) * wide)
    for row in 0..<size.height {
      var line = 0.0
      for column in 0..<size.width {
        for plane in 0..<maps.shape[1] {
          let index = plane * size.area + row * size.width + column
          let difference = Double(maps[index]) - Double(smooth[index])
          line += difference * difference
        }
        sums[(row + 1) * wide + column + 1] = sums[row * wide + column + 1] + line
      }
    }
    return sums
  }
}
