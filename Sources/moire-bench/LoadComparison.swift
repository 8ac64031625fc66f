import Foundation

/// The time from an ONNX file to a network that is ready to run, in turns.
struct LoadComparison {
  let row: String

  init(_ bench: EngineBench, _ entry: EngineEntry) throws {
    let peer = try Peer(
      python: bench.python, script: Bench.script, model: entry.model, threads: bench.threads)
    defer { peer.quit() }
    var (theirs, own) = (Series(), Series())
    for _ in 0..<bench.rounds {
      theirs.add(try peer.load(1))
      own.add(try Comparison.time(1) { _ = try EngineComparison.compile(entry.model, 1) })
    }
    row = "\(entry.name): load and compile \(own.text) ms, onnxruntime \(theirs.text) ms"
  }
}
