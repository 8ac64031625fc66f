import Dispatch
import Synchronization

/// Work on several indices at once.
public enum Parallel {
  /// Calls `body` once for each index, on at most `threads` threads; returns when all are done.
  ///
  /// The indices are handed out one by one, so uneven work balances. What a result depends on must be
  /// the index alone: which worker gets it differs from run to run.
  /// - Parameter body: gets the worker, `0 ..< threads`, and the index.
  /// - Throws: the error of the lowest index that failed.
  public static func forEach(
    _ count: Int, threads: Int, _ body: @Sendable (_ worker: Int, _ index: Int) throws -> Void
  ) throws {
    let workers = min(max(threads, 1), count)
    guard workers > 1 else {
      for index in 0..<count { try body(0, index) }
      return
    }
    let next = Atomic(0)
    let failure = Mutex<(index: Int, error: any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        do {
          try body(worker, index)
        } catch {
          failure.withLock { if index < $0?.index ?? .max { $0 = (index, error) } }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure.error }
  }

  /// What `body` makes of each index, in their order; see ``forEach(_:threads:_:)``.
  public static func map<Result: Sendable>(
    _ count: Int, threads: Int, _ body: @Sendable (_ index: Int) throws -> Result
  ) throws -> [Result] {
    let results = Mutex([Result?](repeating: nil, count: count))
    try forEach(count, threads: threads) { _, index in
      let result = try body(index)
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap { $0 } }
  }
}
