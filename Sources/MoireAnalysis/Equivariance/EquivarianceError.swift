public import MoireTensors

/// What keeps the distances of a network from being measured.
public enum EquivarianceError: InputError, Equatable {
  /// The network's input is not a map `[C, H, W]`.
  case notAMap([Int])
  /// No layer was chosen; `paths` are some of those there are.
  case noLayer(pattern: String?, paths: [String])
  /// Shifts that go beyond the image.
  case range(Int, size: HW)
  /// One map is larger than the memory for all.
  case memory(path: String, bytes: Int, limit: Int)

  public var description: String {
    switch self {
    case .notAMap(let shape):
      "the network takes [N, \(shape.map(String.init).joined(separator: ", "))]; shifts need images "
        + "[N, C, H, W]"
    case .noLayer(let pattern, let paths):
      if paths.isEmpty {
        "the network has no layer that gives a map: there is nothing to compare"
      } else if let pattern {
        "no layer's path matches '\(pattern)'; there are " + paths.joined(separator: ", ")
      } else {
        "the network has no sampling site and no block; choose layers by a pattern, there are "
          + paths.joined(separator: ", ")
      }
    case .range(let count, let size):
      "a range of \(count) shifts goes beyond the image of \(size): need 1 to "
        + "\(min(size.height, size.width))"
    case .memory(let path, let bytes, let limit):
      "the map of layer \(path) needs \((bytes + 999_999) / 1_000_000) MB and \(limit / 1_000_000) MB "
        + "are allowed"
    }
  }
}
