import ArgumentParser
import Foundation
import MoireKit

/// `moire filter`: low-passes images and maps, and shows what that does to them.
struct FilterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filter",
    abstract: "Low-pass an image or maps, subsample them, compare filters.",
    discussion: """
      Examples:
        moire filter photo.png -o small.png --ideal --downsample 2
        moire filter photo.png -o soft.npy --kaiser stop=60,width=0.1 --cutoff 0.2
        moire filter photo.jpg --compare ideal,bin-3,bin-5 --plot comparison.svg

      INPUT is read as by 'moire spectrum'. OUT is an 8-bit .png, or a .npy file of float32. Filters
      with taps meet the padding; ideal, raised-cosine and Gaussian filters without taps take the
      picture as periodic. --compare draws filters side by side, first none at all.
      """)

  @Argument(help: "An image, a .npy file, or one array of a .npz file.")
  var input: String

  @Option(name: [.short, .long], help: ArgumentHelp("The output.", valueName: "out"))
  var out: String?

  @OptionGroup var choice: FilterChoice

  @Option(help: "Keep one sample in so many, as 2 or 2x3 (height x width).")
  var downsample: String?

  @Option(help: "Beyond the border, for filters with taps: \(Self.names(BorderMode.self)).")
  var padding: String?

  @Option(
    help: "Whose size and phase, for binomial filters: \(Self.names(BlurPool.Convention.self)).")
  var convention: String = "zhang"

  @Option(
    help: ArgumentHelp(
      "How spectra are read: periodic, mirror, hann, kaiser:β; a window keeps the jump between opposite"
        + " borders out.", valueName: "boundary"))
  var boundary: String = "hann"

  @Option(
    help: ArgumentHelp("Filters to draw side by side, comma-separated.", valueName: "list"))
  var compare: String?

  @Option(help: ArgumentHelp("The drawing of --compare.", valueName: "file.svg"))
  var plot: String?

  @OptionGroup var common: CommonOptions

  private static func names<Choice: CaseIterable>(_ type: Choice.Type) -> String {
    type.allCases.map { "\($0)" }.joined(separator: ", ")
  }

  func validate() throws {
    _ = try run(downsamples: true)
    try DrawingFile.check(plot)
    guard (compare == nil) == (plot == nil) else {
      throw ValidationError(
        "--compare and --plot belong together: a list of filters, and a file.svg")
    }
    let hasFilter = choice.hasFilter
    guard hasFilter || compare != nil else {
      throw ValidationError(
        "need a filter such as --ideal or --binomial 5, or --compare with a list")
    }
    guard hasFilter == (out != nil) else {
      throw ValidationError(
        hasFilter
          ? "need a file to write: -o OUT" : "-o \(out ?? ""): need a filter such as --ideal")
    }
    if let out, !["png", "npy"].contains((out as NSString).pathExtension.lowercased()) {
      throw ValidationError("-o \(out): need a name that ends in .png or .npy")
    }
  }

  func run() throws {
    let inputs = try MapInput.all([input])
    guard let read = inputs.first, inputs.count == 1 else {
      throw CommandError.input(
        input, "holds \(inputs.count) arrays, name one as in \(inputs[0].name)")
    }
    do {
      try work(read)
    } catch let error as SpectralError {
      throw error.about(read.name)
    }
  }

  private func work(_ input: MapInput) throws {
    var files: [(path: String, data: Data)] = []
    var texts: [String] = []
    var last: FilterDocument?
    if let filter = try choice.chosen(), let out {
      try checkPadding([filter])
      let reading = try FilterReading(
        input.maps, filters: [filter], run: run(downsamples: downsample != nil))
      let document = document(input, reading)
      let file = try FilteredFile(reading.results[0].output.kept, like: input, path: out)
      files.append((out, file.data))
      texts.append(FilterText(document).render(color: Terminal.outputIsTerminal))
      texts.append(file.note)
      last = document
    }
    if let compare, let plot {
      let listed = try choice.list(compare)
      try checkPadding(listed)
      let plain = try listed.contains { $0.name == "none" } ? [] : [MapFilter(parsing: "none")]
      let reading = try FilterReading(
        input.maps, filters: plain + listed, run: run(downsamples: true))
      let document = document(input, reading)
      let chart = ComparisonChart(
        document, reading, range: input.displayRange, encodePNG: DrawingFile.encodePNG)
      files.append((plot, Data(try chart.svg().utf8)))
      texts.append(FilterText(document).render(color: Terminal.outputIsTerminal))
      last = document
    }
    if let json = common.json { files.append((json, try DocumentJSON.encode(last))) }
    try OutputFiles.write(files)
    if !common.quiet { print(texts.joined(separator: "\n\n")) }
  }

  private func document(_ input: MapInput, _ reading: FilterReading) -> FilterDocument {
    FilterDocument(
      input: input.name, values: input.values, shape: input.shape, reading: reading)
  }

  private func run(downsamples: Bool) throws -> FilterRun {
    let known = try padding.map { text in
      guard let mode = BorderMode(rawValue: text) else {
        throw ValidationError("--padding \(text): need \(Self.names(BorderMode.self))")
      }
      return mode
    }
    guard let convention = BlurPool.Convention(rawValue: convention) else {
      throw ValidationError(
        "--convention \(convention): need \(Self.names(BlurPool.Convention.self))")
    }
    let stride = try downsample.map { try Spelling.stride($0, option: "--downsample") } ?? 2
    return FilterRun(
      stride: stride, downsamples: downsamples, padding: known, convention: convention,
      boundary: try Spelling.boundary(boundary), threads: common.threads)
  }

  /// A padding without a filter that meets it is a misunderstanding.
  private func checkPadding(_ filters: [MapFilter]) throws {
    guard let padding else { return }
    let meets = try filters.contains { try $0.hasTaps(stride: run(downsamples: true).stride) }
    guard meets else {
      throw ValidationError(
        "--padding \(padding): '\(filters.map(\.name).joined(separator: ", "))' has no taps and takes"
          + " the picture as periodic")
    }
  }
}
