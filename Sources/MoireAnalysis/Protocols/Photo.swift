public import MoireImages
import MoireTensors

/// The picture behind an input, before it was resized and cropped: protocols that resize what they
/// cut need it.
public struct Photo: Sendable {
  /// In the channels of the network.
  public let image: Image
  /// What made the input of it.
  public let preprocessing: Preprocessing

  public init(_ image: Image, _ preprocessing: Preprocessing) {
    self.image = preprocessing.channels == 1 ? image.gray : image.rgb
    self.preprocessing = preprocessing
  }

  /// An image of any size, normalised: `[1, C, H, W]`.
  func tensor(of image: Image) throws -> Tensor {
    try Preprocessing(
      crop: image.size, channels: preprocessing.channels, resize: nil,
      divisor: preprocessing.divisor, mean: preprocessing.mean, std: preprocessing.std
    ).tensor(of: image)
  }

  /// What pixel value 0 becomes in each channel.
  var black: [Float] {
    zip(preprocessing.mean, preprocessing.std).map { (0 - Float($0)) / Float($1) }
  }

  /// The pixels that the network sees of the unshifted image.
  var plain: Image {
    get throws {
      try preprocessing.resized(image).centerCropped(to: preprocessing.crop)
    }
  }

  /// The photo's size with its shorter (or its longer) side at `side`, the other one rounded.
  func size(shorterSide side: Int) -> HW { scaled(side, by: min(image.height, image.width)) }
  func size(longerSide side: Int) -> HW { scaled(side, by: max(image.height, image.width)) }

  private func scaled(_ side: Int, by reference: Int) -> HW {
    func length(_ value: Int) -> Int {
      max(1, Int((Double(value) * Double(side) / Double(reference)).rounded()))
    }
    return HW(length(image.height), length(image.width))
  }
}
