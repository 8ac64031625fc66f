public import MoireSpectral
public import MoireTensors

/// Any separable filter with subsampling: a wavelet's low-pass band, taps of a design of one's own.
public struct SeparablePooling: Sendable, Hashable {
  /// Down the height, and across the width.
  public var rows, columns: FilterAxis

  public init(rows: FilterAxis, columns: FilterAxis) {
    self.rows = rows
    self.columns = columns
  }

  /// The same filter on both axes.
  public init(_ axis: FilterAxis) { self.init(rows: axis, columns: axis) }

  public var stride: HW { HW(rows.stride, columns.stride) }
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
