import CLayers
public import MoireTensors

/// A network made ready for inputs of one size: primitives chosen, weights packed, memory planned.
///
/// Compiling takes tens of milliseconds; a run allocates nothing. One thread uses it at a time; for
/// several images at once compile one for each worker.
///
/// `@unchecked Sendable`: handing it from one thread to another is safe, since the engine's scratch
/// memory is part of the plan; using it from two at a time is what the documentation forbids.
public final class CompiledNetwork: @unchecked Sendable {
  public let network: Network
  /// The number of images of a run.
  public let batch: Int
  /// The sites whose dense maps a run hands out; empty for plain inference.
  public let sites: [SamplingSite]
  /// The nodes whose first input a run hands out, where that is a map.
  public let watched: [Int]
  /// The shape of the answer, `[N, …]`.
  public let outputShape: [Int]
  /// The size of the block of memory that all feature maps share.
  public let memoryBytes: Int

  let program: Program
  private let taps: [Lowering.Tap]
  private let shapes: [[Int]]
  private let arena: UnsafeMutableRawPointer
  private let inputs: [Int]
  private let outputAddress: UnsafeMutablePointer<Float>
  private let addresses: [Int: UnsafeMutableRawPointer]

  /// - Parameters:
  ///   - batch: images to a run, 1 or more.
  ///   - sites: sampling sites of this network to run dense and hand out; see
  ///     ``Network/samplingSites()``.
  ///   - watched: nodes whose first input to hand out; an activation among them is not fused into what
  ///     is before it. Not those of a site's own chain.
  /// - Throws: ``LayerError``.
  public init(
    _ network: Network, batch: Int = 1, sites: [SamplingSite] = [], watching watched: [Int] = []
  ) throws {
    let lowering = try Lowering(network, batch: batch, sites: sites, watching: watched)
    let (program, input, output) = (lowering.program, lowering.input, lowering.output)
    inputs = (0..<program.valueCount).filter { program.base(of: $0) == input }
    let plan = MemoryPlan(of: program, external: [input], keeping: [output])
    guard let arena = cl_memory_allocate(plan.bytes) else {
      throw LayerError.memory(bytes: plan.bytes)
    }
    var addresses: [Int: UnsafeMutableRawPointer] = [:]
    for value in 0..<program.valueCount {
      guard let offset = plan.offsets[program.base(of: value)] else { continue }
      let address = arena + offset + program.offset(of: value)
      addresses[value] = address
      try program.bind(value, to: address)
    }
    self.network = network
    self.batch = batch
    self.sites = sites
    self.watched = watched
    shapes = lowering.shapes
    self.program = program
    self.arena = arena
    self.addresses = addresses
    taps = lowering.taps
    memoryBytes = plan.bytes
    outputShape = [batch] + lowering.shapes[network.output]
    outputAddress = addresses[output]!.assumingMemoryBound(to: Float.self)
  }

  deinit { cl_memory_free(arena) }

  /// The version of the library that executes convolutions, as `2.6.3`.
  public static var engineVersion: String { Program.engineVersion }

  /// The implementation behind each step with the layer it belongs to, for tests and inspection.
  public var implementations: [(path: String, name: String)] {
    (0..<program.stepCount).map { (program.stepPaths[$0], program.implementation(of: $0)) }
  }

  /// Runs the network.
  ///
  /// - Parameters:
  ///   - input: `[batch, C, H, W]`.
  ///   - threads: how many threads oneDNN may use.
  ///   - onMap: gets the dense maps of ``sites`` in order of execution, each before its filter,
  ///     before its activation and after them, and the inputs of ``watched`` nodes; a map is borrowed
  ///     and gone when the closure returns.
  /// - Throws: ``LayerError/input(expected:got:)``, and ``LayerError/notFinite(path:)`` when the answer
  ///   has a NaN or an infinity.
  public func run(
    _ input: Tensor, threads: Int = 1, onMap: (DenseMap) throws -> Void = { _ in }
  ) throws -> Tensor {
    guard input.shape == [batch] + network.inputShape else {
      throw LayerError.input(expected: network.inputShape, got: input.shape)
    }
    return try input.values.withUnsafeBufferPointer { values in
      try bindInput(values)
      var next = 0
      for tap in taps {
        try program.run(next..<tap.step, threads: threads)
        next = tap.step
        try onMap(map(of: tap))
      }
      try program.run(next..<program.stepCount, threads: threads)
      let result = Array(
        UnsafeBufferPointer(start: outputAddress, count: outputShape.reduce(1, *)))
      guard result.allSatisfy(\.isFinite) else { throw try firstNotFinite(values) }
      return try Tensor(shape: outputShape, values: result)
    }
  }

