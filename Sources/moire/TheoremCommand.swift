import ArgumentParser
import Foundation
import MoireKit
import Synchronization

/// `moire theorem`: what the spectrum foretells of shifts, beside what shifting shows.
struct TheoremCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "theorem",
    abstract: "Hold sampling theory against a network's maps, site by site.",
    discussion: """
      Examples:
        moire theorem
        moire theorem mobilenet_v2.onnx photos/ --circular --exhaustive --out theorem
        moire theorem mobilenet_v2.onnx photos/ --circular --estimate --budget 0.05
        moire theorem mobilenet_v2.onnx photos/ --circular --counterfactual --explain
        moire theorem model.onnx photos/ --filters bin-3,kaiser:stop=60,width=0.1 --response lens.csv

      At every sampling site three identities are predicted from one spectrum and measured by shifting:
      the alias fraction, the equivariance error, the leak through a global pool; so are those that any
      filter would leave. Activations are read at their own rate. Without MODEL and IMAGES what travels
      with the program is taken, as by 'moire audit'. --out writes theorem.json, theorem.csv (a row for
      each site, channel and filter) and theorem.svg.

      --response FILE is text with lines 'frequency,gain' (cycles per sample from 0 to 0.5, straight
      lines between, applied along both axes), or a .npy file of [n] gains evenly spaced from 0 to 0.5,
      or of [H,W] gains at the bins of a DFT, zero frequency first.
      """)

  @Argument(help: "The ONNX file.")
  var model: String?

  @Argument(help: "Photos (PNG, JPEG), .npy tensors float32 [C,H,W] or [N,C,H,W], or folders.")
  var images: [String] = []

  @Flag(help: "Pad the network circularly, and say what that does to its answers.")
  var circular = false

  @Flag(
    help: ArgumentHelp(
      "With --circular, answer every circular shift: which level causes how much of the logit"
        + " variance, and a certificate for every image. Where shifts are no chain of phases, as without"
        + " --circular, brute force over --shift-set. Takes hundreds of runs an image."))
  var exhaustive = false

  @Option(
    help: ArgumentHelp(
      "The circular shifts 0 … H−1 down and 0 … W−1 across of brute force. (default: the network's"
        + " cumulative stride)", valueName: "HxW"))
  var shiftSet: String?

  @Flag(
    help: ArgumentHelp(
      "Estimate each level's share of the logit variance from a tenth of the phases, with intervals;"
        + " needs --circular."))
  var estimate = false

  @Option(
    help: ArgumentHelp(
      "The cost of --estimate relative to all phases, in multiply-adds.", valueName: "fraction"))
  var budget: Double = 0.1

  @Flag(
    help: ArgumentHelp(
      "Replace each site, and then all, by an alias-free one: what remains of the logit variance, the"
        + " accuracy; with --circular at every shift, which takes hundreds of runs an image and site."
    ))
  var counterfactual = false

  @Option(
    help: ArgumentHelp(
      "Random circular shifts an image for --counterfactual without --circular.", valueName: "n"))
  var shifts: Int = 64

  @Flag(
    help: ArgumentHelp(
      "How far one forward pass without any shift foretells each level's share, against the exact"
        + " answer; needs --circular, takes hundreds of runs an image."))
  var explain = false

  @Option(help: "Of random shifts, random directions and bootstrap intervals.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "The filters, comma-separated, as 'moire response' knows them.", valueName: "list"))
  var filters: String = SiteFilter.usual.map(\.name).joined(separator: ",")

  @Option(help: ArgumentHelp("A filter by its measured gain; may be repeated.", valueName: "file"))
  var response: [String] = []

  @Option(
    help: "How many times denser the grid is on which activations are evaluated; 0 leaves them out."
  )
  var factor: Int = 4

  @Flag(help: "List every channel, and keep the channels in the JSON.")
  var channels = false

  @Option(
    help: ArgumentHelp(
      "The folder for theorem.json, theorem.csv, theorem.svg.", valueName: "folder"))
  var out: String?

  @OptionGroup var network: NetworkOptions
  @OptionGroup var preprocessing: PreprocessingOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard shiftSet == nil || exhaustive else {
      throw ValidationError("--shift-set: need --exhaustive, which answers the shifts")
    }
    _ = try shifts(of: shiftSet)
    guard circular || !explain else {
      throw ValidationError("--explain: need --circular, shifts of other networks are no chain")
    }
    guard circular || !estimate else {
      throw ValidationError("--estimate: need --circular, shifts of other networks are no chain")
    }
    guard budget > 0, budget <= 1 else {
      throw ValidationError("--budget \(budget): need a fraction above 0 and up to 1")
    }
    guard (2...100_000).contains(shifts) else {
      throw ValidationError("--shifts \(shifts): need a number from 2 to 100000")
    }
    guard factor == 0 || (2...16).contains(factor) else {
      throw ValidationError("--factor \(factor): need a number from 2 to 16, or 0 for none")
    }
  }

  func run() throws {
    let chosen =
      try Spelling.filters(filters).map { SiteFilter.lowPass($0.filter) }
      + response.map { SiteFilter.response(try MeasuredResponse(contentsOf: $0)) }
    let subject = try AuditSubject(
      model: model, images: images, labels: nil, classNames: nil, network, preprocessing)
    let wrapped = try circular ? subject.network.circular() : nil
    if exhaustive && !circular {
      _ = try ShiftSetReading.shifts(of: subject.network, asked: shifts(of: shiftSet))
    }
    var progress = Progress("theorem: image", quiet: common.quiet)
    let theorem = try Theorem(
      network: wrapped?.network ?? subject.network,
      padded: wrapped.map { (subject.network, $0.changes) }, source: subject.source,
      options: Theorem.Options(
        filters: chosen, factor: factor, exhaustive: exhaustive && circular,
        explanation: explain ? Explanation.Options(seed: seed, threads: common.threads) : nil,
        threads: common.threads, classNames: subject.classNames),
      preprocessing: subject.preprocessing, remarks: subject.remarks,
      progress: { progress.show($0, of: $1) })
    progress.finish()
    var document = theorem.document
    guard document.images.read > 0 else {
      throw CommandError.noImages(document.images.skipped.first?.reason ?? "there was none")
    }
    for skipped in document.images.skipped where !common.quiet {
      Terminal.say("skipped \(skipped.name): \(skipped.reason)")
    }
    let network = wrapped?.network ?? subject.network
    if exhaustive && document.phaseChain == nil {
      try addShiftSet(network, subject.source, to: &document)
    } else if shiftSet != nil {
      document.remarks.append("--shift-set is left out: every circular shift is answered")
    }
    if estimate { try addEstimate(network, subject.source, to: &document) }
    if counterfactual { try addCounterfactual(network, subject.source, to: &document) }
    if !common.quiet {
      print(
        TheoremText(document, showsChannels: channels)
          .render(color: Terminal.outputIsTerminal))
    }
    try write(document)
  }

  private func addEstimate(
    _ network: Network, _ source: AuditSource, to document: inout TheoremDocument
  ) throws {
    let progress = Mutex(Progress("theorem: estimate", quiet: common.quiet))
    do {
      document.estimate = try EstimateReading(
        network: network, source: source,
        options: EstimateReading.Options(budget: budget, seed: seed, threads: common.threads),
        progress: { done, total in progress.withLock { $0.show(done, of: total) } })
    } catch let obstacle as PhaseChainObstacle {
      document.remarks.append("no estimate: there is no chain of phases: \(obstacle)")
    }
    progress.withLock { $0.finish() }
  }

  private func shifts(of text: String?) throws -> HW? {
    try text.map { try Spelling.pair($0, option: "--shift-set", in: 1...65536) }
  }

  private func addShiftSet(
    _ network: Network, _ source: AuditSource, to document: inout TheoremDocument
  ) throws {
    let shifts = try shifts(of: shiftSet)
    let progress = Mutex(Progress("theorem: shift", quiet: common.quiet))
    do {
      document.shiftSet = try ShiftSetReading(
        network: network, source: source,
        options: ShiftSetReading.Options(shifts: shifts, threads: common.threads),
        progress: { done, total in progress.withLock { $0.show(done, of: total) } })
    } catch let error as TheoremError {
      // What was asked for is checked at first; a circular network without a chain comes here.
      document.remarks.append("no shifts were answered: \(error)")
    }
    progress.withLock { $0.finish() }
  }

  private func addCounterfactual(
    _ network: Network, _ source: AuditSource, to document: inout TheoremDocument
  ) throws {
    var progress = Progress("theorem: counterfactual", quiet: common.quiet)
    let found = try Counterfactual(
      network: network, source: source,
      options: Counterfactual.Options(shifts: shifts, seed: seed, threads: common.threads),
      progress: { progress.show($0, of: $1) })
    progress.finish()
    document.counterfactual = found.reading
    document.remarks += found.remarks
  }

  private func write(_ document: TheoremDocument) throws {
    if let json = common.json {
      try JSONFile.write(TheoremFiles.json(document, keepsChannels: channels), path: json)
    }
    guard let out else { return }
    let files = try TheoremFiles.write(document, keepsChannels: channels, to: out)
    if !common.quiet { print("\nwritten: " + files.joined(separator: ", ")) }
  }
}
