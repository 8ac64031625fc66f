/// One axis of a filter that subsamples: `y[i] = Σ_t taps[t] x[i · stride − lead + t]`.
public struct FilterAxis: Hashable, Sendable {
  /// One coefficient or more, all finite.
  public var taps: [Double]
  /// 1 or more.
  public var stride: Int
  /// Samples that the first output reaches before the axis; negative where it starts behind x[0].
  public var lead: Int
  /// The number of outputs; nil stands for ⌈input / stride⌉.
  public var output: Int?
  public var padding: BorderMode

  public init(
    taps: [Double], stride: Int = 1, lead: Int = 0, output: Int? = nil,
    padding: BorderMode = .reflect
  ) {
    self.taps = taps
    self.stride = stride
    self.lead = lead
    self.output = output
    self.padding = padding
  }
}
