public import MoireTensors

/// A parameter that a network under construction asks for.
public struct Parameter: Sendable, Hashable {
  /// The dotted name, as `layer1.0.conv1.weight`.
  public let name: String
  public let shape: [Int]
  /// How it begins where it is not loaded.
  public let initializer: Initializer

  public init(_ name: String, shape: [Int], initializer: Initializer) {
    self.name = name
    self.shape = shape
    self.initializer = initializer
  }
}

/// Where the parameters of a network come from.
///
/// A builder asks once for each parameter, in the order of the layers.
public protocol WeightSource {
  /// The values of a parameter, in its shape.
  ///
  /// - Throws: what is wrong with the values that were asked for.
  mutating func values(of parameter: Parameter) throws -> Tensor
}

/// Parameters drawn at random, each from a stream of its own: what a parameter begins with depends on
/// the seed and its name, not on what was asked for before.
public struct SeededWeights: WeightSource, Sendable {
  public let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  public func values(of parameter: Parameter) throws -> Tensor {
    var generator = SeededGenerator(seed: seed, Int(bitPattern: hash(of: parameter.name)))
    return try parameter.initializer.tensor(shape: parameter.shape, &generator)
  }

  /// FNV-1a, 64 bits.
  private func hash(of name: String) -> UInt {
    name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt($1)) &* 0x100_0000_01B3 }
  }
}

/// Zeros for every parameter: enough to look at shapes and costs, nothing is drawn.
public struct ZeroWeights: WeightSource, Sendable {
  public init() {}

  public func values(of parameter: Parameter) throws -> Tensor {
    try Tensor(shape: parameter.shape, repeating: 0)
  }
}
