import MoireSpectral
public import MoireTensors

/// A place where a network subsamples by an integer stride.
///
/// The **dense map** of a site is the operation run at stride 1 with its trailing padding extended to
/// exactly `stride · outputSize` positions, the first one where the first output stands; every
/// stride-th position of it is an output. A pool over the whole map is no site.
///
/// A site that filters (a BlurPool, an ideal pool) runs its filter at stride 1; the map before it is
/// handed out as well. A polyphase site takes from its input, at any phase: the dense map is the
/// input. An ideal pool whose stride does not divide the size gives its M bins at s · M positions of
/// the same period.
public struct SamplingSite: Sendable, Equatable {
  /// What subsamples.
  public enum Operation: String, Sendable, Codable {
    case convolution
    case maxPool = "max-pool"
    case averagePool = "average-pool"
    case subsample
    case blurPool = "blur-pool"
    case separablePool = "separable-pool"
    case idealPool = "ideal-pool"
    /// At a phase that is decided for each image.
    case polyphase
  }

  /// The dotted path of the layer.
  public let path: String
  public let operation: Operation
  public let stride: HW
  /// The number of maps that are subsampled.
  public let channels: Int
  public let inputSize: HW
  public let denseSize: HW
  public let outputSize: HW
  /// Where output 0 stands, in input pixels per axis: d(k − 1)/2 − p for a window, 0 when it is
  /// centred on the first pixel, and 0 where the phase is decided for each image.
  public let phase: [Double]
  /// The product of the strides from the network's input up to and with this site; enlarging by a
  /// whole number undoes as much of it.
  public let cumulativeStride: HW
  /// The node that subsamples, in ``Network/nodes``.
  public let node: Int
  /// The unary pointwise nodes behind it, up to an add, a concatenation or a fork.
  public let chain: [Int]
  /// How many nodes of the chain belong to the affine normalisation before the first activation.
  public let affinePrefix: Int

  /// Whether there is an activation in the chain, and so a map before it.
  public var hasActivation: Bool { affinePrefix < chain.count }
}

extension Network {
  /// Every sampling site in order of execution.
  ///
  /// - Throws: what ``valueShapes()`` throws.
  public func samplingSites() throws -> [SamplingSite] {
    let shapes = try valueShapes()
    let consumers = consumers()
    var cumulative: [HW] = [1]
    var sites: [SamplingSite] = []
    for (index, node) in nodes.enumerated() {
      let input = node.inputs.first.map { shapes[$0] } ?? []
      let layer = node.layer.concrete(for: input)
      let stride = layer.stride
      let before = node.inputs.first.map { cumulative[$0] } ?? 1
      cumulative.append(layer.cumulativeStride(after: before))
      guard stride != 1, let operation = layer.samplingOperation, input.count == 3 else {
        continue
      }
      let (inputSize, output) = (HW(input[1], input[2]), shapes[index + 1])
      let outputSize = HW(output[1], output[2])
      if layer.coversWholeMap(inputSize), outputSize == 1 { continue }
      let chain = pointwiseChain(after: index, consumers)
      sites.append(
        SamplingSite(
          path: node.path, operation: operation, stride: stride, channels: output[0],
          inputSize: inputSize,
          denseSize: outputSize * stride,
          outputSize: outputSize, phase: layer.phase(of: inputSize),
          cumulativeStride: cumulative[index + 1],
          node: index, chain: chain, affinePrefix: affinePrefix(of: chain)))
    }
    return sites
  }

  /// The unary pointwise nodes after a node, each the only reader of the one before.
  private func pointwiseChain(after node: Int, _ consumers: [[Int]]) -> [Int] {
    var chain: [Int] = []
    var value = node + 1
    while value != output, consumers[value].count == 1, let next = consumers[value].first,
      nodes[next].layer.isUnaryPointwise
    {
      chain.append(next)
      value = next + 1
    }
    return chain
  }

  private func affinePrefix(of chain: [Int]) -> Int {
    chain.firstIndex {
      if case .batchNormalization = nodes[$0].layer { false } else { true }
    } ?? chain.count
  }
}

