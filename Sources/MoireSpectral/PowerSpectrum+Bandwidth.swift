internal import CMoire

/// How far a spectrum reaches, in cycles per sample; a subsampling by s keeps |f| up to 1 / (2s).
public struct Bandwidth: Hashable, Sendable {
  /// A frequency along the rows' axis and one along the columns' axis, each 0 … ½.
  public struct Axes: Hashable, Sendable {
    public var height: Double
    public var width: Double

    public init(height: Double, width: Double) {
      self.height = height
      self.width = width
    }
  }

  /// Smallest |f| per axis up to which the bins hold the asked share of the energy.
  public var containing: Axes
  /// The same of the radius √(f_h² + f_w²), 0 … √½.
  public var containingRadius: Double
  /// √(Σ f² |X|² / Σ |X|²) per axis; a flat spectrum up to c has c / √3.
  public var rms: Axes
  /// The same of the radius.
  public var rmsRadius: Double
  /// Equivalent noise bandwidth per axis: Σ P / (2 N max P) of the power summed over the other axis;
  /// a flat spectrum up to c has c.
  public var noise: Axes
}

extension PowerSpectrum {
  /// How far the pooled spectrum reaches.
  ///
  /// - Parameters:
  ///   - share: of the energy, in (0, 1].
  ///   - includingDC: count the mean too, which says nothing about bandwidth.
  /// - Returns: all 0 for a spectrum without energy.
  /// - Throws: ``SpectralError/invalidShare(_:)``; ``SpectralError/library(_:)`` where the energy is
  ///   not finite.
  public func bandwidth(
    share: Double = 0.95, includingDC: Bool = false
  ) throws(SpectralError) -> Bandwidth {
    guard share > 0, share <= 1 else { throw .invalidShare(share) }
    var found = moire_bandwidth()
    let status = withSpectrum {
      moire_spectrum_bandwidth(&found, &$0, share, includingDC ? .all : .variation)
    }
    guard status == .ok else { throw .status(status) }
    return Bandwidth(
      containing: .init(height: found.containing_height, width: found.containing_width),
      containingRadius: found.containing_radius,
      rms: .init(height: found.rms_height, width: found.rms_width),
      rmsRadius: found.rms_radius,
      noise: .init(height: found.noise_height, width: found.noise_width))
  }
}
