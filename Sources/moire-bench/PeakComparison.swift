import Foundation

/// The peak memory of a process that loads a network and runs it once, beside onnxruntime's.
struct PeakComparison {
  let row: String

  init(_ bench: EngineBench, _ entry: EngineEntry) throws {
    let peer = try Peer(
      python: bench.python, script: Bench.script, model: entry.model, threads: bench.threads)
    let theirs = try peer.memory()
    peer.quit()
    let own = try MemoryComparison.usage([
      CommandLine.arguments[0], "run-once", entry.model, "--threads", "\(bench.threads)",
    ])
    row =
      "\(entry.name): peak \(own / 1024) MB; onnxruntime \(theirs.peak / 1024) MB, of which Python "
      + "and the libraries \(theirs.before / 1024) MB"
  }
}
