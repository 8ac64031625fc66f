import MoireSpectral
import MoireTensors

/// The filters of ``NetworkBuilder/downsample(_:by:role:operation:then:)``.
extension NetworkBuilder {
  /// The size that an operation would give at a stride.
  func sizeBehind(
    _ name: String, _ stride: HW, _ operation: (inout NetworkBuilder, HW) throws -> Void
  ) throws -> HW {
    var trial = self
    try operation(&trial, stride)
    return try trial.mapSize(for: name)
  }

  /// The one layer that filters and subsamples; nil where it takes several.
  func filterLayer(_ stride: HW) -> Layer? {
    switch downsampling {
    case .strided: .subsample(stride: stride, offset: 0)
    case .blur(let taps, let convention):
      .blurPool(
        BlurPool(
          convention, filterSize: HW(stride.height > 1 ? taps : 1, stride.width > 1 ? taps : 1),
          stride: stride, padding: border == .circular ? .circular : nil))
    case .ideal: .idealPool(IdealPooling(stride: stride))
    case .taperedIdeal(let taper): .idealPool(IdealPooling(stride: stride, taper: taper))
    case .contentAdaptive, .adaptivePolyphase: nil
    }
  }

  /// Whether a layer behind the current map gives maps of a size.
  func fits(_ layer: Layer, _ size: HW) throws -> Bool {
    try layer.outputShape(of: [shape]) == [shape[0], size.height, size.width]
  }

  /// Continues the current map at its end by what the operation at stride 1, which gives `dense`,
  /// lacks for its filter to give `size`.
  mutating func extend(
    _ name: String, _ stride: HW, from dense: HW, to size: HW, _ role: DownsamplingRole
  ) throws {
    let isPeriodic =
      switch downsampling {
      case .blur, .contentAdaptive: false
      default: true
      }
    let missing = { (stride: Int, size: Int, dense: Int) in
      max(0, (isPeriodic ? stride * size : stride * (size - 1) + 1) - dense)
    }
    let padding = Padding(
      bottom: missing(stride.height, size.height, dense.height),
      right: missing(stride.width, size.width, dense.width))
    guard !padding.isZero else { return }
    let isPool = role == .maxPool || role == .averagePool
    let mode: PaddingMode = border == .zero && isPool ? .replicate : border.mode
    try append("\(name).extension", .pad(padding, mode))
  }

  /// Filters and subsamples the current map.
  mutating func filter(_ name: String, _ stride: HW, sharesDecision: Bool = false) throws {
    if case .adaptivePolyphase(let criterion) = downsampling {
      let map = value
      let shared = sharesDecision ? lastDecision(stride, shape) : nil
      let decision =
        try shared
        ?? append(
          "\(name).decision",
          .polyphaseDecision(PolyphaseDecision(stride: stride, criterion: criterion)))
      try append("\(name).polyphase", .polyphase(stride: stride), inputs: [map, decision])
    } else if case .contentAdaptive(let taps, let groups, let scope) = downsampling {
      let kernel = HW(stride.height > 1 ? taps : 1, stride.width > 1 ? taps : 1)
      let mode: PaddingMode = border == .circular ? .circular : .reflect
      let filter = AdaptiveFilter(
        kernel: kernel, groups: groups, scope: scope, paddingMode: mode)
      try self.scope("\(name).adaptive") { try $0.adaptiveFilter(filter, stride) }
    } else if let layer = filterLayer(stride) {
      let suffix = if case .blurPool = layer { "blur" } else { "ideal" }
      try append("\(name).\(suffix)", layer)
    }
  }

  /// Filters of the current map that a convolution of it and a normalisation predict, and every
  /// stride-th position.
  private mutating func adaptiveFilter(_ filter: AdaptiveFilter, _ stride: HW) throws {
    let map = value
    let (logits, overflow) = filter.groups.multipliedReportingOverflow(by: filter.kernel.area)
    guard filter.groups > 0, filter.kernel.area > 0, !overflow else {
      throw LayerError.incompatible(
        path: path("filter"),
        reason: "needs 1 group or more of filters of 1 tap or more, got \(filter.groups) of "
          + "\(filter.kernel)")
    }
    let weight = try parameter(
      "conv.weight", shape: [logits, shape[0], filter.kernel.height, filter.kernel.width],
      scheme.convolutionWeight)
    let (rows, columns) = (filter.kernel.height / 2, filter.kernel.width / 2)
    try append(
      "conv",
      .convolution(
        Convolution(
          weight: weight,
          padding: Padding(top: rows, left: columns, bottom: rows, right: columns),
          paddingMode: filter.paddingMode)))
    try batchNormalization("bn")
    try append("filter", .adaptiveFilter(filter), inputs: [map, value])
    try append("subsample", .subsample(stride: stride, offset: 0))
  }

  /// The last decision made on a map of the same size, which a branch beside this one has left.
  private func lastDecision(_ stride: HW, _ shape: [Int]) -> Int? {
    let index = network.nodes.lastIndex { node in
      guard case .polyphaseDecision(let layer) = node.layer, layer.stride == stride else {
        return false
      }
      return self.shape(of: node.inputs[0]).dropFirst() == shape.dropFirst()
    }
    return index.map { $0 + 1 }
  }
}
