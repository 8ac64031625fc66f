public import MoireTensors

/// What is done to an image before a network sees it: resize, crop, and the map from pixel values to
/// numbers
///
///     value = (pixel / divisor − mean) / std
///
/// per channel, in single precision and in this order, so that the numbers equal those of
/// torchvision's `Resize`, `CenterCrop`, `ToTensor` and `Normalize`. The image is brought to
/// ``channels`` channels first.
public struct Preprocessing: Sendable, Equatable {
  /// The way an image is resized.
  public enum Interpolation: String, Sendable, Codable {
    /// ``Image/resized(to:)``: 8 bits, antialiased, in two passes.
    case bilinear = "bilinear antialiased 8-bit (Pillow)"
  }

  /// The name of the numbers: that of a ``Preset``, or `custom`.
  public let preset: String
  /// 1 (gray) or 3 (RGB).
  public let channels: Int
  /// The length of the shorter side after the resize; nil leaves images as they are.
  public let resize: Int?
  /// The way of the resize.
  public let interpolation: Interpolation
  /// The size of the crop, which is the input of the network.
  public let crop: HW
  /// What a pixel value from 0 to 255 is divided by first: 255 for values from 0 to 1.
  public let divisor: Double
  /// What is subtracted from a channel after the division.
  public let mean: [Double]
  /// What a channel is divided by last.
  public let std: [Double]

  /// A preprocessing from its numbers.
  ///
  /// - Parameters:
  ///   - crop: the input size of the network.
  ///   - channels: 1 or 3, the length of `mean` and of `std`.
  ///   - resize: the shorter side; nil for none.
  ///   - divisor: 255 where mean and std are meant for values from 0 to 1.
  ///   - mean: one number a channel.
  ///   - std: one number a channel, none of them 0.
  ///   - preset: the name under which the numbers are known.
  /// - Throws: ``ImageError/preprocessing(what:reason:)``.
  public init(
    crop: HW, channels: Int, resize: Int?, divisor: Double = 255, mean: [Double], std: [Double],
    preset: String = "custom"
  ) throws {
    self.preset = preset
    self.channels = channels
    self.resize = resize
    self.interpolation = .bilinear
    self.crop = crop
    self.divisor = divisor
    self.mean = mean
    self.std = std
    try validate()
  }

  /// The numbers of a preset for a network input of `crop`, resized to ``defaultResize(for:)``.
  ///
  /// - Throws: ``ImageError/preprocessing(what:reason:)`` when the preset has other channels.
  public init(_ preset: Preset, crop: HW, channels: Int = 3) throws {
    guard let (divisor, mean, std) = preset.numbers(channels: channels) else {
      throw ImageError.preprocessing(
        what: preset.rawValue,
        reason: "it has 3 channels, the network takes \(channels): give mean= and std=, or none")
    }
    try self.init(
      crop: crop, channels: channels, resize: Preprocessing.defaultResize(for: crop),
      divisor: divisor, mean: mean, std: std, preset: preset.rawValue)
  }

  /// The usual shorter side for an input size: 256/224 of its longer one, so 256 for 224×224 and 32
  /// for 28×28.
  public static func defaultResize(for crop: HW) -> Int {
    Int((Double(max(crop.height, crop.width)) * 256 / 224).rounded())
  }

  private func validate() throws {
    func refuse(_ what: String, _ reason: String) -> ImageError {
      .preprocessing(what: what, reason: reason)
    }
    guard channels == 1 || channels == 3 else {
      throw refuse("channels=\(channels)", "a network must take 1 or 3 channels")
    }
    try Image.check(crop, what: "preprocessing 'crop'")
    if let resize {
      guard resize > 0, resize <= Image.pixelLimit else {
        throw refuse("resize=\(resize)", "need 1 to \(Image.pixelLimit)")
      }
    }
    guard divisor.isFinite, Float(divisor) != 0, Float(divisor).isFinite else {
      throw refuse("divisor=\(divisor)", "need a finite number that is not 0")
    }
    for (name, numbers) in [("mean", mean), ("std", std)] {
      guard numbers.count == channels else {
        throw refuse("\(name)=\(list(numbers))", "need \(channels) numbers, one a channel")
      }
      guard numbers.allSatisfy({ Float($0).isFinite }) else {
        throw refuse("\(name)=\(list(numbers))", "need finite numbers")
      }
    }
    guard std.allSatisfy({ Float($0) != 0 }) else {
      throw refuse("std=\(list(std))", "a value is divided by it, it cannot be 0")
    }
  }
}

func list(_ numbers: [Double]) -> String {
  numbers.map { $0 == $0.rounded() && abs($0) < 1e15 ? String(Int($0)) : String($0) }
    .joined(separator: ",")
}
