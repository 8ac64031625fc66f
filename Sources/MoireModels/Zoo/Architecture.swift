public import MoireLayers
public import MoireTensors

/// A network of the literature, as a value: its plan without weights.
///
/// Parameter paths are those of torchvision (`layer1.0.conv1.weight`), so a checkpoint trained there
/// loads by name. ``Zoo`` lists the members; every family is a type whose members are static values:
///
/// ```swift
/// let network = try ResNet.resNet50.network(classes: 10, padding: .circular)
/// ```
public protocol Architecture: Sendable {
  /// The name in ``Zoo``, as `resnet50`.
  var name: String { get }
  /// The shape of one image it was made for, `[C, H, W]`.
  var usualInputShape: [Int] { get }
  /// The number of classes it was made for.
  var usualClasses: Int { get }
  /// How its layers begin.
  var initialization: InitializationScheme { get }
  /// Adds all its layers; the paths are relative to the builder's scope.
  func build(_ builder: inout NetworkBuilder, classes: Int) throws
}

extension Architecture {
  public var usualInputShape: [Int] { [3, 224, 224] }
  public var usualClasses: Int { 1000 }

  /// The network.
  ///
  /// - Parameters:
  ///   - inputSize: height and width of the images; what is usual for the architecture if `nil`.
  ///   - inputChannels: channels of the images; likewise.
  ///   - classes: length of the answer; likewise.
  ///   - downsampling: how every layer with a stride subsamples.
  ///   - padding: what stands around maps wherever the architecture pads them.
  ///   - weights: where the parameters come from.
  /// - Throws: ``ModelError/invalidArchitecture(name:reason:)`` for a number below 1, `LayerError` for
  ///   images that are too small, and what the source of the weights throws.
  public func network(
    inputSize: HW? = nil, inputChannels: Int? = nil, classes: Int? = nil,
    downsampling: Downsampling = .strided, padding: Border = .zero,
    weights: any WeightSource = SeededWeights(seed: 0)
  ) throws -> Network {
    try builder(inputSize, inputChannels, classes, downsampling, padding, weights).network
  }

  /// The network with the weights of a file, and what of the file was used.
  ///
  /// - Parameters:
  ///   - weights: tensors named after the parameters, with `prefix` in front.
  ///   - missing: where parameters come from that the file does not have; `nil`: it must have all.
  /// - Throws: as above, and ``ModelError/weights(network:file:reason:)`` naming parameters that are
  ///   missing or of another shape.
  public func network(
    inputSize: HW? = nil, inputChannels: Int? = nil, classes: Int? = nil,
    downsampling: Downsampling = .strided, padding: Border = .zero, weights file: Safetensors,
    prefix: String = "", missing: (any WeightSource)? = nil
  ) throws -> (network: Network, report: WeightReport) {
    let built = try builder(
      inputSize, inputChannels, classes, downsampling, padding,
      NamedWeights(file, prefix: prefix, missing: missing))
    // The builder holds the source it was given.
    guard let source = built.weights as? NamedWeights else {
      preconditionFailure("the source of weights changed its type")
    }
    let report = source.report
    if let reason = report.problem(allowingMissing: missing != nil) {
      throw ModelError.weights(network: name, file: file.label, reason: reason)
    }
    return (built.network, report)
  }

  /// Names and shapes of all parameters, in the order of the layers.
  ///
  /// - Throws: as ``network(inputSize:inputChannels:classes:downsampling:padding:weights:)``.
  public func parameters(inputChannels: Int? = nil, classes: Int? = nil) throws -> [Parameter] {
    try builder(nil, inputChannels, classes, .strided, .zero, ZeroWeights()).parameters
  }

  private func builder(
    _ inputSize: HW?, _ inputChannels: Int?, _ classes: Int?, _ downsampling: Downsampling,
    _ padding: Border, _ weights: any WeightSource
  ) throws -> NetworkBuilder {
    let size = inputSize ?? HW(usualInputShape[1], usualInputShape[2])
    let (channels, classes) = (inputChannels ?? usualInputShape[0], classes ?? usualClasses)
    guard size.height > 0, size.width > 0, channels > 0, classes > 0 else {
      throw ModelError.invalidArchitecture(
        name: name,
        reason: "\(classes) classes of \(channels)×\(size) images: every number must be 1 or more")
    }
    var builder = NetworkBuilder(
      name: name, inputShape: [channels, size.height, size.width], weights: weights,
      scheme: initialization, downsampling: downsampling, border: padding)
    try build(&builder, classes: classes)
    return builder
  }
}
