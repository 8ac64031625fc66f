internal import CMoire
public import MoireTensors

/// Power |X|² summed over planes, as a half-spectrum, with the stride it is judged by.
///
/// Cost: every property is one pass over the bins.
public struct PowerSpectrum: Hashable, Sendable {
  /// The transformed grid [H, W]: the map's size, twice that for the mirror boundary.
  public let size: HW
  public let stride: HW
  /// `[H][W / 2 + 1]` row by row; stored bins as they are, unnormalised and not doubled.
  public internal(set) var values: [Double]

  /// A spectrum without power.
  ///
  /// - Throws: ``SpectralError/invalidSize(size:stride:)``.
  public init(size: HW, stride: HW) throws(SpectralError) {
    let (bins, overflow) = size.height.multipliedReportingOverflow(by: size.width / 2 + 1)
    guard min(size.height, size.width, stride.height, stride.width) >= 1, !overflow else {
      throw .invalidSize(size: size, stride: stride)
    }
    self.size = size
    self.stride = stride
    self.values = [Double](repeating: 0, count: bins)
  }

  /// Adds the power of another spectrum of the same size and stride.
  ///
  /// - Throws: ``SpectralError/spectrumMismatch(_:stride:with:otherStride:)``.
  public mutating func add(_ other: PowerSpectrum) throws(SpectralError) {
    guard size == other.size, stride == other.stride else {
      throw .spectrumMismatch(size, stride: stride, with: other.size, otherStride: other.stride)
    }
    self += other
  }

  /// Adds the power of another spectrum.
  ///
  /// - Precondition: sizes and strides are equal.
  public static func += (left: inout PowerSpectrum, right: PowerSpectrum) {
    precondition(
      left.size == right.size && left.stride == right.stride,
      "\(left.size) at stride \(left.stride) += \(right.size) at stride \(right.stride)")
    for index in left.values.indices { left.values[index] += right.values[index] }
  }

  /// Whether the stride divides the size on both axes: the box then is a DFT's own.
  public var isExact: Bool {
    size.height.isMultiple(of: stride.height) && size.width.isMultiple(of: stride.width)
  }

  /// Total, DC and alias energy of the pool.
  public var energies: PlaneEnergies {
    withSpectrum { spectrum in
      var energies = moire_energies()
      let status = moire_spectrum_energies(&energies, &spectrum)
      precondition(status == .ok, "a valid spectrum has energies")
      return PlaneEnergies(energies)
    }
  }

  /// Σ outside the box / Σ, 0 … 1; 0 without energy.
  public var aliasFraction: Double { energies.aliasFraction }

  /// The same without DC in the denominator.
  public var aliasFractionAC: Double { energies.aliasFractionAC }

  /// The power after a filter: |X[k]|² |H[k_h]|² |H[k_w]|².
  ///
  /// - Throws: ``SpectralError/invalidFilter(taps:)``.
  public func filtered(by filter: LowPass) throws(SpectralError) -> PowerSpectrum {
    let rows = try filter.response(size: size.height, stride: stride.height)
    let columns = try filter.response(size: size.width, stride: stride.width)
    var result = self
    let half = size.width / 2 + 1
    for y in 0..<size.height {
      for x in 0..<half {
        let gain = rows[y] * columns[x]
        result.values[y * half + x] *= gain * gain
      }
    }
    return result
  }

  /// Calls the core with this spectrum; the initialiser has checked the sizes.
  func withSpectrum<Result>(_ body: (inout moire_spectrum) -> Result) -> Result {
    values.withUnsafeBufferPointer { power in
      var spectrum = moire_spectrum(
        power: power.baseAddress, height: size.height, width: size.width,
        stride_height: stride.height, stride_width: stride.width)
      return body(&spectrum)
    }
  }
}
