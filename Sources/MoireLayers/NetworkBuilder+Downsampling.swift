public import MoireSpectral
public import MoireTensors

/// How layers with a stride subsample.
public enum Downsampling: Sendable, Hashable {
  /// The operation itself keeps every s-th position: the usual network.
  case strided
  /// The operation at stride 1, what follows it pointwise, and a BlurPool of `filterSize` taps an axis;
  /// circular where the border is.
  case blur(filterSize: Int, convention: BlurPool.Convention = .zhang)
  /// The same with ideal low-pass pooling; maps count as periodic.
  case ideal
  /// The same under a taper, against ringing; `.rootHamming` is ASAP.
  case taperedIdeal(IdealPooling.Taper)
  /// The same with filters that the network chooses itself for every position and group of channels,
  /// which have parameters of their own; the groups must divide the channels. Filters are as in
  /// ``AdaptiveFilter``, reflecting at the border, or circular where that is.
  case contentAdaptive(
    filterSize: Int = 3, groups: Int = 8, scope: AdaptiveFilter.Scope = .group)
  /// The same with the phase that the criterion prefers for each image; a shortcut takes the decision
  /// of the branch beside it.
  case adaptivePolyphase(criterion: Polyphase.Criterion = .l2)
  /// The same with the phase that a small network of its own scores highest (learned polyphase sampling):
  /// two 3×3 convolutions with `hidden` channels between them see every phase alone, and the mean of their
  /// answer is its score. Training decides softly: ``TrainableNetwork/relax(temperature:seed:step:)``.
  case learnedPolyphase(hidden: Int = 16)
}

/// What stands around a map where a layer pads it.
public enum Border: String, Sendable, Hashable, CaseIterable {
  /// Zeros; for max-pools −∞.
  case zero
  /// The map itself, continued periodically.
  case circular

  /// How a padding is filled.
  public var mode: PaddingMode { self == .zero ? .constant(0) : .circular }
}

/// The part that a subsampling operation plays in its network.
public enum DownsamplingRole: Sendable, Hashable {
  /// A convolution of the main path; what follows it is its normalisation and activation.
  case convolution
  /// The projection beside a residual branch, which must stay in step with it.
  case shortcut
  case maxPool
  case averagePool
}

extension NetworkBuilder {
  /// Adds an operation that divides the sampling rate by `stride`: the one place where networks of
  /// this builder subsample, whatever their family.
  ///
  /// Where the downsampling filters, a shortcut is filtered before its operation, which is the same for
  /// a 1×1 convolution and cheaper, and a mean is replaced by the filter; sizes are as with strides.
  /// An ideal or polyphase pool reads a multiple of the stride: the map is continued at its end where
  /// the operation at stride 1 gives less.
  /// - Parameters:
  ///   - name: the layer's name; a filter is `NAME.blur`, `NAME.ideal` or `NAME.polyphase`, and a
  ///     content-adaptive one `NAME.adaptive.filter` with the parameters `NAME.adaptive.conv.weight`,
  ///     `NAME.adaptive.bn.weight` …; learned scores have the parameters `NAME.score.conv1.weight`,
  ///     `NAME.score.conv1.bias` and `NAME.score.conv2.weight`.
  ///   - operation: adds the operation at the stride it is given.
  ///   - chain: adds the pointwise layers that follow it, such as a normalisation and an activation.
  /// - Throws: what the two throw, and ``LayerError/incompatible(path:reason:)`` when a filter does not
  ///   fit or gives another size than the stride.
  public mutating func downsample(
    _ name: String, by stride: HW, role: DownsamplingRole,
    operation: (inout NetworkBuilder, HW) throws -> Void,
    then chain: (inout NetworkBuilder) throws -> Void = { _ in }
  ) throws {
    guard downsampling != .strided else {
      try operation(&self, stride)
      return try chain(&self)
    }
    let size = try sizeBehind(name, stride, operation)
    if role == .averagePool, let layer = filterLayer(stride), try fits(layer, size) {
      try append(name, layer)
      try chain(&self)
    } else if role == .averagePool, case .contentAdaptive = downsampling,
      size == HW(shape[1].divided(up: stride.height), shape[2].divided(up: stride.width))
    {
      try filter(name, stride)
      try chain(&self)
    } else if role == .shortcut {
      try extend(name, stride, from: mapSize(for: name), to: size, role)
      try filter(name, stride, sharesDecision: true)
      try operation(&self, 1)
      try chain(&self)
    } else {
      let dense = try sizeBehind(name, 1, operation)
      try extend(name, stride, from: dense, to: size, role)
      try operation(&self, 1)
      try chain(&self)
      try filter(name, stride)
    }
    guard try mapSize(for: name) == size else {
      throw LayerError.incompatible(
        path: path(name), reason: "gives \(shape) with its filter, its stride alone gives \(size)")
    }
  }

  /// Puts the periodic border before a pool, which knows only −∞ around it itself; in ceil mode also
  /// where its last window sticks out.
  mutating func borderPool(_ name: String, _ pool: inout Pooling) throws {
    guard border == .circular else { return }
    let (map, padding) = (try mapSize(for: name), pool.padding)
    var padded = padding
    if pool.ceilMode {
      let size = try? pool.outputShape(of: shape)
      guard let size else { return }  // the pool itself is refused with its reason
      let extent = pool.window.extent
      padded.bottom = max(
        padding.bottom,
        (size[1] - 1) * pool.stride.height + extent.height - map.height - padding.top)
      padded.right = max(
        padding.right, (size[2] - 1) * pool.stride.width + extent.width - map.width - padding.left)
    }
    pool.padding = 0
    pool.ceilMode = false
    if !padded.isZero { try append(name + ".pad", .pad(padded, .circular)) }
  }
}
