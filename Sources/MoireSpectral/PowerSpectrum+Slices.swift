internal import CMoire
internal import MoireTensors

/// A line through DC, by the angle of (f_w, f_h).
public enum SpectrumSlice: CaseIterable, Hashable, Sendable {
  /// Along f_w: structure that varies from column to column.
  case degrees0
  /// f_h = f_w.
  case degrees45
  /// Along f_h.
  case degrees90
  /// f_h = −f_w.
  case degrees135

  var native: moire_slice {
    switch self {
    case .degrees0: ._0
    case .degrees45: ._45
    case .degrees90: ._90
    case .degrees135: ._135
    }
  }
}

/// Power of single bins along a slice, DC first.
public struct SliceProfile: Hashable, Sendable {
  /// |f| of each bin in cycles per sample: to ½ along the axes, to √½ on the diagonals.
  public let frequencies: [Double]
  /// |X|² of each bin.
  public let power: [Double]
}

extension PowerSpectrum {
  /// The bins along a line through DC, neither averaged nor interpolated.
  ///
  /// A diagonal takes at step r the bins nearest to r / max(H, W) cycles per sample on both axes.
  public func slice(_ slice: SpectrumSlice) -> SliceProfile {
    let length = moire_slice_length(size.height, size.width, slice.native)
    var power = [Double](repeating: 0, count: length)
    var frequencies = power
    let status = withSpectrum { moire_spectrum_slice(&power, &frequencies, &$0, slice.native) }
    precondition(status == .ok, "a valid spectrum has slices")
    return SliceProfile(frequencies: frequencies, power: power)
  }

  /// `[M_h][M_w]` as in ``FoldMap``: power folding onto an output bin over the power that belongs
  /// there, 0 where nothing folds, +∞ where something folds onto nothing; nil where the stride does
  /// not divide the size.
  public var aliasToSignal: [Double]? {
    guard isExact else { return nil }
    let box = HW(size.height / stride.height, size.width / stride.width)
    var ratio = [Double](repeating: 0, count: box.area)
    let status = withSpectrum { moire_spectrum_alias_to_signal(&ratio, &$0) }
    precondition(status == .ok, "a valid exact spectrum has alias-to-signal ratios")
    return ratio
  }

  /// `[H][W]` for display, DC at (H / 2, W / 2).
  public var centred: [Double] {
    var result = [Double](repeating: 0, count: size.area)
    let status = withSpectrum { moire_spectrum_centred(&result, &$0) }
    precondition(status == .ok, "a valid spectrum can be shown")
    return result
  }
}
