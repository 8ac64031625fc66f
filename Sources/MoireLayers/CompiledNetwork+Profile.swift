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

  /// The network's floor; see ``NetworkFloor``.
  ///
  /// - Parameters:
  ///   - threads: as many as it will run with.
  ///   - runs: how often each of the layouts is tried.
  public func floor(threads: Int = 1, runs: Int) throws -> NetworkFloor {
    try NetworkFloor(program, threads: threads, runs: runs)
  }
}
