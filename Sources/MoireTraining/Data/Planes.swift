import Foundation

/// An affine map from places of a result to places of an image, both about their centre.
struct Movement {
  /// The image's row is rows.0 · row + rows.1 · column + down.
  var rows = (1.0, 0.0)
  var columns = (0.0, 1.0)
  var down = 0.0
  var right = 0.0
}

/// Resampling and filters of images `[C, H, W]`, plane by plane.
struct Planes {
  let channels, height, width: Int

  init(_ shape: [Int]) { (channels, height, width) = (shape[0], shape[1], shape[2]) }

  /// Bilinear, black beyond the image.
  func resample(_ image: inout [Float], _ movement: Movement) {
    let source = image
    let (middle, center) = (Double(height - 1) / 2, Double(width - 1) / 2)
    for row in 0..<height {
      for column in 0..<width {
        let (y, x) = (Double(row) - middle, Double(column) - center)
        let at = movement.rows.0 * y + movement.rows.1 * x + middle + movement.down
        let along = movement.columns.0 * y + movement.columns.1 * x + center + movement.right
        for channel in 0..<channels {
          image[(channel * height + row) * width + column] = value(source, channel, at, along)
        }
      }
    }
  }

  private func value(_ image: [Float], _ channel: Int, _ row: Double, _ column: Double) -> Float {
    guard row > -1, column > -1, row < Double(height), column < Double(width) else { return 0 }
    let (top, left) = (Int(row.rounded(.down)), Int(column.rounded(.down)))
    let (down, across) = (Float(row - Double(top)), Float(column - Double(left)))
    func pixel(_ row: Int, _ column: Int) -> Float {
      guard row >= 0, column >= 0, row < height, column < width else { return 0 }
      return image[(channel * height + row) * width + column]
    }
    let above = pixel(top, left) * (1 - across) + pixel(top, left + 1) * across
    let below = pixel(top + 1, left) * (1 - across) + pixel(top + 1, left + 1) * across
    return above * (1 - down) + below * down
  }

  /// A Gaussian of ⌈3σ⌉ taps on each side, divided by their sum, the border repeated.
  func blur(_ image: inout [Float], sigma: Double) {
    let reach = max(1, Int((3 * sigma).rounded(.up)))
    let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let sum = weights.reduce(0, +)
    let taps = weights.map { Float($0 / sum) }
    let source = image
    filter(source, &image, taps, reach, down: 0, across: 1)
    let halfway = image
    filter(halfway, &image, taps, reach, down: 1, across: 0)
  }

  private func filter(
    _ source: [Float], _ target: inout [Float], _ taps: [Float], _ reach: Int, down: Int,
    across: Int
  ) {
    for plane in 0..<channels {
      for row in 0..<height {
        for column in 0..<width {
          var sum: Float = 0
          for (index, tap) in taps.enumerated() {
            let step = index - reach
            let from = min(max(row + down * step, 0), height - 1)
            let at = min(max(column + across * step, 0), width - 1)
            sum += tap * source[(plane * height + from) * width + at]
          }
          target[(plane * height + row) * width + column] = sum
        }
      }
    }
  }

  /// Reduced to a share of the size by the means of areas, and back by nearest neighbours.
  func pixelate(_ image: inout [Float], share: Double) {
    let rows = cells(height, share)
    let columns = cells(width, share)
    let source = image
    for plane in 0..<channels {
      for down in rows {
        for across in columns {
          var sum = 0.0
          for (row, high) in down.weights {
            for (column, wide) in across.weights {
              sum += high * wide * Double(source[(plane * height + row) * width + column])
            }
          }
          for row in down.shown {
            for column in across.shown {
              image[(plane * height + row) * width + column] = Float(sum)
            }
          }
        }
      }
    }
  }

  /// The cells of an axis: the samples that a cell is the mean of, and the pixels that show it.
  private func cells(
    _ size: Int, _ share: Double
  ) -> [(weights: [(Int, Double)], shown: [Int])] {
    let count = max(1, Int((Double(size) * share).rounded()))
    let step = Double(size) / Double(count)
    return (0..<count).map { cell in
      let (from, to) = (Double(cell) * step, Double(cell + 1) * step)
      let weights = (0..<size).compactMap { index -> (Int, Double)? in
        let part = min(to, Double(index + 1)) - max(from, Double(index))
        return part > 1e-9 ? (index, part / step) : nil
      }
      return (weights, (0..<size).filter { ($0 * 2 + 1) * count / (2 * size) == cell })
    }
  }
}
