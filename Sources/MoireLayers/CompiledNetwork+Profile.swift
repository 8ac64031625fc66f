import CLayers
import Dispatch
public import MoireTensors

extension CompiledNetwork {
  /// The least time of each step of ``implementations`` over so many runs of the network, in ms; what the
  /// steps of a run cost together is more where threads have to be woken or memory is cold.
  ///
  /// - Throws: ``LayerError/input(expected:got:)``.
  public func stepTimes(_ input: Tensor, threads: Int = 1, runs: Int) throws -> [Double] {
    guard input.shape == [batch] + network.inputShape else {
      throw LayerError.input(expected: network.inputShape, got: input.shape)
    }
    var times = [Double](repeating: .infinity, count: program.stepCount)
    try input.values.withUnsafeBufferPointer { values in
      try bindInput(values)
      for _ in 0..<runs {
        for step in times.indices {
          let start = DispatchTime.now().uptimeNanoseconds
          try program.run(step..<step + 1, threads: threads)
          let elapsed = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
          times[step] = min(times[step], elapsed)
        }
      }
    }
    return times
  }

  /// The least time of the primitive of each step alone, over so many runs in the fastest of the layouts
  /// oneDNN has it for, in ms; 0 for steps that are no convolution, matrix product or pool.
  ///
  /// The sum is a bound for any program of these primitives: nothing between them counts, and their
  /// operands are in the cache where they fit.
  public func floorTimes(threads: Int = 1, runs: Int) throws -> [Double] {
    try (0..<program.stepCount).map { try program.floor(of: $0, threads: threads, runs: runs) }
  }
}
