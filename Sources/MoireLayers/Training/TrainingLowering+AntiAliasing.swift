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
      try maps.lowerIdealPool(index, layer)
      backIdeal(index, layer.bandEdge, layer.taper)
    case .spectralPool(let layer):
      try maps.lowerSpectralPool(index, layer)
      backIdeal(index, layer.bandEdge)
    default: preconditionFailure("\(layer) is no filter")
    }
  }

  private mutating func backIdeal(
    _ index: Int, _ edge: BandEdge, _ taper: IdealPooling.Taper = .none
  ) {
    let (from, to) = (size(network.nodes[index].inputs[0]), size(index + 1))
    backSeparable(
      index, .ideal(from.height, to: to.height, edge, taper),
      .ideal(from.width, to: to.width, edge, taper))
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
    var raised = from
    if layer.factor > 1 {
      raised = try maps.newBlocked(dims)
      try resample(from, size, to: raised, fine)
    }
    let bent = try maps.newBlocked(dims)
    try apply(layer.function, from: raised, to: bent)
    var result = bent
    if layer.factor > 1 {
      result = try maps.newBlocked(maps.dims(of: index + 1))
      try resample(bent, fine, to: result, size)
    }
    maps.values[index + 1] = result
    let (rows, columns) = (
      SparseMatrix.ideal(size.height, to: fine.height, .drop),
      SparseMatrix.ideal(size.width, to: fine.width, .drop)
    )
    let (downRows, downColumns) = (
      SparseMatrix.ideal(fine.height, to: size.height, .drop),
      SparseMatrix.ideal(fine.width, to: size.width, .drop)
    )
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

  private func resample(_ source: Int, _ size: HW, to target: Int, _ output: HW) throws {
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
