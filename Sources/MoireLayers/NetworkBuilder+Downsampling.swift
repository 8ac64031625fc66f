public import MoireTensors

/// How layers with a stride subsample.
public enum Downsampling: Sendable, Hashable {
  /// The operation itself keeps every s-th position: the usual network.
  case strided
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
  /// - Parameters:
  ///   - name: the layer's name; what a kind of downsampling adds stands in its scope.
  ///   - operation: adds the operation at the stride it is given.
  ///   - chain: adds the pointwise layers that follow it, such as a normalisation and an activation.
  /// - Throws: what the two throw.
  public mutating func downsample(
    _ name: String, by stride: HW, role: DownsamplingRole,
    operation: (inout NetworkBuilder, HW) throws -> Void,
    then chain: (inout NetworkBuilder) throws -> Void = { _ in }
  ) throws {
    switch downsampling {
    case .strided:
      try operation(&self, stride)
      try chain(&self)
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
