internal import CMoire
public import MoireTensors

extension Polyphase {
  /// How a phase is chosen by its values over all channels together (adaptive polyphase sampling).
  public enum Criterion: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// The largest √Σ x².
    case l2
    /// The largest Σ |x|.
    case l1
    /// The largest max |x|.
    case lInfinity
    /// The largest max x, negative values counted as such.
    case nonAbsMax
    /// The smallest √Σ x².
    case l2Min
    /// The smallest Σ |x|.
    case l1Min

    public var description: String { rawValue }

    var native: moire_phase_criterion {
      switch self {
      case .l2: .l2
      case .l1: .l1
      case .lInfinity: .l_infinity
      case .nonAbsMax: .non_abs_max
      case .l2Min: .l2_min
      case .l1Min: .l1_min
      }
    }
  }

  /// The phase chosen for one image.
  public struct Choice: Hashable, Sendable {
    public let phase: HW
    /// What each phase was judged by, in the order of ``Polyphase/phases``: a norm or a maximum.
    public let values: [Double]
  }

  /// Chooses a phase for each image of maps `[N, C, H, W]`.
  ///
  /// Sums are compensated, so a value does not depend on the order of the samples. Of equal values the
  /// first phase is taken; phases without samples are left out. Where the strides divide the size, a
  /// circular shift of the map by t moves the choice d to (d − t) mod s, unless values are equal.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``, ``SpectralError/notFinite(plane:)``.
  public func choose(
    _ maps: Tensor, by criterion: Criterion = .l2
  ) throws(SpectralError) -> [Choice] {
    try check(maps, size: size)
    var result: [Choice] = []
    for image in 0..<maps.shape[0] {
      result.append(try choose(maps, image: image, by: criterion))
    }
    return result
  }

  private func choose(
    _ maps: Tensor, image: Int, by criterion: Criterion
  ) throws(SpectralError) -> Choice {
    let channels = maps.shape[1]
    var measures = [moire_phase_measure](repeating: moire_phase_measure(), count: stride.area)
    var phases = native
    var status = maps.values.withUnsafeBufferPointer { values in
      var planes = moire_planes(
        data: channels > 0 ? values.baseAddress.map { $0 + image * channels * size.area } : nil,
        count: channels, plane_stride: size.area, row_stride: size.width, column_stride: 1)
      return moire_phase_measures(&measures, &planes, &phases)
    }
    guard status == .ok else {
      guard status == .not_finite, let index = maps.firstNonFinite else { throw .status(status) }
      throw .notFinite(plane: index / size.area)
    }
    var chosen = 0
    status = moire_phase_choose(&chosen, measures, measures.count, criterion.native)
    guard status == .ok else { throw .status(status) }
    return Choice(
      phase: HW(chosen / stride.width, chosen % stride.width),
      values: measures.map { measure in
        withUnsafePointer(to: measure) { moire_phase_value($0, criterion.native) }
      })
  }
}
