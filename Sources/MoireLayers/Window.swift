import MoireTensors

/// The geometry that convolutions and pools share.
struct Window: Equatable {
  var kernel: HW
  var stride: HW
  var dilation: HW
  var padding: Padding

  /// Taps and the gaps between them: d(k − 1) + 1.
  var extent: HW {
    HW(dilation.height * (kernel.height - 1) + 1, dilation.width * (kernel.width - 1) + 1)
  }

  /// The number of positions on each axis; the formula stands at ``Layer/outputShape(of:)``.
  func outputSize(of input: HW, ceilMode: Bool) throws -> HW {
    guard kernel.height > 0, kernel.width > 0, stride.height > 0, stride.width > 0,
      dilation.height > 0, dilation.width > 0,
      min(padding.top, padding.left, padding.bottom, padding.right) >= 0
    else {
      throw ShapeMismatch(
        "kernel \(kernel), stride \(stride), dilation \(dilation) must be positive and "
          + "pads \(padding) not negative")
    }
    let height = Window.positions(
      input.height, extent.height, stride.height, padding.top, padding.bottom, ceilMode)
    let width = Window.positions(
      input.width, extent.width, stride.width, padding.left, padding.right, ceilMode)
    guard let height, let width else {
      throw ShapeMismatch(
        "a window of \(extent) does not fit an input of \(input) with pads \(padding)")
    }
    return HW(height, width)
  }

  private static func positions(
    _ size: Int, _ extent: Int, _ stride: Int, _ before: Int, _ after: Int, _ ceilMode: Bool
  ) -> Int? {
    let room = size + before + after - extent
    guard size > 0, room >= 0 else { return nil }
    var count = (room + (ceilMode ? stride - 1 : 0)) / stride + 1
    if ceilMode, (count - 1) * stride >= size + before { count -= 1 }
    return count
  }

  /// The same window at stride 1 whose trailing padding makes exactly s·M positions: the dense map.
  func dense(input: HW, output: HW) -> Window {
    var result = self
    result.stride = 1
    result.padding.bottom =
      output.height * stride.height - input.height - padding.top + extent.height - 1
    result.padding.right =
      output.width * stride.width - input.width - padding.left + extent.width - 1
    return result
  }
}
