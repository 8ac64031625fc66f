/// Where each value of a program lies in one block of memory.
///
/// Two values may share bytes when no step needs both. Values are placed largest first, each at the
/// lowest offset that is free for as long as it lives; O(n²) for n values.
struct MemoryPlan {
  /// The offset of each value that needs room, in bytes, a multiple of 64.
  let offsets: [Int: Int]
  /// The size of the block.
  let bytes: Int

  /// - Parameters:
  ///   - external: values whose memory is the caller's.
  ///   - filled: values that are written before the first step.
  ///   - kept: values that are read after the last step.
  init(
    of program: Program, external: Set<Int>, filled: Set<Int> = [], keeping kept: Set<Int>
  ) {
    var lives: [Int: ClosedRange<Int>] = [:]
    for step in 0..<program.stepCount {
      let (reads, writes) = program.operands(of: step)
      for value in reads + writes {
        let base = program.base(of: value)
        lives[base] = (lives[base]?.lowerBound ?? step)...step
      }
    }
    for value in filled {
      let base = program.base(of: value)
      lives[base] = 0...(lives[base]?.upperBound ?? 0)
    }
    for value in kept {
      let base = program.base(of: value)
      lives[base] = (lives[base]?.lowerBound ?? 0)...program.stepCount
    }
    external.forEach { lives[program.base(of: $0)] = nil }
    let sized = lives.map { (value: $0.key, life: $0.value, bytes: program.bytes(of: $0.key)) }
      .sorted { ($0.bytes, $1.value) > ($1.bytes, $0.value) }
    var placed: [(range: Range<Int>, life: ClosedRange<Int>)] = []
    var offsets: [Int: Int] = [:]
    for item in sized {
      let size = (item.bytes + 63) / 64 * 64
      var offset = 0
      for other in placed where other.life.overlaps(item.life) {
        if offset + size <= other.range.lowerBound { break }
        offset = max(offset, other.range.upperBound)
      }
      offsets[item.value] = offset
      let range = offset..<offset + size
      let position = placed.firstIndex { $0.range.lowerBound > range.lowerBound } ?? placed.count
      placed.insert((range, item.life), at: position)
    }
    self.offsets = offsets
    self.bytes = placed.map(\.range.upperBound).max() ?? 0
  }
}
