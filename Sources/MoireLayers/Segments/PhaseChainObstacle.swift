public import MoireTensors

/// Why the answers of a network for all circular shifts do not follow from its phases alone.
public enum PhaseChainObstacle: InputError, Equatable {
  /// The network's input is not a map.
  case notAMap([Int])
  /// A layer pads its maps with something else than themselves.
  case border(path: String)
  /// A stride does not divide the period of the map it samples.
  case notDivisible(path: String, size: HW, stride: HW)
  /// A layer takes maps with more or fewer positions than their circle has.
  case partOfCircle(path: String, size: HW, period: HW)
  /// Values of different cumulative strides meet.
  case unequalStrides(path: String, HW, HW)
  /// A layer changes the sampling rate by other means than a stride, or mixes positions.
  case noWholeStride(path: String)
  /// No order of the cumulative strides in which each divides the next.
  case branchingStrides(HW, HW)
  /// The answer is a map.
  case answerIsAMap([Int])

  public var description: String {
    switch self {
    case .notAMap(let shape): "the network takes inputs of shape \(shape); a phase chain needs maps [C, H, W]"
    case .border(let path):
      "layer \(path) pads its maps with other values than their own; a phase chain needs circular borders"
    case .notDivisible(let path, let size, let stride):
      "layer \(path) subsamples a circle of \(size) by \(stride), which does not divide it; use an input "
        + "size that every stride divides"
    case .partOfCircle(let path, let size, let period):
      "layer \(path) takes maps of \(size) from a circle of \(period); a phase chain needs maps of the "
        + "whole circle"
    case .unequalStrides(let path, let a, let b):
      "layer \(path) joins values of cumulative strides \(a) and \(b); paths that meet must have the same"
    case .noWholeStride(let path):
      "layer \(path) resamples its maps or mixes their positions, for which shifts are no chain of phases; "
        + "only whole strides are"
    case .branchingStrides(let a, let b):
      "cumulative strides \(a) and \(b) of the network do not divide one another; a phase chain needs one "
        + "order of levels"
    case .answerIsAMap(let shape):
      "the network answers with maps of shape \(shape); a phase chain needs an answer for the whole image"
    }
  }
}
