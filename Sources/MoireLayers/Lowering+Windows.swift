import CLayers
import MoireTensors

/// Steps that move windows or points over a map.
extension Lowering {
  mutating func pad(
    _ source: Int, _ padding: Padding, _ mode: PaddingMode, to dims: [Int]
  ) throws -> Int {
    let target = try newValue(like: source, dims)
    let (kind, fill) = mode.kernel
    try step(
      cl_step_pad(program.handle, Int32(source), Int32(target), cl_sides(padding), kind, fill))
    return target
  }

  /// A subsampling with those that alone read it: ONNX has one for each axis.
  mutating func lowerSubsample(_ index: Int, _ stride: HW, _ offset: HW) throws {
    var (stride, offset, value) = (stride, offset, index + 1)
    while let next = soleConsumer(of: value), siteOfNode[next] == nil, watched[next] == nil,
      case .subsample(let more, let start) = network.nodes[next].layer,
      // Their products are far from overflowing.
      [stride, more, start].allSatisfy({ max($0.height, $0.width) < 1 << 20 })
    {
      offset.height += start.height * stride.height
      offset.width += start.width * stride.width
      stride.height *= more.height
      stride.width *= more.width
      done.insert(next)
      value = next + 1
    }
    values[value] = try subsample(
      values[network.nodes[index].inputs[0]]!, stride, offset, to: dims(of: value))
  }

  mutating func subsample(
    _ source: Int, _ stride: HW, _ offset: HW, to dims: [Int]
  ) throws -> Int {
    let target = try newValue(like: source, dims)
    if offset == 0, blocked.contains(source) {
      // A pool of one sample is a subsampling, and oneDNN runs it on all threads.
      var window = cl_window(Window(kernel: 1, stride: stride, dilation: 1, padding: 0))
      try step(
        cl_step_pooling(
          program.handle, Int32(source), Int32(target), cl_pooling_max, &window))
      return target
    }
    try step(
      cl_step_subsample(
        program.handle, Int32(source), Int32(target), cl_pair(stride), cl_pair(offset)))
    return target
  }

  /// A pool, strided or dense; `dims` are those of the result.
  mutating func pool(
    _ layer: Pooling, _ source: Int, _ size: HW, to dims: [Int], dense: HW?, into value: Int? = nil
  ) throws -> Int {
    var window = layer.window
    var kind = cl_pooling(layer.operation)
    var from = try inBlocks(source, [dims[0], dims[1], size.height, size.width])
    var size = size
    if layer.operation == .average(includesPadding: true), layer.ceilMode {
      // A window that sticks out beyond the padding counts only what lies inside of it, and oneDNN
      // counts all or nothing: with the padding made real, leaving out counts right.
      size = HW(
        size.height + window.padding.top + window.padding.bottom,
        size.width + window.padding.left + window.padding.right)
      from = try pad(
        from, window.padding, .constant(0), to: [dims[0], dims[1], size.height, size.width])
      window.padding = 0
      kind = cl_pooling_average_exclude_padding
    }
    let output = dense ?? HW(dims[2], dims[3])
    if dense != nil { window.stride = 1 }
    if dense != nil || layer.ceilMode {
      window.padding.bottom =
        (output.height - 1) * window.stride.height + window.extent.height
        - size.height - window.padding.top
      window.padding.right =
        (output.width - 1) * window.stride.width + window.extent.width
        - size.width - window.padding.left
    }
    // Windows that lie behind the map altogether are added after pooling.
    let beyond = Padding(
      bottom: max(0, window.padding.bottom - window.extent.height + 1),
      right: max(0, window.padding.right - window.extent.width + 1))
    window.padding.bottom -= beyond.bottom
    window.padding.right -= beyond.right
    let target =
      if let value, beyond.isZero {
        try newResult(value)
      } else {
        try newBlocked([
          dims[0], dims[1], output.height - beyond.bottom, output.width - beyond.right,
        ])
      }
    var geometry = cl_window(window)
    try step(cl_step_pooling(program.handle, Int32(from), Int32(target), kind, &geometry))
    if beyond.isZero { return target }
    let mode: PaddingMode =
      layer.operation == .average(includesPadding: true) ? .constant(0) : .replicate
    return try pad(target, beyond, mode, to: [dims[0], dims[1], output.height, output.width])
  }
}

extension cl_pooling {
  init(_ operation: Pooling.Operation) {
    switch operation {
    case .max: self = cl_pooling_max
    case .average(true): self = cl_pooling_average_include_padding
    case .average(false): self = cl_pooling_average_exclude_padding
    }
  }
}

extension PaddingMode {
  /// The kernel's mode and the fill of the constant one.
  var kernel: (cl_padding_mode, Float) {
    switch self {
    case .constant(let value): (cl_padding_constant, value)
    case .reflect: (cl_padding_reflect, 0)
    case .replicate: (cl_padding_replicate, 0)
    case .circular: (cl_padding_circular, 0)
    }
  }
}
