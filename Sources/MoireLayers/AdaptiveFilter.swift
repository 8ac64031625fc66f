public import MoireTensors

/// Low-pass filters that a network chooses itself, one for every position and group of channels (Zou et
/// al. 2020): `y_c(p) = Σ_q w_{g(c)}(p, q) · x_c(p + q)`, with q over a window of k_h × k_w centred on p
/// and weights that are positive, by a softmax over logits.
///
/// Inputs of the layer: the map `[C, H, W]`, and the logits `[g · k_h · k_w, H, W]`, channel
/// `g(c) · k_h · k_w + u · k_w + v` for row u and column v of the window. It keeps the size; a
/// ``Layer/subsample(stride:offset:)`` behind it takes every s-th position, and then only those are
/// computed.
public struct AdaptiveFilter: Sendable, Hashable {
  /// Which logits a softmax is taken over.
  public enum Scope: String, Sendable, Hashable, CaseIterable {
    /// Those of one group: every filter sums to 1, as the paper has it.
    case group
    /// All logits of a position: the filters of all groups sum to 1 together, so that one of g groups
    /// has a mean gain of 1/g. Networks trained with the authors' code have this.
    case joint
  }

  /// Odd on both axes.
  public var kernel: HW
  /// How many sets of channels that follow each other share their filters.
  public var groups: Int
  public var scope: Scope
  /// What the window meets beyond the border.
  public var paddingMode: PaddingMode

  public init(
    kernel: HW = 3, groups: Int = 8, scope: Scope = .group, paddingMode: PaddingMode = .reflect
  ) {
    self.kernel = kernel
    self.groups = groups
    self.scope = scope
    self.paddingMode = paddingMode
  }

  /// The channels of the logits.
  public var logits: Int { groups * kernel.area }
}

extension AdaptiveFilter {
  func outputShape(of inputs: [[Int]]) throws -> [Int] {
    guard inputs.count == 2 else {
      throw ShapeMismatch("takes a map and the logits of its filters, got \(inputs.count) inputs")
    }
    let (map, logits) = (inputs[0], inputs[1])
    guard map.count == 3 else { throw ShapeMismatch("takes a map [C, H, W], got shape \(map)") }
    guard kernel.height % 2 == 1, kernel.width % 2 == 1,
      max(kernel.height, kernel.width) <= Int(Int16.max), min(kernel.height, kernel.width) > 0
    else { throw ShapeMismatch("a kernel of \(kernel) has no centre, it must be odd on both axes") }
    guard groups > 0, map[0] % groups == 0 else {
      throw ShapeMismatch("\(map[0]) channels cannot be put into \(groups) equal groups")
    }
    switch paddingMode {
    case .constant(0), .reflect, .replicate, .circular: break
    case .constant(let value):
      throw ShapeMismatch("the border can be filled with 0, not with \(value)")
    }
    let (count, overflow) = groups.multipliedReportingOverflow(by: kernel.area)
    guard !overflow, logits == [count, map[1], map[2]] else {
      throw ShapeMismatch(
        "\(groups) filters of \(kernel) for a map \(map) need logits [\(count), \(map[1]), \(map[2])], "
          + "got \(logits)")
    }
    return map
  }
}

extension Network {
  /// Content-adaptive downsampling: a convolution and a batch normalisation predict the filters, the
  /// filters act, every stride-th position stays.
  ///
  /// Layers are `path.conv`, `path.bn`, `path.filter` and `path.subsample`.
  /// - Parameters:
  ///   - predictor: gives the logits at the size of the map, ``AdaptiveFilter/logits`` channels.
  ///   - normalization: of the logits.
  ///   - input: the map, the current output where it is nil.
  /// - Returns: the value that it gives.
  @discardableResult
  public mutating func appendAdaptiveFilterPool(
    _ path: String, _ filter: AdaptiveFilter, predictor: Convolution,
    normalization: BatchNormalization? = nil, stride: HW = 2, input: Int? = nil
  ) -> Int {
    let map = input ?? output
    append("\(path).conv", .convolution(predictor), inputs: [map])
    if let normalization { append("\(path).bn", .batchNormalization(normalization)) }
    append("\(path).filter", .adaptiveFilter(filter), inputs: [map, output])
    return stride == 1
      ? output : append("\(path).subsample", .subsample(stride: stride, offset: 0))
  }
}
