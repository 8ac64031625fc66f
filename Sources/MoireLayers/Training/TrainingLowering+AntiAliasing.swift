import CLayers
import MoireSpectral
import MoireTensors

/// Filters with subsampling, filtered activations, and phases by decision.
///
/// A decision by the map itself has no gradient: the phase that was kept is taken as given (straight
/// through). One by learned scores is soft: ``TrainingLowering/lowerSoftDecision(_:)``.
extension TrainingLowering {
  mutating func lowerAntiAliasing(_ index: Int) throws {
    let node = network.nodes[index]
    let input = node.inputs[0]
    for value in node.inputs { _ = try source(value) }
    let layer = node.layer.concrete(for: shape(input))
    switch layer {
    case .polyphaseDecision(let layer): try maps.lowerDecision(index, layer)
    case .oneHotArgmax: try lowerSoftDecision(index)
    case .polyphase(let stride) where isSoft(index):
      try lowerSoftPhases(index, stride, takes: true)
    case .polyphaseUpsample(let stride) where isSoft(index):
      try lowerSoftPhases(index, stride, takes: false)
    case .polyphase(let stride): try lowerPolyphase(index, stride)
    case .polyphaseUpsample(let stride):
      try maps.lowerPolyphaseUpsample(index, stride)
      let decision = maps.values[node.inputs[1]]!
      back(index + 1) { lowering, gradient in
        let target = try lowering.maps.polyphase(
          gradient.value, decision, stride, lowering.size(index + 1),
          to: lowering.maps.dims(of: input))
        lowering.contribute(target, to: input)
      }
    case .filteredActivation(let layer): try lowerFiltered(index, layer)
    default: try lowerFilter(index, layer)
    }
  }

  private mutating func lowerFilter(_ index: Int, _ layer: Layer) throws {
    let size = size(network.nodes[index].inputs[0])
    switch layer {
    case .blurPool(let layer):
      try maps.lowerBlurPool(index, layer)
      let geometry = try maps.core { () throws(SpectralError) in try layer.geometry(size: size) }
      backSeparable(index, .blur(geometry.rows), .blur(geometry.columns))
    case .separablePool(let layer):
      try maps.lowerSeparablePool(index, layer)
      backSeparable(index, .taps(size.height, layer.rows), .taps(size.width, layer.columns))
    case .idealPool(let layer):
      try lowerIdeal(index, layer.bandEdge, layer.taper) { try $0.lowerIdealPool(index, layer) }
    case .spectralPool(let layer):
      try lowerIdeal(index, layer.bandEdge) { try $0.lowerSpectralPool(index, layer) }
    default: preconditionFailure("\(layer) is no filter")
    }
  }

  /// Ideal resampling: by its matrices where they are small, else by the transforms of `core`.
  private mutating func lowerIdeal(
    _ index: Int, _ edge: BandEdge, _ taper: IdealPooling.Taper = .none,
    core: (inout Lowering) throws -> Void
  ) throws {
    let input = network.nodes[index].inputs[0]
    let (from, to) = (size(input), size(index + 1))
    let rows = SparseMatrix.ideal(from.height, to: to.height, edge, taper)
    let columns = SparseMatrix.ideal(from.width, to: to.width, edge, taper)
    if Self.prefersMatrices(from, to) {
      let result = try newValue(for: index + 1)
      try apply(rows, columns, from: source(input), to: result)
      maps.values[index + 1] = result
    } else {
      try core(&maps)
    }
    backSeparable(index, rows, columns)
  }

  /// Small maps go by products of matrices, where blocks fill the vectors of the machine: on AVX-512 that
  /// is the faster way for 28 → 14. The bound is the core's for lengths that suit no short transform.
  private static func prefersMatrices(_ from: HW, _ to: HW) -> Bool {
    Program.blockSize == 16
      && max(from.height * to.height, from.width * to.width) <= 64 * 64
  }

  private mutating func lowerPolyphase(_ index: Int, _ stride: HW) throws {
    let (input, choice) = (network.nodes[index].inputs[0], network.nodes[index].inputs[1])
    let decision = maps.values[choice]!
    maps.values[index + 1] = try maps.polyphase(
      maps.values[input]!, decision, stride, size(input), to: maps.dims(of: index + 1))
    back(index + 1) { lowering, gradient in
      let target = try lowering.newValue(for: input)
      try lowering.step(
        cl_train_polyphase_back(
          lowering.program.handle, Int32(gradient.value), Int32(decision), Int32(target),
          cl_pair(stride)))
      lowering.contribute(target, to: input)
    }
  }

