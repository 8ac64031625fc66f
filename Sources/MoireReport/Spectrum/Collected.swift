import Synchronization

/// Results of parallel work by their index.
final class Collected<Value: Sendable>: Sendable {
  private let slots: Mutex<[Value?]>

  init(count: Int) {
    slots = Mutex(Array(repeating: nil, count: count))
  }

  func set(_ value: Value, at index: Int) { slots.withLock { $0[index] = value } }

  /// Those that were set, in the order of their indices.
  var values: [Value] { slots.withLock { $0.compactMap { $0 } } }
}