extension Layer {
  /// The subsampling factor; 1 for what keeps the grid.
  var stride: HW {
    switch self {
    case .convolution(let layer): layer.stride
    case .pooling(let layer): layer.stride
    case .subsample(let stride, _): stride
    case .blurPool(let layer): layer.stride
    case .separablePool(let layer): layer.stride
    case .idealPool(let layer): layer.stride
    case .polyphase(let stride): stride
    default: 1
    }
  }

  /// The cumulative stride of the result, where it is `before` for the input.
  func cumulativeStride(after before: HW) -> HW {
    let (stride, enlargement) = (stride, enlargement)
    let axis = { (before: Int, stride: Int, factor: Int) in
      (before % factor == 0 ? before / factor : before) * stride
    }
    return HW(
      axis(before.height, stride.height, enlargement.height),
      axis(before.width, stride.width, enlargement.width))
  }

  /// The whole number by which a layer makes the grid finer, else 1.
  private var enlargement: HW {
    switch self {
    case .transposedConvolution(let layer): layer.stride
    case .polyphaseUpsample(let stride): stride
    case .resize(let layer):
      if case .factors(let height, let width) = layer.target {
        HW(max(Int(exactly: height) ?? 1, 1), max(Int(exactly: width) ?? 1, 1))
      } else {
        1
      }
    default: 1
    }
  }

  /// The same layer, as one of a fixed geometry where the input's size allows that: adaptive pools of
  /// equal bins are pools, and a spectral pool by whole factors is an ideal one.
  func concrete(for input: [Int]) -> Layer {
    if case .spectralPool(let layer) = self, input.count == 3,
      let stride = layer.stride(from: HW(input[1], input[2]))
    {
      return .idealPool(IdealPooling(stride: stride, bandEdge: layer.bandEdge))
    }
    guard case .adaptivePooling(let operation, let size) = self, input.count == 3,
      input[1] % size.height == 0, input[2] % size.width == 0
    else { return self }
    if size == 1 { return .globalPooling(operation) }
    let bins = HW(input[1] / size.height, input[2] / size.width)
    return .pooling(Pooling(operation, kernel: bins, stride: bins))
  }

  var samplingOperation: SamplingSite.Operation? {
    switch self {
    case .convolution: .convolution
    case .pooling(let layer): layer.operation == .max ? .maxPool : .averagePool
    case .subsample: .subsample
    case .blurPool: .blurPool
    case .separablePool: .separablePool
    case .idealPool: .idealPool
    case .polyphase: .polyphase
    default: nil
    }
  }

  var isUnaryPointwise: Bool {
    switch self {
    case .activation, .prelu, .batchNormalization: true
    default: false
    }
  }

  func coversWholeMap(_ size: HW) -> Bool {
    let window: HW
    switch self {
    case .pooling(let layer): window = layer.kernel
    case .idealPool(let layer): window = layer.stride
    default: return false
    }
    return window.height >= size.height && window.width >= size.width
  }

  func phase(of size: HW) -> [Double] {
    switch self {
    case .convolution(let layer):
      Layer.phase(layer.kernel, layer.dilation, layer.padding)
    case .pooling(let layer):
      Layer.phase(layer.kernel, layer.dilation, layer.padding)
    case .subsample(_, let offset): [Double(offset.height), Double(offset.width)]
    case .separablePool(let layer):
      [layer.rows, layer.columns].map { axis -> Double in
        Double(axis.taps.count - 1) / 2 - Double(axis.lead)
      }
    case .blurPool(let layer):
      (try? layer.geometry(size: size)).map { [$0.rows.phase, $0.columns.phase] } ?? [0, 0]
    default: [0, 0]
    }
  }

  private static func phase(_ kernel: HW, _ dilation: HW, _ padding: Padding) -> [Double] {
    [
      Double(dilation.height * (kernel.height - 1)) / 2 - Double(padding.top),
      Double(dilation.width * (kernel.width - 1)) / 2 - Double(padding.left),
    ]
  }
}
