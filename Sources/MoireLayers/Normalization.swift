public import MoireTensors

/// `y = (x − μ)/√(σ² + ε) · scale + shift`, where μ and σ² are mean and population variance of a set of
/// values that contains x, image by image.
public struct Normalization: Sendable, Equatable {
  /// The set of values that share their statistics.
  public enum Kind: Sendable, Equatable {
    /// All channels of one position, or all values of a vector: layer norm with channels last.
    case layer
    /// All channels and positions of an image.
    case layerAll
    /// All positions of C/groups channels that follow each other.
    case group(Int)
    /// All positions of one channel.
    case instance
  }

  public var kind: Kind
  /// `[C]`, or none for 1.
  public var scale: Tensor?
  /// `[C]`, or none for 0.
  public var shift: Tensor?
  public var epsilon: Float

  public init(_ kind: Kind, scale: Tensor? = nil, shift: Tensor? = nil, epsilon: Float = 1e-5) {
    self.kind = kind
    self.scale = scale
    self.shift = shift
    self.epsilon = epsilon
  }
}

extension Normalization {
  func outputShape(of input: [Int]) throws -> [Int] {
    guard input.count == 3 || input.count == 1 else {
      throw ShapeMismatch("takes a map [C, H, W] or a vector [F], got shape \(input)")
    }
    for (name, tensor) in [("scale", scale), ("shift", shift)] {
      guard let tensor, tensor.shape != [input[0]] else { continue }
      throw ShapeMismatch("\(name) of shape \(tensor.shape), the input has \(input[0]) channels")
    }
    if case .group(let groups) = kind, groups < 1 || input[0] % groups != 0 {
      throw ShapeMismatch("\(input[0]) channels cannot be put into \(groups) equal groups")
    }
    if kind == .instance, input.count == 1 {
      throw ShapeMismatch("instance normalisation takes a map [C, H, W], got shape \(input)")
    }
    guard epsilon >= 0 else { throw ShapeMismatch("epsilon \(epsilon) must not be negative") }
    return input
  }

  /// The number of sets that the channels of one image fall into, where positions are in one set.
  func groups(of channels: Int) -> Int {
    switch kind {
    case .layer, .layerAll: 1
    case .group(let groups): groups
    case .instance: channels
    }
  }
}
