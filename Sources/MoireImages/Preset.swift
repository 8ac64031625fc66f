/// Well-known maps from pixel values to numbers.
public enum Preset: String, Sendable, CaseIterable, Codable {
  /// (px/255 − (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225): torchvision's classifiers.
  case imagenet
  /// (px − 127) / 128: EfficientNet-Lite.
  case tf
  /// px/127.5 − 1, from −1 to 1.
  case tfPlusMinusOne = "tf-pm1"
  /// px/255, from 0 to 1.
  case none

  /// The numbers for a network of 1 or 3 channels; nil where the preset has none.
  func numbers(channels: Int) -> (divisor: Double, mean: [Double], std: [Double])? {
    func same(_ divisor: Double, _ mean: Double, _ std: Double) -> (Double, [Double], [Double]) {
      let count = max(channels, 0)
      return (divisor, Array(repeating: mean, count: count), Array(repeating: std, count: count))
    }
    switch self {
    case .imagenet:
      return channels == 3 ? (255, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]) : nil
    case .tf: return same(1, 127, 128)
    case .tfPlusMinusOne: return same(127.5, 1, 1)
    case .none: return same(255, 0, 1)
    }
  }
}
