internal import CMoire
internal import MoireTensors

/// Phases of maps that stand in blocks of channels: sample (p, y, x) of a block of b planes at
/// `(y · W + x) · b + p`.
extension Polyphase {
  /// Bytes of the measures of all phases of a block, to be aligned as doubles are.
  package var measureBytes: Int { stride.area * MemoryLayout<moire_phase_measure>.stride }

  /// Measures all phases of a block of which the first `used` planes hold channels, for a criterion.
  package func measure(
    _ data: UnsafePointer<Float>, planes: Int, used: Int, by criterion: Criterion,
    into memory: UnsafeMutableRawPointer
  ) {
    let measures = memory.bindMemory(to: moire_phase_measure.self, capacity: stride.area)
    var (block, phases) = (moire_planes.block(data, planes, size, used: used), native)
    let measure = criterion == .l2 ? moire_phase_squares : moire_phase_measures
    if measure(measures, &block, &phases) != .ok {
      // Whatever these measures are merged with is not finite either.
      measures[0].square = .nan
    }
  }

  /// The phase, by its index, of an image of so many blocks with measures one after the other; nil
  /// where a block was not finite. The measures are used up.
  package func choose(
    _ memory: UnsafeMutableRawPointer, blocks: Int, by criterion: Criterion
  ) -> Int? {
    let count = stride.area
    let measures = memory.bindMemory(to: moire_phase_measure.self, capacity: blocks * count)
    for block in 1..<max(blocks, 1) {
      for phase in 0..<count {
        moire_phase_merge(&measures[phase], &measures[block * count + phase])
      }
    }
    var phase = 0
    guard !measures[0].square.isNaN,
      moire_phase_choose(&phase, measures, count, criterion.native) == .ok
    else { return nil }
    return phase
  }

  /// One phase of a block, by its index; `target` has room for that phase.
  ///
  /// - Returns: whether there is such a phase.
  package func take(
    _ phase: Int, of source: UnsafePointer<Float>, planes: Int,
    to target: UnsafeMutablePointer<Float>
  ) -> Bool {
    move(phase, source, target, planes, isUpsampling: false)
  }

  /// A block with one phase given and 0 elsewhere.
  ///
  /// - Returns: whether there is such a phase.
  package func upsample(
    _ source: UnsafePointer<Float>, to phase: Int, planes: Int,
    into target: UnsafeMutablePointer<Float>
  ) -> Bool {
    move(phase, source, target, planes, isUpsampling: true)
  }

  private func move(
    _ index: Int, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
    _ planes: Int, isUpsampling: Bool
  ) -> Bool {
    let phase = HW(index / stride.width, index % stride.width)
    guard let part = try? size(of: phase) else { return false }
    var phases = native
    if isUpsampling {
      var (from, to) = (
        moire_planes.block(source, planes, part), moire_output.block(target, planes, size)
      )
      return moire_phase_upsample(&to, &from, &phases, index) == .ok
    }
    var (from, to) = (
      moire_planes.block(source, planes, size), moire_output.block(target, planes, part)
    )
    return moire_phase_take(&to, &from, &phases, index) == .ok
  }
}
