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

  public init(stride: HW = 2, bandEdge: BandEdge = .drop) {
    self.stride = stride
    self.bandEdge = bandEdge
  }
}

/// Periodic maps resampled to any size by cropping their spectrum or padding it with zeros, gain 1.
public struct SpectralPooling: Sendable, Hashable {
  public var size: HW
  /// What becomes of the bin at the edge of the band on the way down.
  public var bandEdge: BandEdge

  public init(size: HW, bandEdge: BandEdge = .drop) {
    self.size = size
    self.bandEdge = bandEdge
  }
}

/// Which of the s_h · s_w phases of a map is kept, chosen by the map itself over all of its channels.
public struct PolyphaseDecision: Sendable, Hashable {
  public var stride: HW
  public var criterion: Polyphase.Criterion

  public init(stride: HW = 2, criterion: Polyphase.Criterion = .l2) {
    self.stride = stride
    self.criterion = criterion
  }
}

/// An activation without the aliasing it brings: ideal upsampling by `factor`, φ, ideal low-pass,
/// decimation, on periodic maps.
public struct FilteredFunction: Sendable, Hashable {
  /// φ.
  public enum Function: Sendable, Hashable {
    case activation(Activation)
    /// Σ_j coefficients[j] xʲ, lowest first; of degree 2 · factor − 1 or less it comes out free of
    /// aliasing.
    case polynomial([Double])
  }

  public var function: Function
  /// How much finer the grid is on which φ acts; 1 is φ alone.
  public var factor: Int

  public init(_ function: Function, factor: Int = 2) {
    self.function = function
    self.factor = factor
  }

  public init(_ activation: Activation, factor: Int = 2) {
    self.init(.activation(activation), factor: factor)
  }
}
