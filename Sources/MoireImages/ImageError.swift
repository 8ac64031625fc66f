public import MoireTensors

/// What can be wrong with an image, a file that holds one, or what is to be done with it.
public enum ImageError: InputError, Equatable {
  /// A file cannot be read; the reason is the system's own.
  case file(path: String, reason: String)
  /// The first bytes are neither those of a PNG nor of a JPEG.
  case unknownFormat(path: String, reason: String)
  /// The data end before the image does.
  case truncated(path: String, reason: String)
  /// The data contradict the format, or the format is of a kind that is not read.
  case undecodable(path: String, reason: String)
  /// The size is 0, negative or above ``Image/pixelLimit``.
  case size(path: String, reason: String)
  /// The number of values is not width · height · channels, or there are not 1 or 3 channels.
  case layout(width: Int, height: Int, channels: Int, values: Int)
  /// A crop that does not lie on the image.
  case crop(size: HW, offset: HW, image: HW)
  /// A preprocessing that cannot be: the text or the field, and why.
  case preprocessing(what: String, reason: String)
  /// An image could not be written as PNG.
  case encoding(reason: String)

  public var description: String {
    switch self {
    case .file(let path, let reason): "\(path): cannot be read: \(reason)"
    case .unknownFormat(let path, let reason): "\(path): neither PNG nor JPEG: \(reason)"
    case .truncated(let path, let reason): "\(path): the image is cut off: \(reason)"
    case .undecodable(let path, let reason): "\(path): the image cannot be decoded: \(reason)"
    case .size(let path, let reason): "\(path): the size is not possible: \(reason)"
    case .layout(let width, let height, let channels, let values):
      """
      an image of \(height)×\(width) with \(channels) channels and \(values) values: need positive \
      sizes, 1 or 3 channels and height·width·channels values
      """
    case .crop(let size, let offset, let image):
      """
      a crop of \(size) at offset (\(offset.height), \(offset.width)) leaves the \(image) image: \
      offsets go from (0, 0) to \
      (\(max(0, image.height - size.height)), \(max(0, image.width - size.width)))
      """
    case .preprocessing(let what, let reason): "preprocessing '\(what)': \(reason)"
    case .encoding(let reason): "the image cannot be written as PNG: \(reason)"
    }
  }
}
