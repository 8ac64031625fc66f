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
    case .contentAdaptive, .adaptivePolyphase, .learnedPolyphase: nil
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
    let map = value
    let shared = sharesDecision ? lastDecision(stride, shape) : nil
    if case .adaptivePolyphase(let criterion) = downsampling {
      let decision =
        try shared
        ?? append(
          "\(name).decision",
          .polyphaseDecision(PolyphaseDecision(stride: stride, criterion: criterion)))
      try append("\(name).polyphase", .polyphase(stride: stride), inputs: [map, decision])
    } else if case .learnedPolyphase(let hidden) = downsampling {
      let decision = try shared ?? learnedDecision(name, stride, hidden)
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

  /// A decision by learned scores of the current map's phases.
  ///
  /// On the whole map the convolutions are dilated by the stride: each phase meets itself alone, and all of
  /// them the same weights.
  private mutating func learnedDecision(_ name: String, _ stride: HW, _ hidden: Int) throws -> Int {
    guard hidden > 0 else {
      throw LayerError.incompatible(
        path: path(name), reason: "needs 1 hidden channel or more to score phases, got \(hidden)")
    }
    var decision = 0
    try scope("\(name).score") { builder in
      try builder.scorer(stride, hidden)
      let map = builder.value
      var scores: [Int] = []
      for row in 0..<stride.height {
        for column in 0..<stride.width {
          try builder.append(
            "phase", .subsample(stride: stride, offset: HW(row, column)), inputs: [map])
          scores.append(
            try builder.append("mean", .globalPooling(.average(includesPadding: false))))
        }
      }
      try builder.append("all", .concatenate, inputs: scores)
      try builder.append("scores", .flatten)
      decision = try builder.append("decision", .oneHotArgmax)
    }
    return decision
  }

  /// Two convolutions with a ReLU between them, from the current map to one of one channel.
  private mutating func scorer(_ stride: HW, _ hidden: Int) throws {
    let padding = Padding(
      top: stride.height, left: stride.width, bottom: stride.height, right: stride.width)
    func convolution(_ weight: Tensor, _ bias: Tensor? = nil) -> Layer {
      .convolution(
        Convolution(
          weight: weight, bias: bias, padding: padding, dilation: stride, paddingMode: .circular))
    }
    let first = try parameter(
      "conv1.weight", shape: [hidden, shape[0], 3, 3], scheme.convolutionWeight)
    let bias = try parameter("conv1.bias", shape: [hidden], .constant(0))
    try append("conv1", convolution(first, bias))
    try append("relu", .activation(.relu))
    let second = try parameter("conv2.weight", shape: [1, hidden, 3, 3], scheme.convolutionWeight)
    try append("conv2", convolution(second))
  }

  /// The last decision made on a map of the same size, which a branch beside this one has left.
  private func lastDecision(_ stride: HW, _ shape: [Int]) -> Int? {
    let taken = network.nodes.last { node in
      guard case .polyphase(stride) = node.layer else { return false }
      return self.shape(of: node.inputs[0]).dropFirst() == shape.dropFirst()
    }
    return taken?.inputs[1]
  }
}
