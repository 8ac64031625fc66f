internal import CMoire
public import MoireTensors

/// Where the outputs of a ``BlurPool`` stand, and what its border does.
public struct BlurGeometry: Hashable, Sendable {
  /// One axis.
  public struct Axis: Hashable, Sendable {
    public let input: Int
    public let stride: Int
    public let output: Int
    /// Taps in use; ``BlurPool/Convention/auto`` may change the number asked for.
    public let taps: Int
    /// Samples before and after the axis with which an ordinary strided convolution gives ``output``
    /// values; negative: samples that are cut off.
    public let lead: Int
    public let trail: Int
    public let padding: BorderMode
    /// Output i stands at i · stride + phase, in input samples.
    public let phase: Double
    /// What the first and the last output make of a constant 1: 1 but for zero padding.
    public let firstGain: Double
    public let lastGain: Double
    /// Whether ``lead`` or ``trail`` is more than one reflection (or one round of a circular axis) can
    /// give, so that it folds again: other libraries refuse or zero-fill there.
    public let folds: Bool

    init(_ axis: moire_blur_axis) {
      input = axis.input
      stride = axis.stride
      output = axis.output
      taps = axis.taps
      lead = axis.lead
      trail = axis.trail
      padding = BorderMode(axis.padding)
      phase = axis.phase
      firstGain = axis.first_gain
      lastGain = axis.last_gain
      folds = axis.folds != 0
    }
  }

  /// Down the height, and across the width.
  public let rows: Axis
  public let columns: Axis

  public var outputSize: HW { HW(rows.output, columns.output) }

  /// What the first output, top left, makes of a constant 1.
  public var cornerGain: Double { rows.firstGain * columns.firstGain }

  /// The darkest that a constant 1 becomes anywhere.
  public var leastGain: Double {
    min(rows.firstGain, rows.lastGain) * min(columns.firstGain, columns.lastGain)
  }

  /// Whether either axis folds.
  public var folds: Bool { rows.folds || columns.folds }
}