  func bindInput(_ values: UnsafeBufferPointer<Float>) throws {
    // oneDNN's handle is not const, but an input is only read.
    let address = UnsafeMutableRawPointer(mutating: values.baseAddress!)
    for value in inputs { try program.bind(value, to: address) }
  }

  private func map(of tap: Lowering.Tap) -> DenseMap {
    let address = addresses[tap.value]!.assumingMemoryBound(to: Float.self)
    let channels: Int
    let size: HW
    if tap.stage == .input {
      let shape = shapes[network.nodes[watched[tap.site]].inputs[0]]
      (channels, size) = (shape[0], HW(shape[1], shape[2]))
    } else {
      (channels, size) = (sites[tap.site].channels, sites[tap.site].denseSize)
    }
    return DenseMap(
      site: tap.site, stage: tap.stage, base: UnsafePointer(address), images: batch,
      channels: channels, size: size, blockSize: Program.blockSize)
  }

  /// Runs step by step to find the first layer with a value that is not finite.
  private func firstNotFinite(_ input: UnsafeBufferPointer<Float>) throws -> LayerError {
    guard input.allSatisfy(\.isFinite) else { return .notFinite(path: "the input") }
    for step in 0..<program.stepCount {
      try program.run(step..<step + 1, threads: 1)
      // What a layer leaves behind counts, not what it passes through.
      if step + 1 < program.stepCount, program.stepPaths[step + 1] == program.stepPaths[step] {
        continue
      }
      guard let value = program.operands(of: step).writes.first, let address = addresses[value]
      else { continue }
      let count = program.bytes(of: value) / MemoryLayout<Float>.size
      let values = UnsafeBufferPointer(
        start: address.assumingMemoryBound(to: Float.self), count: count)
      if !values.allSatisfy(\.isFinite) {
        return .notFinite(path: "layer \(program.stepPaths[step])")
      }
    }
    return .notFinite(path: "the output")
  }
}

/// The dense map of a sampling site, or the input of a node, while it is in memory: borrowed, never kept.
///
/// Channels stand in blocks of ``blockSize``: value (n, c, i, j) is at
/// `((n·⌈C/b⌉ + c/b)·H + i)·W·b + j·b + c mod b`.
public struct DenseMap {
  /// Which of a site's maps it is.
  public enum Stage: Sendable {
    /// What goes into the filter of a site that has one, brought to the dense size by the filter's own
    /// padding.
    case unfiltered
    /// Before the first activation; only where there is one.
    case preactivation
    /// At the end of the pointwise chain: every site has it.
    case final
    /// The first input of a watched node.
    case input
  }

  /// The index of the site in ``CompiledNetwork/sites``, or of the node in
  /// ``CompiledNetwork/watched``.
  public let site: Int
  public let stage: Stage
  /// Whether the map is the one that the next layer's input is taken from.
  public var isFinal: Bool { stage == .final }
  public let base: UnsafePointer<Float>
  public let images: Int
  public let channels: Int
  public let size: HW
  public let blockSize: Int

  /// The map as a plain tensor `[N, C, H, W]`, copied.
  public func tensor() -> Tensor {
    var values = [Float](repeating: 0, count: images * channels * size.area)
    let blocks = (channels + blockSize - 1) / blockSize
    for image in 0..<images {
      for channel in 0..<channels {
        let from =
          base + (image * blocks + channel / blockSize) * size.area * blockSize
          + channel % blockSize
        let to = (image * channels + channel) * size.area
        for point in 0..<size.area { values[to + point] = from[point * blockSize] }
      }
    }
    // As many values as the shape says.
    return try! Tensor(shape: [images, channels, size.height, size.width], values: values)
  }
}
