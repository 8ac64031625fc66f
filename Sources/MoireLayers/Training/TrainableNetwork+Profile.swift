import CLayers
import Foundation

extension TrainableNetwork {
  /// The processor time that the steps of a run forth and back take, one by one, the least of some
  /// rounds, summed by layer and implementation, the dearest first; on what the buffers hold now.
  ///
  /// - Throws: ``LayerError/engine(path:reason:)``.
  package func profile(rounds: Int) throws -> [(label: String, seconds: Double)] {
    var least = [Double](repeating: .infinity, count: program.stepCount)
    for _ in 0..<rounds {
      for step in 0..<program.stepCount {
        let start = clock()
        try program.run(step..<step + 1, threads: threads)
        least[step] = min(least[step], Double(clock() - start) / Double(CLOCKS_PER_SEC))
      }
    }
    var sums: [String: Double] = [:]
    for (step, seconds) in least.enumerated() where seconds.isFinite {
      sums["\(program.stepPaths[step]) \(program.implementation(of: step))", default: 0] += seconds
    }
    return sums.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { ($0.key, $0.value) }
  }
}
