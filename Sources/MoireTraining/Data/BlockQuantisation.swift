import Foundation

/// What JPEG loses of gray pixels: the cosine transform of blocks of 8×8, its coefficients rounded to
/// multiples of the luminance table of the standard (Annex K), scaled by a quality as the common
/// encoders do.
struct BlockQuantisation {
  /// Steps by row and column of the coefficients.
  let steps: [Float]

  /// - Parameter quality: 1 … 100.
  init(quality: Int) {
    let quality = min(max(quality, 1), 100)
    let scale = quality < 50 ? 5000 / quality : 200 - 2 * quality
    steps = Self.luminance.map { Float(min(max(($0 * scale + 50) / 100, 1), 255)) }
  }

  private static let luminance = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69,
    56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104,
    113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
  ]

  /// Orthonormal: row k, sample n.
  private static let cosines: [Float] = (0..<64).map { index in
    let (k, n) = (index / 8, index % 8)
    let norm = (k == 0 ? 1.0 / 8 : 2.0 / 8).squareRoot()
    return Float(norm * cos(Double((2 * n + 1) * k) * .pi / 16))
  }

  /// Quantises an image `[C, H, W]` of pixels 0 … 255; the last row and column are repeated to whole
  /// blocks.
  func apply(_ image: inout [Float], _ shape: [Int]) {
    let (height, width) = (shape[1], shape[2])
    for channel in 0..<shape[0] {
      for top in stride(from: 0, to: height, by: 8) {
        for left in stride(from: 0, to: width, by: 8) {
          var block = [Float](repeating: 0, count: 64)
          for index in 0..<64 {
            let row = min(top + index / 8, height - 1)
            let column = min(left + index % 8, width - 1)
            block[index] = image[(channel * height + row) * width + column].rounded() - 128
          }
          block = quantised(block)
          for index in 0..<64 where top + index / 8 < height && left + index % 8 < width {
            let place = (channel * height + top + index / 8) * width + left + index % 8
            image[place] = min(max((block[index] + 128).rounded(), 0), 255)
          }
        }
      }
    }
  }

  private func quantised(_ block: [Float]) -> [Float] {
    var coefficients = transformed(block, isForward: true)
    for index in 0..<64 {
      coefficients[index] = (coefficients[index] / steps[index]).rounded() * steps[index]
    }
    return transformed(coefficients, isForward: false)
  }

  private func transformed(_ block: [Float], isForward: Bool) -> [Float] {
    func tap(_ k: Int, _ n: Int) -> Float { Self.cosines[isForward ? k * 8 + n : n * 8 + k] }
    var halfway = [Float](repeating: 0, count: 64)
    for row in 0..<8 {
      for k in 0..<8 {
        var sum: Float = 0
        for n in 0..<8 { sum += tap(k, n) * block[row * 8 + n] }
        halfway[row * 8 + k] = sum
      }
    }
    var result = halfway
    for column in 0..<8 {
      for k in 0..<8 {
        var sum: Float = 0
        for n in 0..<8 { sum += tap(k, n) * halfway[n * 8 + column] }
        result[k * 8 + column] = sum
      }
    }
    return result
  }
}
