import CLayers
import MoireTensors

/// One level of a plan, compiled: filled from the level before, run, and read by the next one.
final class Segment {
  /// A value that is carried over the cut in front.
  struct Entry {
    /// The value of the plan in the level before.
    let source: Int
    let crossing: PhasePlan.Crossing
    let map: cl_map
  }

  let batch: Int
  let memoryBytes: Int
  let entries: [Entry]
  /// Where the values lie that are read after a run.
  let exits: [Int: cl_map]
  /// The network's input, for level 0.
  let input: cl_map?

  private let program: Program
  private let arena: UnsafeMutableRawPointer

  /// - Parameter previous: the level before; nil for level 0.
  /// - Throws: ``LayerError``.
  init(_ plan: PhasePlan, level: Int, batch: Int, previous: Segment?) throws {
    let carried = plan.entries(of: level)
    let lowering = try Lowering(plan, level: level, batch: batch) { value in
      guard let previous else { return false }
      return (previous.exits[plan.network.nodes[value - 1].inputs[0]]?.inner ?? 1) > 1
    }
    let program = lowering.program
    let kept = plan.exits(of: level)
    let memory = MemoryPlan(
      of: program, external: [], filled: Set(carried.map { lowering.values[$0]! }),
      keeping: Set(kept.map { lowering.values[$0]! }))
    guard let arena = cl_memory_allocate(memory.bytes) else {
      throw LayerError.memory(bytes: memory.bytes)
    }
    for value in 0..<program.valueCount {
      guard let offset = memory.offsets[program.base(of: value)] else { continue }
      try program.bind(value, to: arena + offset)
    }
    let map = { (value: Int) in
      let own = lowering.values[value]!
      return cl_map(
        at: arena + memory.offsets[program.base(of: own)]!, dims: lowering.dims(of: value),
        isBlocked: lowering.blocked.contains(own))
    }
    exits = Dictionary(uniqueKeysWithValues: kept.map { ($0, map($0)) })
    entries = level == 0 ? [] : carried.map {
      Entry(
        source: plan.network.nodes[$0 - 1].inputs[0], crossing: plan.crossings[$0 - 1]!,
        map: map($0))
    }
    input = level == 0 ? map(0) : nil
    self.batch = batch
    self.program = program
    self.arena = arena
    memoryBytes = memory.bytes
  }

  deinit { cl_memory_free(arena) }

  func run(threads: Int) throws { try program.run(0..<program.stepCount, threads: threads) }

  /// Fills all entries for images of the level before, each with a phase; the batch's last places
  /// repeat the last one.
  func fill(
    from previous: Segment, _ jobs: [PhaseJob], stride: HW, threads: Int
  ) throws {
    let places = (0..<batch).map { jobs[min($0, jobs.count - 1)] }
    let images = places.map { Int32($0.parent) }
    for entry in entries {
      var (source, target) = (previous.exits[entry.source]!, entry.map)
      var (factor, period) = (HW(1, 1), HW(Int(target.height), Int(target.width)))
      var offsets = places.map { _ in cl_pair(height: 0, width: 0) }
      switch entry.crossing {
      case .decimate(let circle):
        (factor, period) = (stride, circle)
        offsets = places.map { cl_pair($0.phase) }
      case .roll(let unit, let circle):
        period = circle
        offsets = places.map { cl_pair($0.phase * unit) }
      case .hold: break
      }
      let status = cl_take(
        &source, &target, images, offsets, cl_pair(factor), cl_pair(period), Int32(threads))
      precondition(status == 0, "the maps of a plan fit")
    }
  }
}

/// An image of a level with the phase that makes one of the next level of it.
struct PhaseJob {
  /// Its place in the batch of the level before.
  let parent: Int
  let phase: HW
  /// The image of the user's that it began as, and its shift with this phase.
  let image: Int
  let offset: HW
}

extension cl_map {
  init(at address: UnsafeMutableRawPointer, dims: [Int], isBlocked: Bool) {
    let inner = isBlocked ? Program.blockSize : 1
    self.init(
      data: address.assumingMemoryBound(to: Float.self), images: Int64(dims[0]),
      channels: Int64(dims[1]), blocks: Int64((dims[1] + inner - 1) / inner),
      height: Int64(dims.count == 4 ? dims[2] : 1), width: Int64(dims.count == 4 ? dims[3] : 1),
      inner: Int64(inner))
  }
}
