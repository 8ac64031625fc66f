internal import CMoire
public import MoireTensors

/// Which bins of the subsampled spectrum aliasing falls on.
public struct FoldMap: Hashable, Sendable {
  /// The subsampled size [M_h, M_w].
  public let size: HW
  /// `[M_h][M_w]` from k = 0 up, without fftshift: |X_0[k]|², the power that belongs there.
  public let inBand: [Double]
  /// `[M_h][M_w]`: Σ_{m ≠ 0} |X[k + mM]|², the power that folds onto it.
  public let folded: [Double]
}

/// Power per ring of spatial frequency.
public struct RadialProfile: Hashable, Sendable {
  /// |f| of each ring in cycles per sample, 0 … √½.
  public let frequencies: [Double]
  /// Power of the full spectrum's bins nearest to the ring.
  public let power: [Double]
  /// The number of those bins.
  public let bins: [Int]
}

extension PowerSpectrum {
  /// `[H][W]` in DFT order: the stored half with its mirror image |X[−k]|² = |X[k]|².
  public var full: [Double] {
    let half = size.width / 2 + 1
    var result: [Double] = []
    result.reserveCapacity(size.area)
    for y in 0..<size.height {
      let mirrored = (size.height - y) % size.height
      for x in 0..<size.width {
        result.append(x < half ? values[y * half + x] : values[mirrored * half + size.width - x])
      }
    }
    return result
  }

  /// In-band and folding power per output bin; nil where the stride does not divide the size.
  public var foldMap: FoldMap? {
    guard isExact else { return nil }
    let box = HW(size.height / stride.height, size.width / stride.width)
    var inBand = [Double](repeating: 0, count: box.area)
    var folded = inBand
    let status = withSpectrum { moire_spectrum_fold(&inBand, &folded, &$0) }
    precondition(status == .ok, "a valid exact spectrum folds")
    return FoldMap(size: box, inBand: inBand, folded: folded)
  }

  /// Σ |X|² at the non-zero multiples of the new sampling frequency, (H W)² times the variance that
  /// a global mean after the subsampling has over the shifts; nil where the stride does not divide.
  public var poolLeak: Double? {
    guard isExact else { return nil }
    var leak = 0.0
    let status = withSpectrum { moire_spectrum_pool_leak(&leak, &$0) }
    precondition(status == .ok, "a valid exact spectrum has a pool leak")
    return leak
  }

  /// Power and bin count per ring of |f|; the rings are 1 / max(H, W) apart.
  public var radialProfile: RadialProfile {
    let rings = moire_radial_rings(size.height, size.width)
    var power = [Double](repeating: 0, count: rings)
    var bins = [Int](repeating: 0, count: rings)
    let status = withSpectrum { moire_spectrum_radial(&power, &bins, &$0) }
    precondition(status == .ok, "a valid spectrum has a radial profile")
    let step = 1 / Double(max(size.height, size.width))
    return RadialProfile(
      frequencies: (0..<rings).map { Double($0) * step }, power: power, bins: bins)
  }

  /// 10 log₁₀(energy / reference) in dB; −∞ for energy 0.
  public static func decibels(_ energy: Double, relativeTo reference: Double) -> Double {
    moire_decibel(energy, reference)
  }
}
