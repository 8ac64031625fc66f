public import MoireLayers
import MoireTensors

/// Foretells the shares of the levels from one forward pass, and compares with the phase chain.
///
/// At every site the dense map is taken apart into its alias orders a_m. Under phase d the registered
/// subsampling is z_d = Σ_m e^{2πi m·d/s} a_m; where the tail behind the level's sites, of Jacobian J,
/// does not tell z_d from y_d, its answer varies to first order by Σ_{m≠0} ‖J a_m‖² over the phases. Every
/// product with J is two runs of the tail.
public struct Explanation: Sendable {
  public struct Options: Sendable {
    /// ‖change‖ / ‖map‖ of the finite differences.
    public var step: Double
    /// Of random directions, random shifts and bootstraps.
    public var seed: UInt64
    public var threads: Int

    public init(step: Double = 0.01, seed: UInt64 = 0, threads: Int = 1) {
      (self.step, self.seed, self.threads) = (step, seed, max(1, threads))
    }
  }

  /// Nil where there is nothing to say; ``remarks`` says why.
  public let reading: ExplanationReading?
  public let remarks: [String]

  /// Predicts and compares.
  ///
  /// Cost an image: the exhaustive answer, one dense run, and at each level 2(S_l − 1) runs of the tail for
  /// each of three predictors.
  /// - Parameter network: a circular one; see `Network.circular()`.
  /// - Throws: `LayerError` when the network cannot run. Images that cannot be answered are left out.
  public init(
    network: Network, source: AuditSource, options: Options = Options(),
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let analysed = network.withoutFinalSoftmax()
    var run: ExplanationRun
    let chain: PhaseChain
    do {
      chain = try PhaseChain(analysed, threads: options.threads)
      run = try ExplanationRun(analysed, options, chain)
    } catch let obstacle as PhaseChainObstacle {
      (reading, remarks) = (nil, ["no explanation: there is no chain of phases: \(obstacle)"])
      return
    }
    for index in 0..<(run.levels.isEmpty ? 0 : source.count) {
      do {
        let input = try source.load(index)
        let predictions = try run.predictions(for: input.tensor)
        run.add(input.name, try chain.exhaustive(input.tensor), predictions)
      } catch is any InputError {
        // The image is listed as skipped where it is read first.
      }
      progress(index + 1, source.count)
    }
    (reading, remarks) = (run.reading, run.remarks)
  }
}
