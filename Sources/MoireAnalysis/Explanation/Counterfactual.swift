public import MoireLayers
import MoireModels
import MoireSpectral
import MoireTensors

/// Replaces sampling sites by alias-free ones, one at a time and all at once, and shifts again.
public struct Counterfactual: Sendable {
  /// How to shift, and where it matters.
  public struct Options: Sendable {
    /// Random circular shifts for each image of a network that is not circular.
    public var shifts: Int
    public var seed: UInt64
    public var threads: Int

    public init(shifts: Int = 64, seed: UInt64 = 0, threads: Int = 1) {
      (self.shifts, self.seed, self.threads) = (max(1, shifts), seed, max(1, threads))
    }
  }

  /// Nil where there is nothing to say; ``remarks`` says why.
  public let reading: CounterfactualReading?
  public let remarks: [String]

  /// Measures every variant on every image.
  ///
  /// Circular networks are answered at every circular shift by their phase chain; others at seeded random
  /// circular shifts, the same ones for every variant. An image that some variant cannot answer is left
  /// out of all.
  /// - Parameter progress: told the answered images of all variants.
  /// - Throws: `LayerError` when a variant cannot run.
  public init(
    network: Network, source: AuditSource, options: Options = Options(),
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let analysed = network.withoutFinalSoftmax()
    guard try analysed.valueShapes()[analysed.output].count == 1 else {
      (reading, remarks) = (nil, ["no counterfactual: the answer is no vector of classes"])
      return
    }
    let variants: [(replaced: [String], network: Network)]
    do {
      variants = try Self.variants(of: analysed)
    } catch let error as ModelError {
      (reading, remarks) = (nil, ["no counterfactual: \(error)"])
      return
    }
    var remarks: [String] = []
    var run = CounterfactualRun(options: options, count: source.count)
    do {
      for variant in variants { _ = try PhaseEngine.strides(of: variant.network) }
    } catch let obstacle as PhaseChainObstacle {
      run.isExhaustive = false
      remarks.append(
        "counterfactual: \(options.shifts) random circular shifts instead of all: \(obstacle)")
    }
    for (index, variant) in variants.enumerated() {
      try run.add(variant.network, source) {
        progress(index * source.count + $0, variants.count * source.count)
      }
    }
    reading = run.reading(variants.map(\.replaced))
    if reading == nil { remarks.append("no counterfactual: no image could be answered") }
    self.remarks = remarks
  }

  /// The network as it is, each site replaced, all of several replaced.
  private static func variants(
    of network: Network
  ) throws -> [(replaced: [String], network: Network)] {
    // What stands behind the end of a pool's map is the map's beginning where the map is a circle.
    let padding: BorderMode? = (try? PhaseEngine.strides(of: network)) == nil ? nil : .circular
    let (everywhere, changes) = try network.antialiased(
      with: Antialiasing(method: .ideal, padding: padding))
    let paths = changes.map(\.path)
    let single = try paths.map { path in
      let one = Antialiasing(method: .ideal, sites: literal(path), padding: padding)
      return ([path], try network.antialiased(with: one).network)
    }
    return [([], network)] + single + (paths.count > 1 ? [(paths, everywhere)] : [])
  }

  /// A pattern that matches nothing but the path.
  static func literal(_ path: String) -> String {
    path.reduce(into: "") { pattern, character in
      if "*?[]\\".contains(character) { pattern.append("\\") }
      pattern.append(character)
    }
  }
}
