import CLayers
import Foundation

extension TrainableNetwork {
  /// The processor time that the steps of a run forth and back took, one by one, summed by layer and
  /// implementation,
  /// the dearest first; on what the buffers hold now.
  ///
  /// - Throws: ``LayerError/engine(path:reason:)``.
  package func profile() throws -> [(label: String, seconds: Double)] {
    var sums: [String: Double] = [:]
    for step in 0..<program.stepCount {
      let start = clock()
      try program.run(step..<step + 1, threads: threads)
      let label = "\(program.stepPaths[step]) \(program.implementation(of: step))"
      sums[label, default: 0] += Double(clock() - start) / Double(CLOCKS_PER_SEC)
    }
    return sums.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.map { ($0.key, $0.value) }
  }
}
