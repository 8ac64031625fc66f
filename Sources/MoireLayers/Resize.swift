public import MoireTensors

/// Maps interpolated at other positions, without a filter against aliasing.
///
/// Position i of an axis of M reads the input around x(i); see ``Coordinates``. Samples beyond the
/// border are those at the border.
public struct Resize: Sendable, Equatable {
  /// How large the result is.
  public enum Target: Sendable, Equatable {
    case size(HW)
    /// M = ⌊N·factor⌋ on each axis; the factors as given, not M/N, also set the positions.
    case factors(height: Double, width: Double)
  }

  public enum Mode: Sendable, Equatable {
    case nearest(Rounding)
    /// Between the 2 neighbours on each axis.
    case bilinear
    /// Between 4 neighbours on each axis, with Keys' cubic of this coefficient; −0.75 is usual.
    case bicubic(coefficient: Double)
  }

  /// Which neighbour is the nearest.
  public enum Rounding: Sendable, Equatable {
    case floor
    case ceil
    /// The lower one at ½.
    case roundPreferFloor
    /// The upper one at ½.
    case roundPreferCeil
  }

  /// The position x(i) in the input, f = M/N or the factor given.
  public enum Coordinates: Sendable, Equatable {
    /// (i + ½)/f − ½.
    case halfPixel
    /// As `halfPixel`, but 0 where M = 1.
    case pytorchHalfPixel
    /// i(N − 1)/(M − 1), 0 where M = 1.
    case alignCorners
    /// i/f.
    case asymmetric
  }

  public var target: Target
  public var mode: Mode
  public var coordinates: Coordinates

  public init(_ target: Target, mode: Mode, coordinates: Coordinates = .halfPixel) {
    self.target = target
    self.mode = mode
    self.coordinates = coordinates
  }
}

extension Resize {
  func outputShape(of input: [Int]) throws -> [Int] {
    try Layer.positive([
      input[0], try axis(input[1], \.height).outputSize, try axis(input[2], \.width).outputSize,
    ])
  }
}
