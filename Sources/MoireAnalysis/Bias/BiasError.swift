public import MoireTensors

/// What keeps a table of boxes from being tested.
public enum BiasError: InputError, Equatable {
  case empty(file: String)
  case column(file: String, wanted: String, header: [String])
  case row(file: String, line: Int, reason: String)
  /// No class has boxes enough.
  case few(least: Int, most: Int)

  public var description: String {
    switch self {
    case .empty(let file): "\(file): the table holds no box"
    case .column(let file, let wanted, let header):
      "\(file): the header names no column '\(wanted)'; it has " + header.joined(separator: ", ")
    case .row(let file, let line, let reason): "\(file), line \(line): \(reason)"
    case .few(let least, let most):
      "no class has the \(least) boxes that a test asks for, the largest has \(most)"
    }
  }
}
