import CLayers
public import MoireTensors

/// A network made ready for training on batches of one size: it keeps what the way back needs,
/// normalises by the statistics of the batch, and holds the parameters in one block of memory.
///
/// Making one takes tens of milliseconds; a step allocates nothing but its answer. The same number of
/// threads gives the same bits. One thread uses it at a time.
public final class TrainableNetwork: @unchecked Sendable {
  /// The network as it was given; ``network()`` has the present weights.
  public let original: Network
  public let batch: Int
  /// How many threads a step uses.
  public let threads: Int
  /// Every parameter, in the order of the layers.
  public let parameters: [TrainableParameter]
  /// The shape of the answer, `[N, …]`.
  public let outputShape: [Int]
  /// The memory of all maps and their gradients.
  public var memoryBytes: Int { memory.bytes }

  let program: Program
  let slots: [TrainingLowering.Slot]
  let memory: TrainingMemory
  private let mode: UnsafeMutablePointer<Float>
  private let forwardSteps: Int
  private let hasInputGradient: Bool
  /// The input `[batch, C, H, W]`, to be filled before a run.
  package let inputBuffer: UnsafeMutableBufferPointer<Float>
  /// The answer of the last run.
  package let outputBuffer: UnsafeMutableBufferPointer<Float>
  /// The gradient of the answer, to be filled before the way back.
  package let outputGradientBuffer: UnsafeMutableBufferPointer<Float>
  private let inputGradientBuffer: UnsafeMutableBufferPointer<Float>
  /// What is added to the scores of soft decisions, and what they are divided by.
  let noiseBuffers: [UnsafeMutableBufferPointer<Float>]
  let temperatureBuffer: UnsafeMutableBufferPointer<Float>?

  /// - Parameters:
  ///   - batch: images to a step, 1 or more.
  ///   - momentum: the share of a batch in the running statistics of normalisations, 0 … 1.
  ///   - threads: how many threads every step uses.
  ///   - wantsInputGradient: whether ``backward(_:)`` gives the gradient of the input.
  ///   - usesWinograd: whether 3×3 convolutions from 64 channels on go by Winograd's minimal filtering,
  ///     with fewer products; off, every product of the definition is made.
  /// - Throws: ``LayerError``; a layer that has no gradient is refused by its path.
  public init(
    _ network: Network, batch: Int, momentum: Float = 0.1, threads: Int = 1,
    wantsInputGradient: Bool = false, usesWinograd: Bool = true
  ) throws {
    guard batch >= 1, (0...1).contains(momentum), (1...1024).contains(threads) else {
      throw LayerError.incompatible(
        path: network.name,
        reason:
          "batches of \(batch) with momentum \(momentum) on \(threads) threads: need 1 image or "
          + "more, 0 to 1, and 1 to 1024")
    }
    cl_team_size(Int32(threads))
    let lowering = try TrainingLowering(
      network, batch: batch, momentum: momentum, wantsInputGradient: wantsInputGradient,
      usesWinograd: usesWinograd)
    let (program, memory) = (lowering.program, try TrainingMemory(lowering))
    original = network
    self.batch = batch
    self.threads = threads
    self.program = program
    self.memory = memory
    slots = lowering.slots
    parameters = slots.map(\.parameter)
    outputShape = [batch] + lowering.shape(network.output)
    forwardSteps = lowering.forwardSteps
    hasInputGradient = lowering.inputGradient != nil
    let buffer = { (value: Int) in memory.buffer(value, of: program) }
    mode = buffer(lowering.mode).baseAddress!
    inputBuffer = buffer(lowering.input)
    outputBuffer = buffer(lowering.output)
    outputGradientBuffer = buffer(lowering.outputGradient)
    inputGradientBuffer = buffer(lowering.inputGradient ?? lowering.output)
    noiseBuffers = lowering.noises.map(buffer)
    temperatureBuffer = lowering.temperature.map(buffer)
    for (index, tensor) in Self.tensors(of: network, slots).enumerated() {
      try write(tensor, to: index, in: nil)
    }
  }

  /// The implementation behind each step with the layer it belongs to, for tests and inspection.
  public var implementations: [(path: String, name: String)] {
    (0..<program.stepCount).map { (program.stepPaths[$0], program.implementation(of: $0)) }
  }

  // MARK: Steps

  /// Runs the network.
  ///
  /// - Parameters:
  ///   - input: `[batch, C, H, W]`.
  ///   - training: normalise by the statistics of the batch and move the running ones; else normalise
  ///     by the running ones.
  /// - Throws: ``LayerError/input(expected:got:)``, ``LayerError/engine(path:reason:)``.
  public func forward(_ input: Tensor, training: Bool = true) throws -> Tensor {
    guard input.shape == [batch] + original.inputShape else {
      throw LayerError.input(expected: original.inputShape, got: input.shape)
    }
    _ = inputBuffer.update(fromContentsOf: input.values)
    try forward(training: training)
    return try Tensor(shape: outputShape, values: Array(outputBuffer))
  }

  /// Goes back from the gradient of the answer to those of the parameters; call it once after
  /// each ``forward(_:training:)``, whose maps it writes over.
  ///
  /// - Returns: the gradient of the input, if it was asked for.
  /// - Throws: ``LayerError/input(expected:got:)`` for a gradient of another shape than the answer.
  @discardableResult
  public func backward(_ outputGradient: Tensor) throws -> Tensor? {
    guard outputGradient.shape == outputShape else {
      throw LayerError.input(expected: Array(outputShape.dropFirst()), got: outputGradient.shape)
    }
    _ = outputGradientBuffer.update(fromContentsOf: outputGradient.values)
    try backward()
    guard hasInputGradient else { return nil }
    return try Tensor(
      shape: [batch] + original.inputShape, values: Array(inputGradientBuffer))
  }

  /// The run on what ``inputBuffer`` holds.
  package func forward(training: Bool) throws {
    mode.pointee = training ? 1 : 0
    try program.run(0..<forwardSteps, threads: threads)
  }

  /// The way back from what ``outputGradientBuffer`` holds.
  package func backward() throws {
    try program.run(forwardSteps..<program.stepCount, threads: threads)
  }

  /// The first parameter, or else the first layer of a run on the present input, that has a value which
  /// is not finite; nil where there is none.
  public func firstNotFinite() throws -> String? {
    for (index, parameter) in parameters.enumerated() {
      if let at = try read(index, from: nil).firstNonFinite {
        return "parameter \(parameter.name), value \(at)"
      }
    }
    guard inputBuffer.allSatisfy(\.isFinite) else { return "the input" }
    for step in 0..<forwardSteps {
      try program.run(step..<step + 1, threads: threads)
      guard let value = program.operands(of: step).writes.first,
        let address = memory.addresses[value]
      else { continue }
      let count = program.bytes(of: value) / MemoryLayout<Float>.stride
      let written = UnsafeBufferPointer(
        start: address.assumingMemoryBound(to: Float.self), count: count)
      if !written.allSatisfy(\.isFinite) { return "layer \(program.stepPaths[step])" }
    }
    return nil
  }
}
