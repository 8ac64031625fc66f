/// An error whose cause lies in what the user handed in: a file, a shape, a value.
///
/// Its description is one sentence that names what is wrong, where, and what would be right. The
/// command line prints that sentence and ends with exit code 3; every other error ends with 1.
public protocol InputError: Error, CustomStringConvertible, Sendable {}

/// What can be wrong with a tensor or with a file that holds one.
public enum TensorError: InputError, Equatable {
  /// A dimension is negative, or the product of the dimensions overflows `Int`.
  case invalidShape([Int])
  /// The number of values is not the product of the dimensions.
  case countMismatch(shape: [Int], values: Int)
  /// Two shapes had to be equal.
  case shapeMismatch(what: String, expected: [Int], got: [Int])
  /// A file could not be read or written; the reason is the system's own.
  case file(path: String, reason: String)
  /// A `.npy` file does not hold what was asked for.
  case invalidNPY(path: String, reason: String)
  /// A `.npz` file, or one of its arrays, does not hold what was asked for.
  case invalidNPZ(path: String, reason: String)

  public var description: String {
    switch self {
    case .invalidShape(let shape):
      "shape \(shape) is not possible: dimensions must be 0 or more and their product must fit 64 bits"
    case .countMismatch(let shape, let values):
      "shape \(shape) needs \(shape.reduce(1, *)) values, got \(values)"
    case .shapeMismatch(let what, let expected, let got):
      "\(what): expected shape \(expected), got \(got)"
    case .file(let path, let reason):
      "\(path): \(reason)"
    case .invalidNPY(let path, let reason):
      "\(path): not a usable .npy file: \(reason)"
    case .invalidNPZ(let path, let reason):
      "\(path): not a usable .npz file: \(reason)"
    }
  }
}
