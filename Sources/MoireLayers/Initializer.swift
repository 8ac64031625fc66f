public import MoireTensors

/// The distribution a parameter is drawn from.
///
/// For weights `[out, in/groups, kh, kw]` or `[out, in]` the fan-in is the product of all dimensions
/// but the first, the fan-out that of all but the second.
public enum Initializer: Sendable, Hashable {
  /// The same value everywhere.
  case constant(Float)
  /// Mean 0.
  case normal(deviation: Double)
  /// Mean 0, redrawn beyond two deviations.
  case truncatedNormal(deviation: Double)
  /// −bound … bound.
  case uniform(bound: Double)
  /// Mean 0, variance 2/fan (He, Zhang, Ren and Sun 2015).
  case heNormal(Fan)
  /// ±√(6/fan-in): the same variance, uniform.
  case heUniform
  /// ±1/√fan-in, what torch draws where nothing else is said.
  case inverseRoot

  /// Which connections are counted.
  public enum Fan: Sendable, Hashable {
    case `in`
    case out
  }

  /// A tensor drawn from the distribution; it takes the generator's next numbers.
  ///
  /// - Throws: `TensorError.invalidShape`.
  public func tensor(shape: [Int], _ generator: inout SeededGenerator) throws -> Tensor {
    let count = try Tensor.count(of: shape)
    let fanIn = Double(max(1, shape.dropFirst().reduce(1, *)))
    let fanOut = Double(max(1, shape.prefix(1).reduce(1, *) * shape.dropFirst(2).reduce(1, *)))
    switch self {
    case .constant(let value): return try Tensor(shape: shape, repeating: value)
    case .normal(let deviation):
      return try Self.drawn(shape, count) { deviation * generator.normal() }
    case .truncatedNormal(let deviation):
      return try Self.drawn(shape, count) { deviation * Self.truncated(&generator) }
    case .heNormal(let fan):
      let deviation = (2 / (fan == .in ? fanIn : fanOut)).squareRoot()
      return try Self.drawn(shape, count) { deviation * generator.normal() }
    case .uniform(let bound):
      return try Self.drawn(shape, count) { bound * (2 * generator.uniform() - 1) }
    case .heUniform:
      return try Initializer.uniform(bound: (6 / fanIn).squareRoot()).tensor(
        shape: shape, &generator)
    case .inverseRoot:
      return try Initializer.uniform(bound: (1 / fanIn).squareRoot()).tensor(
        shape: shape, &generator)
    }
  }

  private static func truncated(_ generator: inout SeededGenerator) -> Double {
    while true {
      let value = generator.normal()
      if abs(value) <= 2 { return value }
    }
  }

  private static func drawn(
    _ shape: [Int], _ count: Int, _ next: () -> Double
  ) throws -> Tensor {
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count { buffer.initializeElement(at: index, to: Float(next())) }
      filled = count
    }
    return try Tensor(shape: shape, values: values)
  }
}

/// How the layers of a network begin; normalisations begin as scale 1, shift 0, mean 0, variance 1.
public struct InitializationScheme: Sendable, Hashable {
  public var convolutionWeight, linearWeight: Initializer
  /// `nil`: ±1/√fan-in of the weights.
  public var convolutionBias, linearBias: Initializer?

  public init(
    convolutionWeight: Initializer = .inverseRoot, convolutionBias: Initializer? = nil,
    linearWeight: Initializer = .inverseRoot, linearBias: Initializer? = nil
  ) {
    self.convolutionWeight = convolutionWeight
    self.convolutionBias = convolutionBias
    self.linearWeight = linearWeight
    self.linearBias = linearBias
  }
}
