import Foundation
public import MoireSpectral
public import MoireTensors

/// Ideal low-pass pooling of periodic maps by whole strides: M = ⌈N / s⌉ an axis, gain 1.
///
/// Where s divides N this is the ideal low-pass filter followed by keeping every s-th position; where
/// it does not, the spectrum is cropped to M bins all the same and output m stands at position m N / M.
public struct IdealPooling: Sendable, Hashable {
  public var stride: HW
  /// What becomes of the bin at the edge of the band, which an even M shares with its alias.
  public var bandEdge: BandEdge
  /// What the bins inside the band are weighted by.
  public var taper: Taper

  public init(stride: HW = 2, bandEdge: BandEdge = .drop, taper: Taper = .none) {
    self.stride = stride
    self.bandEdge = bandEdge
    self.taper = taper
  }

  /// Gains of the bins that are kept, against the ringing of a band that ends at once: centred on
  /// frequency 0 at every size, where the gain is 1. An axis that keeps its size is left alone.
  public enum Taper: String, Sendable, Hashable, CaseIterable {
    /// 1 up to the edge of the band.
    case none
    /// Hamming's window over the whole spectrum, its square root along each axis (Grabinski et al.
    /// 2023, ASAP): `√(0.54 + 0.46 cos 2πk/N)`, 0.73 at the edge of the band of stride 2.
    case rootHamming = "root-hamming"
    /// Hann's window over the band that is kept: `(1 + cos 2πk/M) / 2`, 0 at its edge.
    case hann

    /// The gain at frequency k, |k| ≤ M/2 cycles a period, of an axis of N positions that becomes M.
    public func gain(_ k: Int, from n: Int, to m: Int) -> Double {
      guard n != m else { return 1 }
      switch self {
      case .none: return 1
      case .rootHamming: return (0.54 + 0.46 * cos(2 * .pi * Double(k) / Double(n))).squareRoot()
      case .hann: return (1 + cos(2 * .pi * Double(k) / Double(m))) / 2
      }
    }
  }
}

extension IdealPooling {
  /// Pools all planes of `[N, C, H, W]`.
  package func callAsFunction(_ maps: Tensor) throws -> Tensor {
    let size = HW(maps.shape[2], maps.shape[3])
    let pooled = try pool(size: size)(maps)
    return try taper(size: size)?.apply(pooled) ?? pooled
  }

  /// The crop of the spectrum alone.
  func pool(size: HW) throws(SpectralError) -> IdealPool {
    try IdealPool(size: size, stride: stride, bandEdge: bandEdge)
  }

  /// The taper on the small map; nil where there is none.
  func taper(size: HW) throws(SpectralError) -> SpectralFilter? {
    guard taper != .none else { return nil }
    let output = HW(size.height.divided(up: stride.height), size.width.divided(up: stride.width))
    return try SpectralFilter(
      size: output, rows: gains(size.height, output.height, of: output.height),
      columns: gains(size.width, output.width, of: output.width))
  }

  /// The low-pass filter before the subsampling, for sizes that the stride divides.
  func denseFilter(size: HW) throws(SpectralError) -> SpectralFilter {
    try SpectralFilter(
      size: size, rows: response(size.height, stride.height),
      columns: response(size.width, stride.width))
  }

  private func response(_ size: Int, _ stride: Int) throws(SpectralError) -> [Double] {
    let band: [Double]
    switch bandEdge {
    case .drop: band = try LowPass.ideal.response(size: size, stride: stride)
    case .halve: band = try LowPass.idealHalving.response(size: size, stride: stride)
    case .keep:
      band = try LowPass.idealHalving.response(size: size, stride: stride).map { $0 > 0 ? 1 : 0 }
    }
    return zip(band, gains(size, size / stride, of: size)).map(*)
  }

  /// The taper at the bins of a spectrum of `bins`.
  private func gains(_ n: Int, _ m: Int, of bins: Int) -> [Double] {
    (0..<bins).map { taper.gain(2 * $0 > bins ? $0 - bins : $0, from: n, to: m) }
  }
}
