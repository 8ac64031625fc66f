import Foundation
import MoireTensors

/// A change that an image may suffer, with a strength: small counterparts of those of Hendrycks and
/// Dietterich (2019), for images of some tens of pixels.
///
/// The amount 0 leaves an image as it is. What is random (noise, directions, signs) comes from a seed.
public enum Corruption: String, Sendable, Hashable, CaseIterable, Codable {
  /// Gaussian noise; the amount is σ as a share of full scale.
  case noise
  /// A Gaussian blur; σ in pixels, the border repeated.
  case blur
  /// Every pixel brighter by a share of full scale.
  case brightness
  /// Every pixel nearer to the image's mean: (x − m)(1 − amount) + m.
  case contrast
  /// Reduced to 1 − amount of its size by area means, and back by nearest neighbours.
  case pixelate
  /// JPEG's quantisation at quality 100 − amount, each channel as luminance.
  case jpeg
  /// Moved by so many pixels in a direction of its own, over black.
  case translate
  /// Turned by so many degrees one way or the other, over black.
  case rotate
  /// Larger or smaller by exp(± amount), over black.
  case scale
  /// Sheared along one of the axes by ± amount, over black.
  case shear

  /// The amounts of the severities 1 … 5.
  public var severities: [Double] {
    switch self {
    case .noise: [0.04, 0.08, 0.12, 0.18, 0.26]
    case .blur: [0.4, 0.6, 0.8, 1.0, 1.4]
    case .brightness: [0.05, 0.1, 0.15, 0.2, 0.3]
    case .contrast: [0.25, 0.5, 0.6, 0.7, 0.85]
    case .pixelate: [0.1, 0.25, 0.4, 0.5, 0.6]
    case .jpeg: [20, 35, 50, 70, 85]
    case .translate: [1, 2, 3, 4, 5]
    case .rotate: [5, 10, 15, 20, 30]
    case .scale: [0.05, 0.1, 0.15, 0.25, 0.4]
    case .shear: [0.05, 0.1, 0.15, 0.25, 0.4]
    }
  }

  /// How much a frame of a perturbation sequence adds to the one before; a sequence of noise has fresh
  /// noise of this σ in every frame.
  public var step: Double {
    switch self {
    case .noise: 0.04
    case .blur: 0.08
    case .brightness: 0.02
    case .contrast: 0.04
    case .pixelate: 0.05
    case .jpeg: 7
    case .translate: 0.5
    case .rotate: 2
    case .scale, .shear: 0.02
    }
  }

  /// The amount in a frame of a sequence, from 0 on.
  public func amount(inFrame frame: Int) -> Double {
    self == .noise ? step : step * Double(frame)
  }

  /// Changes an image `[C, H, W]` of pixels from 0 to 255 in place.
  ///
  /// - Parameters:
  ///   - direction: decides directions and signs, the same for all frames of a sequence.
  ///   - generator: gives the noise.
  func apply(
    _ image: inout [Float], _ shape: [Int], amount: Double, direction: SeededGenerator,
    _ generator: inout SeededGenerator
  ) {
    guard amount != 0 else { return }
    var direction = direction
    switch self {
    case .noise:
      for index in image.indices { image[index] += Float(255 * amount * generator.normal()) }
    case .brightness:
      for index in image.indices { image[index] += Float(255 * amount) }
    case .contrast: flatten(&image, shape, amount)
    case .blur: Planes(shape).blur(&image, sigma: amount)
    case .pixelate: Planes(shape).pixelate(&image, share: 1 - amount)
    case .jpeg: BlockQuantisation(quality: Int(100 - amount)).apply(&image, shape)
    case .translate, .rotate, .scale, .shear:
      Planes(shape).resample(&image, movement(amount, &direction))
    }
    for index in image.indices { image[index] = min(max(image[index], 0), 255) }
  }

  private func flatten(_ image: inout [Float], _ shape: [Int], _ amount: Double) {
    let size = shape[1] * shape[2]
    for channel in 0..<shape[0] {
      let range = channel * size..<(channel + 1) * size
      let mean = image[range].reduce(0, +) / Float(size)
      for index in range { image[index] = (image[index] - mean) * Float(1 - amount) + mean }
    }
  }

  /// From places of the result to places of the image, about the centre.
  private func movement(_ amount: Double, _ direction: inout SeededGenerator) -> Movement {
    let sign = direction.integer(in: 0..<2) == 0 ? -1.0 : 1
    switch self {
    case .translate:
      let angle = 2 * .pi * direction.uniform()
      return Movement(down: amount * sin(angle), right: amount * cos(angle))
    case .rotate:
      let angle = sign * amount * .pi / 180
      return Movement(rows: (cos(angle), -sin(angle)), columns: (sin(angle), cos(angle)))
    case .scale:
      let factor = exp(sign * amount)
      return Movement(rows: (factor, 0), columns: (0, factor))
    default:
      return direction.integer(in: 0..<2) == 0
        ? Movement(rows: (1, sign * amount)) : Movement(columns: (sign * amount, 1))
    }
  }
}
