import Foundation
import MoireSpectral
import MoireTensors

/// Comparisons of output maps under shifts.
enum MapComparison {
  /// Output of the moved input against the moved output, over the pixels that moved within the map:
  /// squared difference, squared reference, values compared.
  ///
  /// - Parameters:
  ///   - still: the output of the unmoved input, `[1, C, H, W]`.
  ///   - moved: the output of the moved input.
  ///   - view: `rolled` compares with the rolled output; `fourier` with the output shifted by
  ///     Lanczos-3, whose 3 lobes must lie within the map.
  static func equivariance(still: Tensor, moved: Tensor, view: ImageView) throws -> [Double] {
    let size = HW(still.shape[2], still.shape[3])
    let reference: Tensor
    let valid: (rows: Range<Int>, columns: Range<Int>)
    switch view {
    case .rolled(let shift):
      reference = still.rolled(by: shift)
      valid = (
        inside(Double(shift.height), lobes: 0, size.height),
        inside(Double(shift.width), lobes: 0, size.width)
      )
    case .fourier(let dy, let dx):
      reference = try FractionalShift(
        size: size, dy: dy, dx: dx, interpolation: .lanczos(lobes: 3, border: .circular))(still)
      valid = (inside(dy, lobes: 3, size.height), inside(dx, lobes: 3, size.width))
    default: return [0, 0, 0]
    }
    return sums(reference, moved, rows: valid.rows, columns: valid.columns)
  }

  /// The outputs whose source n + d, with `lobes` more on both sides, lies within 0 ..< count.
  static func inside(_ shift: Double, lobes: Int, _ count: Int) -> Range<Int> {
    let first = max(0, Int((Double(lobes) - shift).rounded(.up)))
    let last = min(count - 1, Int((Double(count - 1 - lobes) - shift).rounded(.down)))
    return first..<max(first, last + 1)
  }

  private static func sums(
    _ reference: Tensor, _ moved: Tensor, rows: Range<Int>, columns: Range<Int>
  ) -> [Double] {
    let (height, width) = (reference.shape[2], reference.shape[3])
    var (difference, energy) = (0.0, 0.0)
    reference.values.withUnsafeBufferPointer { a in
      moved.values.withUnsafeBufferPointer { b in
        for plane in 0..<reference.shape[1] {
          for row in rows {
            let start = (plane * height + row) * width
            for column in columns {
              let (x, y) = (Double(a[start + column]), Double(b[start + column]))
              difference += (x - y) * (x - y)
              energy += x * x
            }
          }
        }
      }
    }
    return [difference, energy, Double(reference.shape[1] * rows.count * columns.count)]
  }

  /// Pixels of the overlap of two crops with equal argmax over channels, and all its pixels.
  ///
  /// - Parameter offset: second corner − first corner.
  static func overlap(_ first: Tensor, _ second: Tensor, offset: HW) -> [Double] {
    let size = HW(first.shape[2], first.shape[3])
    let (a, b) = (classes(first), classes(second))
    var (equal, all) = (0, 0)
    for row in (0..<size.height).clamped(to: offset.height..<size.height + offset.height) {
      for column in (0..<size.width).clamped(to: offset.width..<size.width + offset.width) {
        let other = (row - offset.height) * size.width + column - offset.width
        equal += a[row * size.width + column] == b[other] ? 1 : 0
        all += 1
      }
    }
    return [Double(equal), Double(all)]
  }

  /// The channel of the largest value at each pixel, the first one of equals.
  private static func classes(_ map: Tensor) -> [Int] {
    let area = map.shape[2] * map.shape[3]
    var best = [Int](repeating: 0, count: area)
    for channel in 1..<max(1, map.shape[1]) {
      for point in 0..<area
      where map.values[channel * area + point] > map.values[best[point] * area + point] {
        best[point] = channel
      }
    }
    return best
  }
}
