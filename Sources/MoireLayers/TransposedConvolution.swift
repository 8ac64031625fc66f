public import MoireTensors

/// The adjoint of a 2-D correlation:
/// `y[n, o, i·s + u·d − p, j·s + v·d − p] += w[c, o, u, v] · x[n, c, i, j]`, then the bias.
///
/// Along an axis of N positions it gives (N − 1)s − a − b + d(k − 1) + 1 + outputPadding positions.
public struct TransposedConvolution: Sendable, Equatable {
  /// `[in, out/groups, kh, kw]`.
  public var weight: Tensor
  /// `[out]`, or none.
  public var bias: Tensor?
  public var stride: HW
  /// Rows and columns taken away from the result.
  public var padding: Padding
  /// Rows and columns at the bottom and the right that the formula above would not have; smaller than
  /// the stride or the dilation.
  public var outputPadding: HW
  public var dilation: HW
  public var groups: Int

  public init(
    weight: Tensor, bias: Tensor? = nil, stride: HW = 1, padding: Padding = 0,
    outputPadding: HW = 0, dilation: HW = 1, groups: Int = 1
  ) {
    self.weight = weight
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.dilation = dilation
    self.groups = groups
  }

  public var outputChannels: Int { weight.shape[1] * groups }
  public var kernel: HW { HW(weight.shape[2], weight.shape[3]) }
}

extension TransposedConvolution {
  func outputShape(of input: [Int]) throws -> [Int] {
    guard weight.shape.count == 4, weight.shape.allSatisfy({ $0 > 0 }) else {
      throw ShapeMismatch("weights must be [in, out/groups, kh, kw], got \(weight.shape)")
    }
    guard groups > 0, input[0] == weight.shape[0], input[0] % groups == 0 else {
      throw ShapeMismatch(
        "weights \(weight.shape) in \(groups) groups need \(weight.shape[0]) input channels, a "
          + "multiple of the groups; the input has \(input[0])")
    }
    guard bias == nil || bias?.shape == [outputChannels] else {
      throw ShapeMismatch("\(outputChannels) filters with a bias of shape \(bias?.shape ?? [])")
    }
    try checkGeometry()
    return try Layer.positive([
      outputChannels,
      (input[1] - 1) * stride.height - padding.top - padding.bottom + window.extent.height
        + outputPadding.height,
      (input[2] - 1) * stride.width - padding.left - padding.right + window.extent.width
        + outputPadding.width,
    ])
  }

  var window: Window {
    Window(kernel: kernel, stride: stride, dilation: dilation, padding: padding)
  }

  private func checkGeometry() throws {
    guard min(stride.height, stride.width, dilation.height, dilation.width) > 0,
      min(padding.top, padding.left, padding.bottom, padding.right) >= 0
    else {
      throw ShapeMismatch(
        "stride \(stride) and dilation \(dilation) must be positive and pads \(padding) not negative"
      )
    }
    guard (0..<max(stride.height, dilation.height)).contains(outputPadding.height),
      (0..<max(stride.width, dilation.width)).contains(outputPadding.width)
    else {
      throw ShapeMismatch(
        "output padding \(outputPadding) must be smaller than stride \(stride) or dilation "
          + "\(dilation)")
    }
  }
}
