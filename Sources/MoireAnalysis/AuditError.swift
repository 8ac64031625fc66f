public import MoireTensors

/// What an audit cannot be made of.
public enum AuditError: InputError, Equatable {
  /// The network's input is not a map `[C, H, W]`.
  case notAMap([Int])

  public var description: String {
    switch self {
    case .notAMap(let shape):
      "the network takes [N, \(shape.map(String.init).joined(separator: ", "))]; an audit needs images "
        + "[N, C, H, W]"
    }
  }
}
