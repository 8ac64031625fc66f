import CLayers
public import MoireTensors

/// Runs a circular network segment by segment for chosen phases: what a phase does not change is
/// computed once.
///
/// Along an axis of total stride S = s₁ ⋯ s_L a shift is d = d₁ + s₁ d₂ + s₁ s₂ d₃ + …, 0 ≤ d_l < s_l; the
/// image shifted by d is x_d(n) = x(n + d). Level l runs once for each d₁ … d_l asked for. Compiling
/// takes tens of milliseconds; a run allocates little. One thread uses an engine at a time.
///
/// `@unchecked Sendable`: as ``CompiledNetwork``.
public final class PhaseEngine: @unchecked Sendable {
  /// What an engine is made for.
  public struct Options: Sendable {
    /// Whether strided operations run at stride 1, once for all of their phases: right when most of
    /// the phases are asked for, and wasteful when few are.
    public var isDense = true
    /// How many phases of each level are asked for at most, on both axes together; nil for all.
    public var branching: [Int]?
    /// Images to a run for each level, the one before the first phase included; nil for a choice by
    /// the size of the maps.
    public var batches: [Int]?
    public var threads = 1
    /// Whether a network is taken whose shifts are a chain of phases in part only: the rest is one more
    /// level, whose stride leads to the size of the input, and the answer may be a map.
    public var isPartial = false

    public init() {}
  }

  public let network: Network
  public let options: Options
  /// s_l for each level.
  public let strides: [HW]
  /// The layers that subsample, for each level.
  public let sites: [[String]]
  /// Multiply-adds of one image, for level 0 (what comes before the first phase) and each level.
  public let multiplyAdds: [Int]
  /// Images to a run, for level 0 and each level.
  public let batches: [Int]
  /// The blocks of memory for feature maps.
  public let memoryBytes: Int
  /// The shape of one image's answer.
  public let outputShape: [Int]
  /// The number of values of the answer.
  public var outputs: Int { outputShape.reduce(1, *) }

  private let segments: [Segment]
  private let answer: Int

  /// - Throws: ``PhaseChainObstacle`` where shifts are no chain of phases, ``LayerError``.
  public init(_ network: Network, options: Options = Options()) throws {
    let plan = try PhasePlan(network, dense: options.isDense, partial: options.isPartial)
    self.network = network
    self.options = options
    strides = plan.strides
    sites = plan.sites
    multiplyAdds = plan.multiplyAdds
    batches = options.batches ?? plan.batches(branching: options.branching)
    answer = plan.network.output
    outputShape = plan.values[answer].shape
    var segments: [Segment] = []
    for level in 0...plan.strides.count {
      segments.append(
        try Segment(plan, level: level, batch: batches[level], previous: segments.last))
    }
    self.segments = segments
    memoryBytes = segments.reduce(0) { $0 + $1.memoryBytes }
  }

  /// Multiply-adds of one image for level 0 and each level. With the strided operations behind the cut
  /// they are together those of the network; see ``Options`` for `partial` and `dense`.
  public static func multiplyAdds(
    of network: Network, partial: Bool = false, dense: Bool = false
  ) throws -> [Int] {
    try PhasePlan(network, dense: dense, partial: partial).multiplyAdds
  }

  /// s_l for each level.
  public static func strides(of network: Network, partial: Bool = false) throws -> [HW] {
    try PhasePlan(network, dense: false, partial: partial).strides
  }

  /// One answer of a run; the values are borrowed and gone when the closure returns.
  public struct Answer {
    /// The index of the input.
    public let image: Int
    public let shift: HW
    public let values: UnsafeBufferPointer<Float>
  }

  /// Runs inputs, depth first.
  ///
  /// - Parameters:
  ///   - inputs: each `[1, C, H, W]`.
  ///   - phases: the phases to go on with, for a level (1 for the first) of an input at the shift
  ///     reached so far.
  ///   - onAnswer: gets every answer.
  /// - Throws: ``LayerError``, and what the closures throw.
  public func run(
    _ inputs: [Tensor], phases: (_ level: Int, _ image: Int, _ shift: HW) throws -> [HW],
    onAnswer: (Answer) throws -> Void
  ) throws {
    for input in inputs where input.shape != [1] + network.inputShape {
      throw LayerError.input(expected: network.inputShape, got: input.shape)
    }
    var start = 0
    while start < inputs.count {
      let images = Array(start..<min(start + batches[0], inputs.count))
      fill(inputs, images)
      try segments[0].run(threads: options.threads)
      try descend(
        0, images.enumerated().map { PhaseJob(parent: $0, phase: 0, image: $1, offset: 0) },
        phases, onAnswer)
      start += images.count
    }
  }

  private func fill(_ inputs: [Tensor], _ images: [Int]) {
    let map = segments[0].input!
    for (place, image) in images.enumerated() {
      inputs[image].values.withUnsafeBufferPointer { values in
        (map.data + place * values.count).update(from: values.baseAddress!, count: values.count)
      }
    }
  }

  /// Goes on behind a level that has run for some images.
  private func descend(
    _ level: Int, _ done: [PhaseJob], _ phases: (Int, Int, HW) throws -> [HW],
    _ onAnswer: (Answer) throws -> Void
  ) throws {
    guard level < strides.count else { return try report(done, onAnswer) }
    let reached = strides[..<level].reduce(1, *)
    let jobs = try done.enumerated().flatMap { place, job in
      try phases(level + 1, job.image, job.offset).map { phase in
        PhaseJob(
          parent: place, phase: phase, image: job.image, offset: job.offset + phase * reached)
      }
    }
    let segment = segments[level + 1]
    var start = 0
    while start < jobs.count {
      let chunk = Array(jobs[start..<min(start + segment.batch, jobs.count)])
      try segment.fill(
        from: segments[level], chunk, stride: strides[level], threads: options.threads)
      try segment.run(threads: options.threads)
      try descend(level + 1, chunk, phases, onAnswer)
      start += chunk.count
    }
  }

  private func report(_ done: [PhaseJob], _ onAnswer: (Answer) throws -> Void) throws {
    let map = segments[strides.count].exits[answer]!
    let outputs = self.outputs
    for (place, job) in done.enumerated() {
      let values = UnsafeBufferPointer(start: map.data + place * outputs, count: outputs)
      guard values.allSatisfy(\.isFinite) else {
        throw LayerError.notFinite(path: "the network at shift \(job.offset)")
      }
      try onAnswer(Answer(image: job.image, shift: job.offset, values: values))
    }
  }
}
