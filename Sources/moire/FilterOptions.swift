import ArgumentParser
import MoireKit

/// Which low-pass to apply: one of these.
struct FilterChoice: ParsableArguments {
  @Option(help: ArgumentHelp("Any filter that 'moire response' knows.", valueName: "spec"))
  var filter: String?

  @Flag(help: "The ideal low-pass.")
  var ideal = false

  @Option(help: ArgumentHelp("The binomial filter of so many taps.", valueName: "taps"))
  var binomial: Int?

  @Option(help: ArgumentHelp("A Kaiser filter, as stop=60,width=0.1.", valueName: "parameters"))
  var kaiser: String?

  @Option(help: ArgumentHelp("A raised cosine, as rolloff=0.5.", valueName: "parameters"))
  var raisedCosine: String?

  @Option(help: ArgumentHelp("A Gaussian, as sigma=1.", valueName: "parameters"))
  var gaussian: String?

  @Option(help: ArgumentHelp("A Hann window, as taps=5.", valueName: "parameters"))
  var hann: String?

  @Option(
    help: ArgumentHelp(
      "Where ideal, Kaiser, raised-cosine and Hann filters cut, in cycles per sample; default: the new"
        + " Nyquist frequency.", valueName: "frequency"))
  var cutoff: Double?

  func validate() throws {
    guard specifications.count <= 1 else {
      throw ValidationError(
        "need one filter, got \(specifications.joined(separator: " and ")); --compare takes a list")
    }
    if let binomial, binomial < 1 {
      throw ValidationError("--binomial \(binomial): need 1 tap or more")
    }
    if let cutoff, !(cutoff > 0 && cutoff <= 0.5) {
      throw ValidationError(
        "--cutoff \(cutoff): need cycles per sample, above 0 and at most 0.5")
    }
    if let cutoff, let chosen = specifications.first, !MapFilter.takesCutoff(chosen) {
      throw ValidationError("--cutoff \(cutoff): '\(chosen)' takes no cutoff, or has its own")
    }
  }

  private var specifications: [String] {
    let named = [
      ("kaiser", kaiser), ("raised-cosine", raisedCosine), ("gaussian", gaussian), ("hann", hann),
    ].compactMap { name, parameters in parameters.map { "\(name):\($0)" } }
    return [filter, ideal ? "ideal" : nil, binomial.map { "bin-\($0)" }].compactMap { $0 } + named
  }

  var hasFilter: Bool { !specifications.isEmpty }

  /// The one that was chosen, nil for none.
  func chosen() throws -> MapFilter? {
    try specifications.first.map { try MapFilter(parsing: $0, cutoff: cutoff) }
  }

  /// A list for a comparison, with the cutoff where it is left open.
  func list(_ text: String) throws -> [MapFilter] {
    try Spelling.list(text).map { try MapFilter(parsing: $0, cutoff: cutoff) }
  }
}
