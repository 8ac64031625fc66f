import CLayers
import MoireSpectral
import MoireTensors

/// Steps that move windows or points over a map; where they are linear, the adjoint of the map along
/// each axis.
extension TrainingLowering {
  mutating func lowerWindows(_ index: Int) throws {
    let node = network.nodes[index]
    let input = node.inputs[0]
    let size = size(input)
    switch node.layer.concrete(for: shape(input)) {
    case .pooling(let layer):
      try pool(index, layer.operation, WindowBins(layer, from: size, to: self.size(index + 1)))
    case .globalPooling(let operation):
      try pool(index, operation, WindowBins(adaptiveFrom: size, to: 1))
    case .adaptivePooling(let operation, let output):
      try pool(index, operation, WindowBins(adaptiveFrom: size, to: output))
    case .pad(_, let mode) where givesPad(index, mode): break
    case .pad(let padding, let mode):
      maps.values[index + 1] = try maps.pad(
        source(input), padding, mode, to: maps.dims(of: index + 1))
      back(index + 1) { lowering, gradient in
        try lowering.unpad(gradient.value, padding, mode, input)
      }
    case .subsample(let stride, let offset):
      maps.values[index + 1] = try maps.subsample(
        source(input), stride, offset, to: maps.dims(of: index + 1))
      let output = self.size(index + 1)
      backSeparable(
        index,
        .moving(size.height, to: output.height) { offset.height + $0 * stride.height },
        .moving(size.width, to: output.width) { offset.width + $0 * stride.width })
    case .resize(let layer):
      _ = try source(input)
      try maps.lowerResize(index, layer)
      backSeparable(
        index, .resizing(try layer.axis(size.height, \.height)),
        .resizing(try layer.axis(size.width, \.width)))
    default: preconditionFailure("\(node.layer) has no windows")
    }
  }

  private mutating func pool(
    _ index: Int, _ operation: Pooling.Operation, _ bins: WindowBins
  ) throws {
    guard operation != .max else { return try maxPool(index, bins) }
    let input = network.nodes[index].inputs[0]
    let (from, result) = (try source(input), try newValue(for: index + 1))
    maps.values[index + 1] = result
    let (rows, columns) = (
      SparseMatrix.means(size(input).height, bins.rows),
      SparseMatrix.means(size(input).width, bins.columns)
    )
    try apply(rows, columns, from: from, to: result)
    backSeparable(index, rows, columns)
  }

  private mutating func maxPool(_ index: Int, _ bins: WindowBins) throws {
    var (input, bins) = (network.nodes[index].inputs[0], bins)
    if input > 0, takenPads.contains(input - 1),
      case .pad(let padding, let mode) = network.nodes[input - 1].layer
    {
      input = network.nodes[input - 1].inputs[0]
      bins = bins.behind(padding, mode, of: size(input))
    }
    let (from, result) = (try source(input), try newValue(for: index + 1))
    maps.values[index + 1] = result
    try step(
      bins.withCBins { cl_train_max_pooling(program.handle, Int32(from), Int32(result), $0) })
    back(index + 1) { [input, bins] lowering, gradient in
      let target = try lowering.newValue(for: input)
      try lowering.step(
        bins.withCBins {
          cl_train_max_pooling_back(
            lowering.program.handle, Int32(from), Int32(gradient.value), Int32(target), $0)
        })
      lowering.contribute(target, to: input)
    }
  }

  /// Whether the pad, which copies values of its map, is left to the max-pool that alone reads it.
  private mutating func givesPad(_ index: Int, _ mode: PaddingMode) -> Bool {
    if case .constant = mode { return false }
    guard let next = maps.soleConsumer(of: index + 1) else { return false }
    switch network.nodes[next].layer.concrete(for: shape(index + 1)) {
    case .pooling(let layer) where layer.operation == .max: break
    case .globalPooling(.max), .adaptivePooling(.max, _): break
    default: return false
    }
    takenPads.insert(index)
    return true
  }

  /// A linear map along both axes.
  func apply(
    _ rows: SparseMatrix, _ columns: SparseMatrix, from source: Int, to target: Int
  ) throws {
    try step(
      rows.withCMatrix { rows in
        columns.withCMatrix { columns in
          var (rows, columns) = (rows, columns)
          return cl_train_separable(
            program.handle, Int32(source), Int32(target), &rows, &columns)
        }
      })
  }

  /// What a layer that is a linear map along both axes does to the gradient.
  mutating func backSeparable(_ index: Int, _ rows: SparseMatrix, _ columns: SparseMatrix) {
    let input = network.nodes[index].inputs[0]
    let (up, left) = (rows.transposed, columns.transposed)
    back(index + 1) { lowering, gradient in
      let target = try lowering.newValue(for: input)
      try lowering.apply(up, left, from: gradient.value, to: target)
      lowering.contribute(target, to: input)
    }
  }

  /// The gradient of a map from that of the padded one.
  mutating func unpad(
    _ gradient: Int, _ padding: Padding, _ mode: PaddingMode, _ input: Int
  ) throws {
    guard wantsGradient(input) else { return }
    let size = size(input)
    let rows = SparseMatrix.padding(
      size.height, before: padding.top, after: padding.bottom, mode)
    let columns = SparseMatrix.padding(
      size.width, before: padding.left, after: padding.right, mode)
    let target = try newValue(for: input)
    try apply(rows.transposed, columns.transposed, from: gradient, to: target)
    contribute(target, to: input)
  }
}