  /// Up to the finer grid, the function, and back: three steps, so that each has its gradient.
  private mutating func lowerFiltered(_ index: Int, _ layer: FilteredFunction) throws {
    let input = network.nodes[index].inputs[0]
    let (size, from, channels) = (size(input), maps.values[input]!, shape(input)[0])
    let fine = HW(size.height * layer.factor, size.width * layer.factor)
    let dims = [maps.batch, channels, fine.height, fine.width]
    if case .polynomial(let coefficients) = layer.function, layer.factor > 1,
      Self.prefersMatrices(size, fine)
    {
      return try lowerFused(index, coefficients, from, size, fine)
    }
    let (rows, columns) = (
      SparseMatrix.ideal(size.height, to: fine.height, .drop),
      SparseMatrix.ideal(size.width, to: fine.width, .drop)
    )
    let (downRows, downColumns) = (
      SparseMatrix.ideal(fine.height, to: size.height, .drop),
      SparseMatrix.ideal(fine.width, to: size.width, .drop)
    )
    var raised = from
    if layer.factor > 1 {
      raised = try maps.newBlocked(dims)
      try resample(from, size, to: raised, fine, rows, columns)
    }
    let bent = try maps.newBlocked(dims)
    try apply(layer.function, from: raised, to: bent)
    var result = bent
    if layer.factor > 1 {
      result = try maps.newBlocked(maps.dims(of: index + 1))
      try resample(bent, fine, to: result, size, downRows, downColumns)
    }
    maps.values[index + 1] = result
    back(index + 1) { lowering, gradient in
      var slope = gradient.value
      if layer.factor > 1 {
        slope = try lowering.maps.newBlocked(dims)
        try lowering.apply(
          downRows.transposed, downColumns.transposed, from: gradient.value, to: slope)
      }
      let before = try lowering.maps.newBlocked(dims)
      try lowering.applyBack(layer.function, raised, slope, to: before)
      guard layer.factor > 1 else { return lowering.contribute(before, to: input) }
      let target = try lowering.newValue(for: input)
      try lowering.apply(rows.transposed, columns.transposed, from: before, to: target)
      lowering.contribute(target, to: input)
    }
  }

  /// All three at once, block by block.
  private mutating func lowerFused(
    _ index: Int, _ coefficients: [Double], _ from: Int, _ size: HW, _ fine: HW
  ) throws {
    let input = network.nodes[index].inputs[0]
    let up = [(size.height, fine.height), (size.width, fine.width)]
      .map { SparseMatrix.ideal($0.0, to: $0.1, .drop) }
    let down = [(fine.height, size.height), (fine.width, size.width)]
      .map { SparseMatrix.ideal($0.0, to: $0.1, .drop) }
    let result = try newValue(for: index + 1)
    maps.values[index + 1] = result
    let kept = coefficients.isEmpty ? [0] : coefficients.map { Float($0) }
    try step(
      cl_train_filtered(
        program.handle, Int32(from), Int32(result), cl_pair(fine),
        (up + down).flatMap(\.entries) + kept, Int64(kept.count)))
    if program.channels(of: result) % Program.blockSize != 0 {
      // p(0) need not be 0.
      try step(cl_step_clear_lanes(program.handle, Int32(result)))
    }
    let slopes = coefficients.enumerated().dropFirst().map { Float(Double($0) * $1) }
    let derivative = slopes.isEmpty ? [0] : slopes
    let tables = (up + (down + up).map(\.transposed)).flatMap(\.entries) + derivative
    back(index + 1) { lowering, gradient in
      let target = try lowering.newValue(for: input)
      try lowering.step(
        cl_train_filtered_back(
          lowering.program.handle, Int32(from), Int32(gradient.value), Int32(target),
          cl_pair(fine), tables, Int64(derivative.count)))
      lowering.contribute(target, to: input)
    }
  }

  private func resample(
    _ source: Int, _ size: HW, to target: Int, _ output: HW, _ rows: SparseMatrix,
    _ columns: SparseMatrix
  ) throws {
    if Self.prefersMatrices(size, output) {
      return try apply(rows, columns, from: source, to: target)
    }
    let blocks = try maps.core { () throws(SpectralError) in
      try Resampler(idealFrom: size, to: output).blocks
    }
    try maps.apply(blocks, "kernel:spectral", from: source, to: target)
  }

  private func apply(
    _ function: FilteredFunction.Function, from source: Int, to target: Int
  ) throws {
    switch function {
    case .activation(let activation):
      try step(
        cl_step_activation(
          program.handle, Int32(source), Int32(target), cl_activation(activation)))
    case .polynomial(let coefficients):
      try step(
        cl_train_polynomial(
          program.handle, Int32(source), Int32(target), coefficients, Int64(coefficients.count)))
      if program.channels(of: target) % Program.blockSize != 0 {
        try step(cl_step_clear_lanes(program.handle, Int32(target)))
      }
    }
  }

  private func applyBack(
    _ function: FilteredFunction.Function, _ source: Int, _ gradient: Int, to target: Int
  ) throws {
    switch function {
    case .activation(let activation):
      try step(
        cl_train_activation_back(
          program.handle, Int32(source), Int32(gradient), Int32(target),
          cl_activation(activation)))
    case .polynomial(let coefficients):
      try step(
        cl_train_polynomial_back(
          program.handle, Int32(source), Int32(gradient), Int32(target), coefficients,
          Int64(coefficients.count)))
    }
  }
}
