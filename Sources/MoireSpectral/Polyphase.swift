internal import CMoire
public import MoireTensors

/// The s_h · s_w subsamplings of a map: phase d holds x(i · s_h + d_h, j · s_w + d_w).
///
/// Where a stride does not divide the size, phases are unequal: ⌈(N − d) / s⌉ samples. `wrapped` first
/// continues the map circularly to a multiple of the stride, so that all have ⌈N / s⌉. Only where the
/// strides divide the sizes does a circular shift of the map permute its phases.
public struct Polyphase: Hashable, Sendable {
  public let size: HW
  public let stride: HW
  public let wrapped: Bool

  /// - Throws: ``SpectralError/invalidSize(size:stride:)``.
  public init(size: HW, stride: HW, wrapped: Bool = false) throws(SpectralError) {
    guard min(size.height, size.width, stride.height, stride.width) >= 1,
      !stride.height.multipliedReportingOverflow(by: stride.width).overflow,
      !size.height.multipliedReportingOverflow(by: size.width).overflow
    else { throw .invalidSize(size: size, stride: stride) }
    self.size = size
    self.stride = stride
    self.wrapped = wrapped
  }

  /// All phases in the order of a split: d_h · s_w + d_w.
  public var phases: [HW] {
    (0..<stride.height).flatMap { row in (0..<stride.width).map { HW(row, $0) } }
  }

  /// The size of a phase, 0×0 for one without samples.
  ///
  /// - Throws: ``SpectralError/invalidPhase(_:stride:)``.
  public func size(of phase: HW) throws(SpectralError) -> HW {
    var result: HW = 0
    var native = native
    let status = moire_phase_size(
      &result.height, &result.width, &native, try index(of: phase))
    guard status == .ok else { throw .status(status) }
    return result
  }

  /// One phase of maps `[N, C, H, W]`.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``,
  ///   ``SpectralError/invalidPhase(_:stride:)``.
  public func take(_ phase: HW, of maps: Tensor) throws(SpectralError) -> Tensor {
    try check(maps, size: size)
    return try move(maps, phase: phase, from: size, to: try size(of: phase), moire_phase_take)
  }

  /// All phases of maps `[N, C, H, W]`, in the order of ``phases``.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``.
  public func split(_ maps: Tensor) throws(SpectralError) -> [Tensor] {
    var result: [Tensor] = []
    for phase in phases { result.append(try take(phase, of: maps)) }
    return result
  }

  /// The maps whose split gives these phases; what a wrapped phase holds beyond the map is dropped.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``,
  ///   ``SpectralError/phaseCount(expected:got:)``.
  public func join(_ parts: [Tensor]) throws(SpectralError) -> Tensor {
    guard let first = parts.first, parts.count == stride.area else {
      throw .phaseCount(expected: stride.area, got: parts.count)
    }
    for (phase, part) in zip(phases, parts) {
      try check(part, size: try size(of: phase))
      guard part.shape.prefix(2) == first.shape.prefix(2) else {
        throw .mapMismatch(expected: try size(of: phase), shape: part.shape)
      }
    }
    var result = try upsample(first, to: 0)
    for (phase, part) in zip(phases, parts).dropFirst() {
      try put(part, phase: phase, into: &result)
    }
    return result
  }

  /// Maps of ``size`` with the phase `phase` given and 0 elsewhere.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``,
  ///   ``SpectralError/invalidPhase(_:stride:)``.
  public func upsample(_ part: Tensor, to phase: HW) throws(SpectralError) -> Tensor {
    let from = try size(of: phase)
    try check(part, size: from)
    return try move(part, phase: phase, from: from, to: size, moire_phase_upsample)
  }
}
