public import MoireTensors

/// What keeps result files from being put beside each other.
public enum ComparisonError: InputError, Equatable {
  /// A file that is no result of `moire audit`, `moire shift` or `moire theorem`.
  case unreadable(file: String, reason: String)
  /// Something that must be equal is not; both values are named.
  case different(what: String, first: String, firstValue: String, file: String, value: String)
  /// The files have no place with a common metric.
  case nothingInCommon(first: String, file: String)

  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): \(reason)"
    case .different(let what, let first, let firstValue, let file, let value):
      "\(file) cannot be compared with \(first): \(what) '\(value)', not '\(firstValue)'"
    case .nothingInCommon(let first, let file):
      "\(file) cannot be compared with \(first): they have no protocol and no site in common"
    }
  }
}
