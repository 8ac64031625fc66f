internal import CMoire
import MoireTensors

/// What a filter does before a subsampling by `stride` on both axes: the numbers to choose it by.
///
/// A is its zero-phase amplitude, 1 / (2 stride) the new Nyquist frequency; gains are linear. White
/// and 1/f noise are what stands before the filter, and every alias number is the share of the
/// energy *after* the filter that lies outside the new baseband.
public struct FilterResponse: Hashable, Sendable {
  public let filter: LowPass
  public let stride: Int
  /// The grid of ``gridAliasLine``, ``gridAliasPlane`` and ``pinkAlias``, in samples per axis.
  public let size: Int
  /// Nil for a filter that is defined by its response.
  public let taps: Int?
  /// |A(0)|.
  public let dcGain: Double
  /// |A| at the new Nyquist frequency.
  public let nyquistGain: Double
  /// max |A| from the new Nyquist frequency to ½ cycles per sample.
  public let stopBandGain: Double
  /// The highest ripple of |A| there; 0 where |A| only falls.
  public let sideLobeGain: Double
  /// Samples by which the causal filter is late, (n − 1) / 2; 0 without taps.
  public let groupDelay: Double
  /// Where the output stands against its sample with ⌊(n − 1) / 2⌋ taps before it, in samples: 0, or
  /// ½ for an even count.
  public let phase: Double
  /// What the answer to a step from 0 to 1 exceeds 1 by.
  public let overshoot: Double
  /// What becomes of a constant 1 at an edge when everything outside is 0, with ⌊(n − 1) / 2⌋ taps
  /// before the sample.
  public let edgeGain: Double
  /// The same in a corner.
  public let cornerGain: Double
  /// ∫ A² df, the equivalent noise bandwidth in cycles per sample: what is left of the variance of
  /// white noise on a line.
  public let noiseGainLine: Double
  /// Its square: the same on a plane.
  public let noiseGainPlane: Double
  /// White noise on an infinite line: share outside |f| < 1 / (2 stride).
  public let whiteAliasLine: Double
  /// White noise on an infinite plane: share outside the box.
  public let whiteAliasPlane: Double
  /// White noise on a DFT of ``size`` samples.
  public let gridAliasLine: Double
  /// White noise on a DFT of ``size`` × ``size`` samples.
  public let gridAliasPlane: Double
  /// 1/f noise on ``size`` × ``size`` samples: |X|² = 1 / (k_h² + k_w²), nothing at k = 0.
  public let pinkAlias: Double

  /// The report of a filter.
  ///
  /// - Parameters:
  ///   - stride: of the subsampling that follows, 1 or more.
  ///   - size: samples per axis of the finite grids, 1 or more.
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``, ``SpectralError/invalidFilter(taps:)``,
  ///   ``SpectralError/invalidParameter(filter:reason:)``.
  /// - Complexity: O(n²) for n taps, and O(size²).
  public init(_ filter: LowPass, stride: Int, size: Int = 224) throws(SpectralError) {
    guard stride > 0, size > 0 else {
      throw .invalidSize(size: HW(size, size), stride: HW(stride, stride))
    }
    var native = try filter.native(stride: stride)
    try filter.checkMemory(&native)
    var response = moire_response()
    let status = moire_filter_response(&response, &native, stride, size)
    guard status == .ok else { throw .status(status) }
    let count = moire_filter_tap_count(&native)
    self.filter = filter
    self.stride = stride
    self.size = size
    taps = count > 0 ? count : nil
    dcGain = response.dc_gain
    nyquistGain = response.nyquist_gain
    stopBandGain = response.stop_band_gain
    sideLobeGain = response.side_lobe_gain
    groupDelay = response.group_delay
    phase = response.phase
    overshoot = response.overshoot
    edgeGain = response.edge_gain
    cornerGain = response.corner_gain
    noiseGainLine = response.noise_gain
    noiseGainPlane = response.noise_gain_2d
    whiteAliasLine = response.alias
    whiteAliasPlane = response.alias_2d
    gridAliasLine = response.grid_alias
    gridAliasPlane = response.grid_alias_2d
    pinkAlias = response.pink_alias
  }

  /// 20 log₁₀ of a gain; nil for 0, which has no decibels.
  public static func decibels(gain: Double) -> Double? {
    guard gain > 0 else { return nil }
    return moire_decibel(gain * gain, 1)
  }
}

extension PowerSpectrum {
  /// Total, DC and alias energy that a filter would leave of this spectrum.
  ///
  /// - Throws: as ``LowPass/response(size:stride:)``.
  public func energies(after filter: LowPass) throws(SpectralError) -> PlaneEnergies {
    var rows = try filter.native(stride: stride.height)
    var columns = try filter.native(stride: stride.width)
    var energies = moire_energies()
    let status = withSpectrum { spectrum in
      moire_filter_spectrum_energies(&energies, &rows, &columns, &spectrum)
    }
    guard status == .ok else { throw .status(status) }
    return PlaneEnergies(energies)
  }
}
