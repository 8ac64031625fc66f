public import MoireTensors

/// What theory cannot be held against.
public enum TheoremError: InputError, Equatable {
  /// There is nothing that subsamples.
  case noSites(network: String)
  /// The network's input is not a map `[C, H, W]`.
  case notAMap([Int])
  /// More shifts than the image has positions, or none.
  case shifts(HW, image: HW)
  /// The answer is not one value a class; its shape.
  case noClasses([Int])
  /// A file of gains that is not one; `reason` says what would be right.
  case response(path: String, reason: String)

  public var description: String {
    switch self {
    case .noSites(let network):
      "\(network) has no sampling site: it keeps its input's grid, and there is nothing to predict"
    case .notAMap(let shape):
      "the network takes [N, \(shape.map(String.init).joined(separator: ", "))]; the identities need"
        + " images [N, C, H, W]"
    case .shifts(let shifts, let image):
      "shifts of \(shifts.height)×\(shifts.width) positions: need 1 to \(image.height) down and 1 to"
        + " \(image.width) across, as many as the image has"
    case .noClasses(let shape):
      "the network answers with [N, \(shape.map(String.init).joined(separator: ", "))]; what shifts do"
        + " to a prediction needs one value for each of two or more classes"
    case .response(let path, let reason): "\(path): \(reason)"
    }
  }
}
