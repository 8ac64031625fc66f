internal import CMoire

extension MapReader {
  /// Scratch memory for readings, grown when needed and kept: hand the same one to every call of
  /// one thread and nothing is allocated in between. Serves readers of any size.
  public final class Workspace {
    private var memory: UnsafeMutableRawPointer?
    private var bytes = 0

    public init() {}

    deinit { moire_free(memory) }

    /// Memory of at least `needed` bytes, with undefined contents.
    func reserve(_ needed: Int) throws(SpectralError) -> UnsafeMutableRawPointer {
      if let memory, bytes >= needed { return memory }
      moire_free(memory)
      memory = nil
      bytes = 0
      guard let fresh = moire_alloc(needed) else { throw .outOfMemory(bytes: needed) }
      memory = fresh
      bytes = needed
      return fresh
    }
  }
}
