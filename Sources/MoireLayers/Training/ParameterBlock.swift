import CLayers

/// Numbers for the trained parameters of a network, in the order and layout of the network's own block:
/// gradients, velocities, averages. Zeros at first.
public final class ParameterBlock: @unchecked Sendable {
  let base: UnsafeMutablePointer<Float>
  /// The number of floats, the gaps between parameters among them.
  let count: Int

  init(count: Int) throws {
    let bytes = max(count, 1) * MemoryLayout<Float>.stride
    guard let memory = cl_memory_allocate(bytes) else { throw LayerError.memory(bytes: bytes) }
    base = memory.assumingMemoryBound(to: Float.self)
    self.count = count
  }

  deinit { cl_memory_free(base) }
}
