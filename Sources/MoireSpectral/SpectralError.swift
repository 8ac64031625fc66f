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
  /// A filter's parameter is missing or outside its range.
  case invalidParameter(filter: String, reason: String)
  /// No filter has this specification.
  case unknownFilter(String)
  /// A response does not have one value for each bin.
  case invalidResponse(count: Int, expected: Int)
  /// A filter's axis has one tap or more, all of them finite.
  case invalidTaps(count: Int)
  /// A BlurPool that its convention does not know; the text names it.
  case blurRefused(String)
  /// A phase lies in 0 … stride − 1 on each axis.
  case invalidPhase(HW, stride: HW)
  /// A map is joined from all of its phases.
  case phaseCount(expected: Int, got: Int)
  /// Two spectra of unlike size or stride were to be added.
  case spectrumMismatch(HW, stride: HW, with: HW, otherStride: HW)
  /// An array holds another number of values than its sizes call for.
  case valueCount(expected: Int, count: Int)
  /// A share of energy lies in (0, 1].
  case invalidShare(Double)
  /// Sizes, or the factors up / down between them, must be at least 1 and fit the transform.
  case invalidResampling(from: HW, to: HW)
  /// A number is outside its range; the name begins the message.
  case outOfRange(String, value: String, allowed: String)
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
      "a filter has 1 tap or more, got \(taps)"
    case .invalidParameter(let filter, let reason):
      "filter '\(filter)': \(reason)"
    case .unknownFilter(let text):
      "'\(text)' is no filter; there are \(LowPass.grammar)"
    case .invalidResponse(let count, let expected):
      "a response of \(count) values cannot serve \(expected) bins"
    case .invalidTaps(let count):
      count == 0
        ? "a filter needs one tap or more on each axis, got none"
        : "a filter's taps must be finite numbers of single precision, one of \(count) is not"
    case .blurRefused(let reason):
      "\(reason): sizes must be 1 or more, timm takes 2 taps or more, composer odd numbers of taps"
    case .invalidPhase(let phase, let stride):
      "phase \(phase) does not exist at stride \(stride): each axis counts from 0 to its stride − 1"
    case .phaseCount(let expected, let got):
      "a map is joined from \(expected) phases, got \(got)"
    case .spectrumMismatch(let size, let stride, let other, let otherStride):
      "a spectrum of \(size) at stride \(stride) cannot take one of \(other) at stride"
        + " \(otherStride)"
    case .valueCount(let expected, let count):
      "expected \(expected) values, got \(count)"
    case .invalidShare(let share):
      "a share of energy is above 0 and at most 1, got \(share)"
    case .invalidResampling(let size, let target):
      "maps of \(size) cannot be resampled to or by \(target): sizes and factors must be 1 or more"
        + " and fit the transform"
    case .outOfRange(let name, let value, let allowed):
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
