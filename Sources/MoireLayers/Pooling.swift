public import MoireTensors

/// The largest value or the mean of each window.
public struct Pooling: Sendable, Equatable {
  public enum Operation: Sendable, Equatable {
    /// Padding never wins: it counts as −∞.
    case max
    /// Padding counts as zeros when `includesPadding`, else it is left out of sum and count.
    case average(includesPadding: Bool)
  }

  public var operation: Operation
  public var kernel: HW
  public var stride: HW
  public var padding: Padding
  public var dilation: HW
  /// Whether a last window that sticks out beyond the padding gives an output too.
  public var ceilMode: Bool

  public init(
    _ operation: Operation, kernel: HW, stride: HW, padding: Padding = 0, dilation: HW = 1,
    ceilMode: Bool = false
  ) {
    self.operation = operation
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
  }
}
