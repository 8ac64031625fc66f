import MoireTensors
import Synchronization

/// Errors of the outputs of moved inputs beside that of the unmoved one, which may come after some of
/// them: those wait for it.
final class EquivarianceErrors: Sendable {
  private struct Held: Sendable {
    var still: Tensor?
    var waiting: [Int: Tensor] = [:]
    var errors: [Int: [Double]] = [:]
  }

  private let views: [ImageView]
  private let held = Mutex(Held())

  /// - Parameter views: what the input is shown in, unmoved first.
  init(_ views: [ImageView]) { self.views = views }

  /// Takes the output of a view, each in any order and by any thread.
  func add(_ index: Int, _ output: Tensor) throws {
    let (still, ready): (Tensor?, [Int: Tensor]) = held.withLock { held in
      if index == 0 {
        held.still = output
        defer { held.waiting = [:] }
        return (output, held.waiting)
      }
      if held.still == nil { held.waiting[index] = output }
      return (held.still, [index: output])
    }
    guard let still else { return }
    for (index, moved) in ready {
      let error = try MapComparison.equivariance(still: still, moved: moved, view: views[index])
      held.withLock { $0.errors[index] = error }
    }
  }

  /// Squared difference, squared reference and values compared, for each moved view whose output came.
  var all: [[Double]] {
    held.withLock { held in views.indices.dropFirst().compactMap { held.errors[$0] } }
  }
}
