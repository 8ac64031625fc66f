internal import CMoire
public import MoireTensors

/// Ideal low-pass pooling of periodic maps by whole strides.
///
/// The spectrum is cropped, centred at every size, to M = ⌈N / s⌉ bins an axis and transformed back
/// with gain 1: where s divides N, the ideal low-pass filter followed by keeping every s-th sample.
/// Where it does not, output m stands at input position m N / M. Constants keep their value.
public struct IdealPool: Sendable {
  public let size: HW
  public let stride: HW
  public let bandEdge: BandEdge
  let core: ResamplingCore

  /// The size of what comes out, ⌈size / stride⌉.
  public var outputSize: HW { core.outputSize }

  /// - Throws: ``SpectralError/invalidSize(size:stride:)``.
  public init(size: HW, stride: HW, bandEdge: BandEdge = .drop) throws(SpectralError) {
    guard min(size.height, size.width, stride.height, stride.width) >= 1 else {
      throw .invalidSize(size: size, stride: stride)
    }
    self.size = size
    self.stride = stride
    self.bandEdge = bandEdge
    core = try ResamplingCore(
      inputSize: size, refused: .invalidSize(size: size, stride: stride)
    ) { made in
      var options = moire_ideal_pool_options()
      options.height = size.height
      options.width = size.width
      options.stride_height = stride.height
      options.stride_width = stride.width
      options.band_edge = bandEdge.native
      return moire_ideal_pool_create(made, &options)
    }
  }

  /// Pools all planes of `[N, C, H, W]`; a plane that is not finite comes out not finite.
  ///
  /// - Throws: ``SpectralError/mapMismatch(expected:shape:)``.
  public func callAsFunction(
    _ maps: Tensor, threads: Int = 1
  ) throws(SpectralError) -> Tensor {
    try core.apply(maps, threads: threads)
  }
}
