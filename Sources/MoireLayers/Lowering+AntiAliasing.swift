import CLayers
import MoireSpectral
import MoireTensors

/// Steps of the signal-processing core on maps in blocks, in place of a reorder.
extension Lowering {
  /// A step that runs an operator of the core on every block of channels.
  func apply(
    _ blocks: BlockOperator, _ name: StaticString, from source: Int, to target: Int
  ) throws {
    let parts = program.blocks(of: target)
    try program.append(
      name, [source], to: target, parts: parts, workspaceBytes: blocks.workspaceBytes
    ) { sources, target, part, workspace in
      guard let workspace else { return false }
      return blocks.run(
        from: sources[0].plane(part), to: target.plane(part), planes: Int(target.inner),
        workspace: workspace)
    }
  }

  /// Makes something of the core, its refusal worded as the layer's.
  func core<Value>(_ make: () throws(SpectralError) -> Value) throws -> Value {
    do {
      return try make()
    } catch {
      throw LayerError.incompatible(path: program.path, reason: error.description)
    }
  }

  private mutating func lower(
    _ index: Int, _ name: StaticString, _ make: (HW) throws(SpectralError) -> BlockOperator
  ) throws {
    let input = network.nodes[index].inputs[0]
    let size = HW(shapes[input][1], shapes[input][2])
    let blocks = try core { () throws(SpectralError) in try make(size) }
    let source = try inBlocks(values[input]!, dims(of: input))
    let target = try newResult(index + 1)
    try apply(blocks, name, from: source, to: target)
    values[index + 1] = target
  }

  mutating func lowerBlurPool(_ index: Int, _ layer: BlurPool) throws {
    try lower(index, "kernel:blur") { size throws(SpectralError) in
      try layer.filter(size: size).blocks
    }
  }

  mutating func lowerSeparablePool(_ index: Int, _ layer: SeparablePooling) throws {
    try lower(index, "kernel:separable") { size throws(SpectralError) in
      try layer.filter(size: size).blocks
    }
  }

  mutating func lowerIdealPool(_ index: Int, _ layer: IdealPooling) throws {
    let input = network.nodes[index].inputs[0]
    let source = try inBlocks(values[input]!, dims(of: input))
    let target = try newBlocked(dims(of: index + 1))
    try idealPool(layer, HW(shapes[input][1], shapes[input][2]), from: source, to: target)
    values[index + 1] = target
  }

  /// The crop of the spectra, and the taper on what is left of them.
  mutating func idealPool(
    _ layer: IdealPooling, _ size: HW, from source: Int, to target: Int
  ) throws {
    let pool = try core { () throws(SpectralError) in try layer.pool(size: size) }
    try apply(pool.blocks, "kernel:ideal", from: source, to: target)
    guard let taper = try core({ () throws(SpectralError) in try layer.taper(size: size) }) else {
      return
    }
    try apply(taper.blocks, "kernel:taper", from: target, to: target)
  }

  mutating func lowerSpectralPool(_ index: Int, _ layer: SpectralPooling) throws {
    try lower(index, "kernel:spectral") { size throws(SpectralError) in
      try Resampler(idealFrom: size, to: layer.size, bandEdge: layer.bandEdge).blocks
    }
  }

  mutating func lowerFilteredActivation(_ index: Int, _ layer: FilteredFunction) throws {
    try lower(index, "kernel:filtered-activation") { size throws(SpectralError) in
      try FilteredActivation(
        size: size, layer.function.pointwise, factor: layer.factor, measuringError: false
      ).blocks
    }
    if shapes[index + 1][0] % Program.blockSize != 0 {
      // φ(0) need not be 0.
      try step(cl_step_clear_lanes(program.handle, Int32(values[index + 1]!)))
    }
  }
}
