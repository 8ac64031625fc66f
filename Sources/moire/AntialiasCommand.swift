import ArgumentParser
import Foundation
import MoireKit

/// `moire antialias`: puts filters where a network subsamples.
struct AntialiasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "antialias",
    abstract: "Replace strided layers and pools of a network by anti-aliased ones.",
    discussion: """
      Examples:
        moire antialias resnet50.onnx -o filtered.onnx --with bin-4
        moire antialias resnet50.onnx -o some.onnx --with ideal --sites 'layer[34].*'

      Max-pools, strided convolutions and average pools become operations at stride 1 with a filter
      that subsamples; every weight is kept. The table printed lists each replacement: what it was, what
      it is now, sizes, and where the first output stood and stands in samples of the layer's input.
      METHOD is one of \(Antialiasing.Method.grammar).
      """)

  @Argument(help: "The ONNX file.")
  var model: String

  @Option(name: [.short, .customLong("out")], help: ArgumentHelp("The ONNX file to write."))
  var output: String

  @Option(
    name: .customLong("with"),
    help: ArgumentHelp("What subsamples from now on, as bin-4.", valueName: "method"))
  var method: String

  @Option(
    help: ArgumentHelp(
      "Only layers whose path matches, with *, ? and […]; * also matches dots.",
      valueName: "pattern"))
  var sites: String?

  @Option(
    help: "Where the filter of a strided convolution stands, before (first) or behind (last) it.",
    transform: Self.choice)
  var blur: Antialiasing.Position = .last

  @Option(
    help: ArgumentHelp(
      "Whose size and phase a BlurPool has: \(Self.names(BlurPool.Convention.self)); default: zhang.",
      valueName: "name"), transform: Self.choice)
  var convention: BlurPool.Convention?

  @Option(
    help: ArgumentHelp(
      """
      What a BlurPool meets beyond the border: \(Self.names(BorderMode.self)). Default: circular behind \
      a convolution that pads so, else as the convention has it.
      """, valueName: "mode"), transform: Self.choice)
  var padding: BorderMode?

  @OptionGroup var network: NetworkOptions

  @Option(help: ArgumentHelp("Also write the list of changes as JSON.", valueName: "file"))
  var json: String?

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  private static func names<Choice: CaseIterable>(_ type: Choice.Type) -> String {
    type.allCases.map { "\($0)" }.joined(separator: ", ")
  }

  @Sendable private static func choice<Choice: CaseIterable & RawRepresentable<String>>(
    _ text: String
  ) throws -> Choice {
    guard let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("need one of \(names), got \(text)")
    }
    return choice
  }

  func validate() throws { _ = try antialiasing() }

  func run() throws {
    let onnx = try ONNXModel(contentsOf: model)
    let graph = try onnx.network(
      inputName: network.inputName, outputName: network.outputName, size: network.parsedSize())
    let (result, changes) = try graph.antialiased(with: antialiasing())
    if let json {
      let document = Document(network: graph.name, output: output, method: method, changes: changes)
      let bytes = try result.onnx(metadata: onnx.metadata)
      try OutputFiles.write([(output, Data(bytes)), (json, try JSONFile.data(document))])
    } else {
      try result.writeONNX(path: output, metadata: onnx.metadata)
    }
    if !quiet { print(AntialiasText(changes).render()) }
  }

  private func antialiasing() throws -> Antialiasing {
    do {
      return Antialiasing(
        method: try Antialiasing.Method(parsing: method, convention: convention), blur: blur,
        sites: sites, padding: padding)
    } catch {
      throw ValidationError("--with \(method): \(error)")
    }
  }

  /// What `--json` writes.
  struct Document: Encodable {
    var network: String
    var output: String
    var method: String
    var changes: [Antialiasing.Change]
  }
}
