import MoireLayers
import MoireTensors
import Synchronization

/// Runs a network on views of images: on several workers at once, one thread each, every view of an
/// image once. Circular shifts share what they have in common where they are many enough to be prepared
/// for.
///
/// The answers do not depend on the number of workers.
final class ViewEvaluator: Sendable {
  private let workers: [CompiledNetwork]
  private let circular: CircularEvaluator?

  /// - Parameter views: what an image will be shown in; none where circular shifts need not share.
  init(_ network: Network, workers count: Int, views: [ImageView] = []) throws {
    workers = try (0..<count).map { _ in try CompiledNetwork(network) }
    circular = try CircularEvaluator(network, views: views, threads: count)
  }

  /// Whether circular shifts share what they have in common.
  var isShared: Bool { circular != nil }

  /// The views that are circular shifts, which are best asked for together; none unless they share.
  func circular(_ views: [ImageView]) -> [ImageView] {
    circular.map { views.filter($0.takes) } ?? []
  }

  /// The answers to views of one image, each evaluated once.
  func answers(_ pictures: ViewMaker, _ views: [ImageView]) throws -> [Answer] {
    var known: [ImageView: Answer] = [:]
    return try answers(pictures, views, &known)
  }

  /// The same with the answers that are known already, to which the new ones are added.
  func answers(
    _ pictures: ViewMaker, _ views: [ImageView], _ known: inout [ImageView: Answer]
  ) throws -> [Answer] {
    var seen = Set(known.keys)
    let new = views.filter { seen.insert($0).inserted }
    let answers = try map(pictures, new) { _, output in Answer(output) }
    for (view, answer) in zip(new, answers) { known[view] = answer }
    return views.compactMap { known[$0] }
  }

  /// What `body` makes of the outputs of views, given their indices.
  func map<Result: Sendable>(
    _ pictures: ViewMaker, _ views: [ImageView], _ body: @Sendable (Int, Tensor) throws -> Result
  ) throws -> [Result] {
    let shared = views.indices.filter { circular?.takes(views[$0]) ?? false }
    let own = Set(views.indices).subtracting(shared).sorted()
    var results = [Result?](repeating: nil, count: views.count)
    if let circular, !shared.isEmpty {
      let found = try circular.map(pictures.input.tensor, shared.map { views[$0] }) {
        try body(shared[$0], $1)
      }
      for (index, result) in zip(shared, found) { results[index] = result }
    }
    let found = try map(own.count) { place, run in
      try body(own[place], run(pictures.tensor(views[own[place]])))
    }
    for (index, result) in zip(own, found) { results[index] = result }
    return results.compactMap { $0 }
  }

  /// What `body` makes of each index with the network of one worker.
  func map<Result: Sendable>(
    _ count: Int, _ body: @Sendable (Int, (Tensor) throws -> Tensor) throws -> Result
  ) throws -> [Result] {
    let workers = self.workers
    let results = Mutex([Result?](repeating: nil, count: count))
    try Parallel.forEach(count, threads: workers.count) { worker, index in
      let result = try body(index) { try workers[worker].run($0, threads: 1) }
      results.withLock { $0[index] = result }
    }
    return results.withLock { $0.compactMap { $0 } }
  }
}
