import CLayers

/// What oneDNN's convolutions, matrix products and pools of a network take alone: one after the other, each
/// in the fastest of the layouts there are for it.
///
/// A bound for any program of these primitives: nothing between them counts, each finds its map where the
/// one before left its own, and weights are in the cache where all of the network's fit. Takes the memory
/// of the packed weights once more. One thread uses it, or its network, at a time.
public final class NetworkFloor {
  /// The least time of each step of ``CompiledNetwork/implementations``, in ms; 0 for those that are no
  /// convolution, matrix product or pool. Their sum is less than a run takes, as not every step takes its
  /// least time in the same run.
  public let stepTimes: [Double]

  private let program: Program
  private let handle: OpaquePointer

  init(_ program: Program, threads: Int, runs: Int) throws {
    guard let handle = cl_floor_create(program.handle, Int32(threads), Int32(runs)) else {
      throw LayerError.engine(
        path: "floor", reason: String(cString: cl_program_message(program.handle)))
    }
    (self.program, self.handle) = (program, handle)
    let times = cl_floor_times(handle)
    stepTimes = (0..<program.stepCount).map { times[$0] }
  }

  deinit { cl_floor_destroy(handle) }

  /// Runs them all once.
  public func run(threads: Int = 1) throws {
    guard cl_floor_run(handle, Int32(threads)) >= 0 else {
      throw LayerError.engine(
        path: "floor", reason: String(cString: cl_program_message(program.handle)))
    }
  }
}
