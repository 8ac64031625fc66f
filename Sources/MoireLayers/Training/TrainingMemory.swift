import CLayers

/// The memory of a lowered training: one arena for maps and their gradients, blocks for parameters,
/// gradients and statistics, and what stands at the ends of the program.
final class TrainingMemory {
  let values: ParameterBlock
  let gradients: ParameterBlock
  /// Where each trained parameter begins in a block.
  let layout: BlockLayout
  /// The size of the arena.
  let bytes: Int
  private(set) var addresses: [Int: UnsafeMutableRawPointer] = [:]
  private let statistics: ParameterBlock
  private let ends: ParameterBlock
  private var places: [Int: Int] = [:]
  private let arena: UnsafeMutableRawPointer

  /// Lays everything out and binds it.
  init(_ lowering: TrainingLowering) throws {
    let program = lowering.program
    layout = BlockLayout(lowering.slots, program)
    values = try ParameterBlock(count: layout.count)
    gradients = try ParameterBlock(count: layout.count)
    statistics = try ParameterBlock(count: layout.statisticsCount)
    let ends = lowering.ends
    var size = 0
    for value in ends where places[value] == nil {
      places[value] = size
      size += (program.bytes(of: value) + 63) / 64 * 16
    }
    self.ends = try ParameterBlock(count: size)
    let parameters = lowering.slots.flatMap { [$0.value, $0.gradient ?? $0.value] }
    let plan = MemoryPlan(of: program, external: Set(ends + parameters), keeping: [])
    bytes = plan.bytes
    guard let arena = cl_memory_allocate(plan.bytes) else {
      throw LayerError.memory(bytes: plan.bytes)
    }
    self.arena = arena
    for value in 0..<program.valueCount {
      let base = program.base(of: value)
      if let place = places[base] {
        addresses[value] = UnsafeMutableRawPointer(self.ends.base + place)
      } else if let offset = plan.offsets[base] {
        addresses[value] = arena + offset
      }
    }
    place(lowering.slots)
    for (value, address) in addresses { try program.bind(value, to: address) }
    for (value, number) in lowering.constants {
      buffer(value, of: program).update(repeating: number)
    }
  }

  deinit { cl_memory_free(arena) }

  private func place(_ slots: [TrainingLowering.Slot]) {
    for (index, slot) in slots.enumerated() {
      if let gradient = slot.gradient, let offset = layout.offsets[index] {
        addresses[slot.value] = UnsafeMutableRawPointer(values.base + offset)
        addresses[gradient] = UnsafeMutableRawPointer(gradients.base + offset)
      } else if let offset = layout.statisticsOffsets[index] {
        addresses[slot.value] = UnsafeMutableRawPointer(statistics.base + offset)
      }
    }
  }

  /// The floats of a value at an end of the program.
  func buffer(_ value: Int, of program: Program) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      start: ends.base + places[value]!,
      count: program.bytes(of: value) / MemoryLayout<Float>.stride)
  }
}

/// Where the trained parameters stand in a block, and the statistics in theirs; each begins at a multiple
/// of 64 bytes. Weights that decay come first.
struct BlockLayout {
  private(set) var offsets: [Int: Int] = [:]
  private(set) var statisticsOffsets: [Int: Int] = [:]
  /// Floats of a block, of those that decay, and of the statistics.
  private(set) var (count, decayedCount, statisticsCount) = (0, 0, 0)

  init(_ slots: [TrainingLowering.Slot], _ program: Program) {
    func room(_ slot: TrainingLowering.Slot) -> Int {
      (program.bytes(of: slot.value) + 63) / 64 * 16
    }
    let order = slots.enumerated().filter { $0.element.gradient != nil }
    for (index, slot) in order where slot.parameter.isDecayed {
      offsets[index] = count
      count += room(slot)
    }
    decayedCount = count
    for (index, slot) in order where !slot.parameter.isDecayed {
      offsets[index] = count
      count += room(slot)
    }
    for (index, slot) in slots.enumerated() where slot.gradient == nil {
      statisticsOffsets[index] = statisticsCount
      statisticsCount += room(slot)
    }
  }
}
