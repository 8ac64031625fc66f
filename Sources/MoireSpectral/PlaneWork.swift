internal import CMoire
import Dispatch
internal import MoireTensors
import Synchronization

/// Planes split into groups of sixteen, as the core takes them side by side, over workers with
/// scratch memory of their own.
struct PlaneWork {
  let planes: Int
  let threads: Int
  /// Scratch for one worker.
  let bytes: Int

  /// The number of planes of `[N, C, H, W]`.
  static func planes(of maps: Tensor, size: HW) throws(SpectralError) -> Int {
    guard maps.shape.count == 4, maps.shape[2] == size.height, maps.shape[3] == size.width else {
      throw .mapMismatch(expected: size, shape: maps.shape)
    }
    return maps.shape[0] * maps.shape[1]
  }

  /// Room for planes of `size`.
  static func values(planes: Int, size: HW) throws(SpectralError) -> [Float] {
    let (area, tooTall) = size.height.multipliedReportingOverflow(by: size.width)
    let (count, tooMany) = area.multipliedReportingOverflow(by: planes)
    guard !tooTall, !tooMany, count <= Int.max / MemoryLayout<Float>.stride else {
      throw .status(.size_overflow)
    }
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      buffer.initialize(repeating: 0)
      initialized = count
    }
  }

  /// `values` as maps of `size` under the leading dimensions of `shape`.
  static func tensor(_ shape: [Int], size: HW, values: [Float]) throws(SpectralError) -> Tensor {
    do {
      return try Tensor(shape: [shape[0], shape[1], size.height, size.width], values: values)
    } catch {
      throw .library("\(error)")
    }
  }

  /// Calls `body` for ranges of whole groups; the first status that is not ok, or ok.
  func run(
    _ body: @escaping @Sendable (Range<Int>, UnsafeMutableRawPointer, Int) -> moire_status
  ) -> moire_status {
    let groups = (planes + 15) / 16
    guard groups > 0 else { return .ok }
    let workers = min(max(threads, 1), groups)
    let (planes, bytes) = (planes, bytes)
    let outcome = Mutex(moire_status.ok)
    let work = { @Sendable (worker: Int) in
      guard let scratch = moire_alloc(bytes) else {
        outcome.withLock { $0 = .no_memory }
        return
      }
      defer { moire_free(scratch) }
      let first = groups * worker / workers * 16
      let last = min(groups * (worker + 1) / workers * 16, planes)
      let status = body(first..<last, scratch, bytes)
      if status != .ok { outcome.withLock { $0 = status } }
    }
    if workers == 1 {
      work(0)
    } else {
      DispatchQueue.concurrentPerform(iterations: workers) { work($0) }
    }
    return outcome.withLock { $0 }
  }
}
