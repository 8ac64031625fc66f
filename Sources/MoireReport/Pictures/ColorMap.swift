import Foundation

/// 256 colours whose lightness in OKLab rises in equal steps, so that equal steps of the value look
/// equal.
struct ColorMap: Sendable {
  /// Night violet over red to pale yellow, for levels in dB.
  static let level = ColorMap(hue: (290, 465), lightness: (0.14, 0.96), chroma: 0.19)
  /// Deep blue over green to pale yellow, for shares.
  static let share = ColorMap(hue: (275, 105), lightness: (0.22, 0.96), chroma: 0.14)

  private let table: [(red: UInt8, green: UInt8, blue: UInt8)]

  /// Hues in degrees at both ends; the chroma is what the middle reaches where sRGB has it.
  private init(hue: (Double, Double), lightness: (Double, Double), chroma: Double) {
    table = (0..<256).map { index in
      let position = Double(index) / 255
      let angle = (hue.0 + (hue.1 - hue.0) * position) * .pi / 180
      let level = lightness.0 + (lightness.1 - lightness.0) * position
      let wanted = chroma * (0.35 + 0.65 * sin(.pi * min(1, 0.12 + 0.85 * position)))
      return ColorMap.color(level, wanted, angle)
    }
  }

  /// The colour of a value 0…1; values beyond take the colour of the nearer end.
  func callAsFunction(_ value: Double) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let clamped = value.isFinite ? min(1, max(0, value)) : 0
    return table[Int((clamped * 255).rounded())]
  }

  /// The most chroma up to the wanted one that sRGB can show.
  private static func color(_ lightness: Double, _ chroma: Double, _ hue: Double)
    -> (red: UInt8, green: UInt8, blue: UInt8)
  {
    var (low, high) = (0.0, chroma)
    var best = linearRGB(lightness, 0, hue)
    for _ in 0..<24 {
      let middle = (low + high) / 2
      let candidate = linearRGB(lightness, middle, hue)
      if candidate.allSatisfy({ (0...1).contains($0) }) {
        (low, best) = (middle, candidate)
      } else {
        high = middle
      }
    }
    let bytes = best.map { UInt8((255 * encoded(min(1, max(0, $0)))).rounded()) }
    return (bytes[0], bytes[1], bytes[2])
  }

  /// OKLab to linear sRGB (B. Ottosson, 2020).
  private static func linearRGB(_ lightness: Double, _ chroma: Double, _ hue: Double) -> [Double] {
    let (a, b) = (chroma * cos(hue), chroma * sin(hue))
    let l = pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3)
    let m = pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3)
    let s = pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3)
    return [
      4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
      -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
      -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
    ]
  }

  private static func encoded(_ linear: Double) -> Double {
    linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055
  }
}
