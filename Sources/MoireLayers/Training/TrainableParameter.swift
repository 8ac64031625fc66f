/// A parameter of a ``TrainableNetwork``, by name.
public struct TrainableParameter: Sendable, Hashable {
  /// What it does in its layer.
  public enum Role: String, Sendable, Hashable, CaseIterable {
    case weight
    case bias
    case normalizationScale
    case normalizationShift
    case runningMean
    case runningVariance
    /// Slopes of a PReLU.
    case slope

    /// Whether the loss has a gradient with respect to it.
    public var isTrained: Bool { self != .runningMean && self != .runningVariance }
  }

  /// The dotted path of the layer, as `layer1.0.conv1`.
  public let path: String
  /// The path with the parameter's own name, as `layer1.0.conv1.weight`.
  public let name: String
  public let role: Role
  public let shape: [Int]
  /// Whether weight decay is usual: for weights, not for biases and normalisations, nor for what only
  /// scores phases (Rojas-Gomez et al. 2022).
  public let isDecayed: Bool

  public var count: Int { shape.reduce(1, *) }
}
