public import MoireTensors

/// What theory cannot be held against.
public enum TheoremError: InputError, Equatable {
  /// There is nothing that subsamples.
  case noSites(network: String)
  /// The network's input is not a map `[C, H, W]`.
  case notAMap([Int])
  /// A file of gains that is not one; `reason` says what would be right.
  case response(path: String, reason: String)

  public var description: String {
    switch self {
    case .noSites(let network):
      "\(network) has no sampling site: it keeps its input's grid, and there is nothing to predict"
    case .notAMap(let shape):
      "the network takes [N, \(shape.map(String.init).joined(separator: ", "))]; the identities need"
        + " images [N, C, H, W]"
    case .response(let path, let reason): "\(path): \(reason)"
    }
  }
}
