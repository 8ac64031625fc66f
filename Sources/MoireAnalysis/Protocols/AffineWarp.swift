import Foundation
import MoireTensors

/// A rotation or a scaling of maps about their centre, bilinear.
///
/// Output p stands at c + A (p − c) of the source, c the centres, A = R(−θ)/f; beyond the source its
/// border is repeated. The identity copies.
struct AffineWarp: Sendable {
  let cosine, sine: Double

  /// - Parameter degrees: anticlockwise.
  init(degrees: Double) {
    let angle = degrees * .pi / 180
    (cosine, sine) = (cos(angle), sin(angle))
  }

  /// - Parameter factor: above 1 enlarges.
  init(factor: Double) { (cosine, sine) = (1 / factor, 0) }

  /// The middle `size` of the warped `[1, C, H, W]`.
  func callAsFunction(_ source: Tensor, size: HW) throws -> Tensor {
    let (height, width) = (source.shape[2], source.shape[3])
    let channels = source.shape[1]
    var result = [Float](repeating: 0, count: channels * size.area)
    // The crop in the middle starts at a whole pixel, as the unwarped input does.
    let origin = (
      ((Double(height - size.height) / 2).rounded(.toNearestOrEven)),
      ((Double(width - size.width) / 2).rounded(.toNearestOrEven))
    )
    let center = (Double(size.height - 1) / 2, Double(size.width - 1) / 2)
    source.values.withUnsafeBufferPointer { values in
      for row in 0..<size.height {
        for column in 0..<size.width {
          let (y, x) = (Double(row) - center.0, Double(column) - center.1)
          let vertical = Tap(cosine * y + sine * x + center.0 + origin.0, count: height)
          let horizontal = Tap(cosine * x - sine * y + center.1 + origin.1, count: width)
          for channel in 0..<channels {
            let plane = channel * height * width
            func line(_ row: Int) -> Double {
              let start = plane + row * width
              return Double(values[start + horizontal.first]) * (1 - horizontal.share)
                + Double(values[start + horizontal.second]) * horizontal.share
            }
            let value =
              line(vertical.first) * (1 - vertical.share) + line(vertical.second) * vertical.share
            result[channel * size.area + row * size.width + column] = Float(value)
          }
        }
      }
    }
    return try Tensor(shape: [1, channels, size.height, size.width], values: result)
  }

  /// The two samples around a position, and the share of the second.
  private struct Tap {
    let first, second: Int
    let share: Double

    init(_ position: Double, count: Int) {
      let inside = min(max(position, 0), Double(count - 1))
      first = Int(inside)
      second = min(first + 1, count - 1)
      share = inside - Double(first)
    }
  }
}
