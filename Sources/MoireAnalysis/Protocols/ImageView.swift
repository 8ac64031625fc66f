public import MoireTensors

/// One picture that a protocol shows a network, made of one image: what is moved, and by how much.
///
/// Equal views of an image are the same picture, so a network sees each of them once.
public enum ImageView: Hashable, Sendable {
  /// The image as the preprocessing makes it, with no shift.
  case plain
  /// x(n + d), circularly.
  case rolled(HW)
  /// The window at an offset of the image with its margin, ``AuditInput/wide``.
  case crop(HW)
  /// x(n + d), the network's input being 0 beyond the image.
  case zeroPadded(HW)
  /// x(n + d) of the periodic image, ideally interpolated.
  case fourier(Double, Double)
  /// x(n + d) by Lanczos-3, separable, the border reflected.
  case lanczos(Double, Double)
  /// A window of the original photo, resized to the network's input.
  case window(size: HW, offset: HW)
  /// A window of the original photo, resized, of which the network's input is cut at an offset.
  case resizedWindow(box: Box, size: HW, offset: HW)
  /// The image resized to a larger size, of which the network's input is cut at an offset.
  case enlarged(size: HW, offset: HW)
  /// The whole photo, resized and pasted on a canvas of the network's input size.
  case embedded(size: HW, offset: HW, background: Background)
  /// Turned about its centre, degrees anticlockwise, bilinear.
  case turned(Double)
  /// Enlarged about its centre by a factor, bilinear.
  case zoomed(Double)

  /// A rectangle of pixels.
  public struct Box: Hashable, Sendable {
    public var size, offset: HW

    public init(size: HW, offset: HW) {
      self.size = size
      self.offset = offset
    }
  }

  /// What stands around an embedded photo.
  public enum Background: String, Hashable, Sendable {
    /// Pixel value 0.
    case black
    /// The network's input is 0: the mean of the normalisation, as in Azulay and Weiss's code.
    case gray
    /// Azulay and Weiss's inpainting, see ``Inpainting``.
    case inpainted
  }

  /// The rolled view of an input of `size`; a whole number of turns is ``plain``.
  static func rolled(by shift: HW, size: HW) -> ImageView {
    let reduced = (shift % size + size) % size
    return reduced == 0 ? .plain : .rolled(reduced)
  }
}
