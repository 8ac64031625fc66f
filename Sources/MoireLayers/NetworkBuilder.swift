public import MoireTensors

/// Builds a ``Network`` layer by layer: sequences, residual blocks, parallel branches, dotted paths.
///
/// Layers are added behind the current value; ``shape`` is its shape. Names are relative to the scopes
/// they stand in and become paths, and a layer's parameters are named after its path:
///
/// ```swift
/// var builder = NetworkBuilder(name: "small", inputShape: [3, 32, 32], weights: SeededWeights(seed: 1))
/// try builder.scope("block") { block in
///   try block.residual {
///     try $0.convolution("conv1", channels: 3, kernel: 3, padding: 1) {
///       try $0.batchNormalization("bn1")      // block.bn1.weight, …
///       try $0.activation("relu", .relu)
///     }
///   }
/// }
/// let network = builder.network
/// ```
///
/// Every fall of the sampling rate goes through ``downsample(_:by:role:operation:then:)``.
public struct NetworkBuilder {
  /// What has been built; its output is the current value.
  public private(set) var network: Network
  /// Every parameter asked for so far, in order.
  public private(set) var parameters: [Parameter] = []
  /// Where parameters come from.
  public private(set) var weights: any WeightSource
  public let downsampling: Downsampling
  public let border: Border
  /// How layers begin that are not loaded.
  public var scheme: InitializationScheme

  private var scopes: [String] = []
  private var shapes: [[Int]]

  /// A network of no layers yet.
  ///
  /// - Parameters:
  ///   - inputShape: `[C, H, W]` of one image.
  ///   - downsampling: how the layers with a stride subsample.
  ///   - border: what stands around maps where a layer pads them.
  public init(
    name: String, inputShape: [Int], weights: any WeightSource,
    scheme: InitializationScheme = InitializationScheme(), downsampling: Downsampling = .strided,
    border: Border = .zero
  ) {
    network = Network(name: name, inputShape: inputShape)
    shapes = [inputShape]
    self.weights = weights
    self.scheme = scheme
    self.downsampling = downsampling
    self.border = border
  }

  /// The value that the next layer reads.
  public var value: Int { network.output }

  /// The shape of the current value for one image, `[C, H, W]` or `[F]`.
  public var shape: [Int] { shapes[value] }

  /// The shape of a value that was current before, for one image.
  ///
  /// - Precondition: `value` was current before.
  public func shape(of value: Int) -> [Int] { shapes[value] }

  /// The height and width of the current map.
  ///
  /// - Throws: ``LayerError/incompatible(path:reason:)`` when the current value is no map.
  public func mapSize(for name: String) throws -> HW {
    guard shape.count == 3 else {
      throw LayerError.incompatible(
        path: path(name), reason: "takes a map [C, H, W], got shape \(shape)")
    }
    return HW(shape[1], shape[2])
  }

  /// The dotted path of a name in the scopes around it.
  public func path(_ name: String) -> String { (scopes + [name]).joined(separator: ".") }

  // MARK: Structure

  /// Puts a name, which may have dots itself, before the paths of all layers that `body` adds.
  public mutating func scope(
    _ name: String, _ body: (inout NetworkBuilder) throws -> Void
  ) rethrows {
    scopes.append(name)
    defer { scopes.removeLast() }
    try body(&self)
  }

  /// The sum of a branch and a shortcut, which both read the current value.
  ///
  /// - Parameter shortcut: the identity where nothing is said.
  /// - Throws: what the layers throw, and ``LayerError`` when the shapes of the two differ.
  public mutating func residual(
    _ name: String = "add", shortcut: (inout NetworkBuilder) throws -> Void = { _ in },
    branch: (inout NetworkBuilder) throws -> Void
  ) throws {
    let start = value
    try branch(&self)
    let end = value
    network.output = start
    try shortcut(&self)
    try append(name, .add, inputs: [end, value])
  }

  /// The results of branches that all read the current value, along the channels.
  ///
  /// - Throws: what the layers throw, and ``LayerError`` when sizes differ.
  public mutating func concatenation(
    _ name: String = "concatenate", _ branches: (inout NetworkBuilder) throws -> Void...
  ) throws {
    let start = value
    let ends = try branches.map { branch in
      network.output = start
      try branch(&self)
      return value
    }
    try append(name, .concatenate, inputs: ends)
  }

  /// The product of the current map and a gate `[C, 1, 1]` or map that `gate` computes from it.
  public mutating func gated(
    _ name: String = "multiply", by gate: (inout NetworkBuilder) throws -> Void
  ) throws {
    let start = value
    try gate(&self)
    try append(name, .multiply, inputs: [start, value])
  }

  // MARK: Steps

  /// Adds any layer behind the current value, or behind others.
  ///
  /// - Returns: the value it gives.
  /// - Throws: ``LayerError/incompatible(path:reason:)`` when it does not fit its inputs.
  @discardableResult
  public mutating func append(
    _ name: String, _ layer: Layer, inputs: [Int]? = nil
  ) throws -> Int {
    let inputs = inputs ?? [value]
    do {
      shapes.append(try layer.outputShape(of: inputs.map { shapes[$0] }))
    } catch let mismatch as ShapeMismatch {
      throw LayerError.incompatible(path: path(name), reason: mismatch.reason)
    }
    return network.append(path(name), layer, inputs: inputs)
  }

  /// Asks the source for a parameter of a layer.
  ///
  /// - Throws: what the source throws, and ``LayerError/incompatible(path:reason:)`` when the source
  ///   gives another shape.
  public mutating func parameter(
    _ name: String, shape: [Int], _ initializer: Initializer
  ) throws -> Tensor {
    let parameter = Parameter(path(name), shape: shape, initializer: initializer)
    parameters.append(parameter)
    let values = try weights.values(of: parameter)
    guard values.shape == shape else {
      throw LayerError.incompatible(
        path: parameter.name, reason: "needs shape \(shape), its source gives \(values.shape)")
    }
    return values
  }
}
