import MoireLayers
import MoireTensors
import Synchronization

/// Runs a network on views of images: on several workers at once, one thread each, every view of an
/// image once.
///
/// The answers do not depend on the number of workers.
final class ViewEvaluator: Sendable {
  private let workers: [CompiledNetwork]

  init(_ network: Network, workers count: Int) throws {
    workers = try (0..<count).map { _ in try CompiledNetwork(network) }
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
    let answers = try map(pictures, new) { Answer($0) }
    for (view, answer) in zip(new, answers) { known[view] = answer }
    return views.compactMap { known[$0] }
  }

  /// What `body` makes of the outputs of views, each computed by one worker.
  func map<Result: Sendable>(
    _ pictures: ViewMaker, _ views: [ImageView], _ body: @Sendable (Tensor) throws -> Result
  ) throws -> [Result] {
    try map(views.count) { index, run in try body(run(pictures.tensor(views[index]))) }
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
