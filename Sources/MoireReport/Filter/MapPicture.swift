import MoireTensors

/// Makes pictures of the first image of a tensor: its three channels as red, green and blue, else its
/// first channel in gray.
struct MapPicture {
  /// The values that are black and white.
  var range: ClosedRange<Float>

  /// - Parameter window: the rows and columns to show; nil for all.
  func pixels(
    _ maps: Tensor, window: (rows: Range<Int>, columns: Range<Int>)? = nil
  ) -> Pixels {
    let (height, width) = (maps.shape[2], maps.shape[3])
    let rows = window?.rows ?? 0..<height
    let columns = window?.columns ?? 0..<width
    let planes = maps.shape[1] == 3 ? [0, 1, 2] : [0, 0, 0]
    var rgb: [UInt8] = []
    rgb.reserveCapacity(3 * rows.count * columns.count)
    for row in rows {
      for column in columns {
        for plane in planes {
          rgb.append(level(maps[(plane * height + row) * width + column]))
        }
      }
    }
    return Pixels(width: columns.count, height: rows.count, rgb: rgb)
  }

  private func level(_ value: Float) -> UInt8 {
    let span = range.upperBound - range.lowerBound
    let share = span > 0 ? (value - range.lowerBound) / span : 0.5
    return share.isFinite ? UInt8((255 * min(1, max(0, share))).rounded()) : 0
  }
}
