import ArgumentParser
import Foundation
import MoireKit

/// Times the core's operations beside SciPy, PyTorch, FFTW alone and memcpy.
struct CoreBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "core",
    abstract:
      "Time readings, BlurPool, shifts and ideal pooling beside scipy, torch and bare FFTW.",
    discussion: """
      Example: swift run -c release moire-bench core --python venv/bin/python

      The Python needs numpy, scipy and torch; pyFFTW is timed where it is installed. Each round times every way of
      doing the same one after the other, so that a change of the machine's speed hits all alike. The ratio is
      Moire's smallest time over the peer's; the ratio of the medians stands beside it.
      """)

  @Option(help: "A Python with numpy, scipy and torch.")
  var python: String

  @Option(parsing: .upToNextOption, help: "Threads of all, one table part for each number.")
  var threads = [1, 2]

  @Option(help: "Maps as CHANNELSxSIZE.")
  var maps = "64x112,128x56,256x28,512x14,512x7"

  @Option(help: "Rounds of each comparison.")
  var rounds = 15

  @Option(help: "Milliseconds of each way in a round.")
  var budget = 12.0

  @Option(help: "Only comparisons whose name contains this.")
  var only = ""

  func validate() throws {
    guard rounds > 0, budget > 0, threads.allSatisfy({ $0 > 0 }) else {
      throw ValidationError("rounds, budget and threads are positive numbers")
    }
    _ = try shapes()
  }

  mutating func run() throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("core_peer.py").path
    let peer = try Peer(python: python, arguments: [script])
    print("| operation | map | threads | Moire, ms | beside | ms | ratio | of medians | target |")
    print("|---|---|--:|--:|---|--:|--:|--:|--:|")
    var ratios: [CoreRatio] = []
    for count in threads {
      for shape in try shapes() {
        let map = CoreMap(channels: shape.channels, size: shape.size)
        for comparison in try CoreComparison.all(map: map, threads: count, peer: peer)
        where only.isEmpty || comparison.name.contains(only) {
          ratios += try comparison.measure(rounds: rounds, budget: budget)
        }
      }
    }
    peer.quit()
    print("\nMoire's time over that of the other:\n\n\(CoreRatio.summary(ratios))")
    print(
      "\nThe smallest time of \(rounds) rounds in turns, \(Int(budget)) ms of each in a round; "
        + "\(peer.version), FFTW \(SpectralLibrary.fftwVersion).")
  }

  private func shapes() throws -> [(channels: Int, size: Int)] {
    try maps.split(separator: ",").map { text in
      let numbers = text.split(separator: "x").compactMap { Int($0) }
      guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0, numbers[0] % 16 == 0 else {
        throw ValidationError(
          "a map is CHANNELSxSIZE with whole blocks of 16 channels, not \(text)")
      }
      return (numbers[0], numbers[1])
    }
  }
}
