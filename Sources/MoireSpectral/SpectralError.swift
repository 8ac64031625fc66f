internal import CMoire
public import MoireTensors

/// What can be wrong with a request to the signal-processing core.
public enum SpectralError: InputError, Equatable {
  /// Sizes and strides must be at least 1 and small enough for their products to be counted.
  case invalidSize(size: HW, stride: HW)
  /// The Kaiser window takes 0 ≤ β ≤ 700.
  case invalidBeta(Double)
  /// A plane, counted over images and channels, holds a NaN, an infinity or an overflowing square.
  case notFinite(plane: Int)
  /// The identities hold only for periodic maps that the stride divides.
  case notExact(size: HW, stride: HW, boundary: Boundary)
  /// Maps of another size than the reader's, or not of rank 4.
  case mapMismatch(expected: HW, shape: [Int])
  /// A filter has at least one tap.
  case invalidFilter(taps: Int)
  /// Two spectra of unlike size or stride were to be added.
  case spectrumMismatch(HW, stride: HW, with: HW, otherStride: HW)
  /// Sizes, or the factors up / down between them, must be at least 1 and fit the transform.
  case invalidResampling(from: HW, to: HW)
  /// A number is outside its range; the name begins the message.
  case invalidParameter(String, value: String, allowed: String)
  /// Memory for a workspace could not be had.
  case outOfMemory(bytes: Int)
  /// Any other status of the C library, in its words.
  case library(String)

  public var description: String {
    switch self {
    case .invalidSize(let size, let stride):
      "maps of \(size) at stride \(stride) cannot be read: sizes and strides must be 1 or more and"
        + " fit the transform"
    case .invalidBeta(let beta):
      "Kaiser β \(beta) is outside 0 … 700"
    case .notFinite(let plane):
      "plane \(plane) holds values that are not finite"
    case .notExact(let size, let stride, let boundary):
      "the polyphase identity needs a periodic map that the stride divides, got \(size) at stride"
        + " \(stride), boundary \(boundary)"
    case .mapMismatch(let expected, let shape):
      "expected maps [N, C, \(expected.height), \(expected.width)], got shape \(shape)"
    case .invalidFilter(let taps):
      "a binomial filter has 1 tap or more, got \(taps)"
    case .spectrumMismatch(let size, let stride, let other, let otherStride):
      "a spectrum of \(size) at stride \(stride) cannot take one of \(other) at stride"
        + " \(otherStride)"
    case .invalidResampling(let size, let target):
      "maps of \(size) cannot be resampled to or by \(target): sizes and factors must be 1 or more"
        + " and fit the transform"
    case .invalidParameter(let name, let value, let allowed):
      "\(name) is \(value), must be \(allowed)"
    case .outOfMemory(let bytes):
      "no memory for a workspace of \(bytes) bytes"
    case .library(let message):
      "the signal-processing core reports: \(message)"
    }
  }

  /// Any status that has no case of its own.
  static func status(_ status: moire_status) -> SpectralError {
    .library(String(cString: moire_status_message(status)))
  }
}
