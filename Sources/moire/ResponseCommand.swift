import ArgumentParser
import Foundation
import MoireKit

/// `moire response`: what low-pass filters do before a subsampling.
struct ResponseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "response",
    abstract: "Compare low-pass filters before a subsampling.",
    discussion: """
      Examples:
        moire response none bin-3 bin-5 ideal
        moire response bin-5 kaiser:stop=60,width=0.1 --stride 4 --plot response.svg

      FILTER is one of \(LowPass.grammar). Frequencies are in cycles per sample; the cutoff of kaiser and
      raised-cosine is the new Nyquist frequency 1 / (2 stride) unless given.
      """)

  @Argument(help: ArgumentHelp("The filters.", valueName: "filter"))
  var filters: [String]

  @Option(help: "The subsampling that follows, on both axes.")
  var stride: Int = 2

  @Option(help: "Samples per axis of the grid for 1/f noise.")
  var size: Int = 224

  @Option(help: ArgumentHelp("Draw |H(f)| into an SVG file.", valueName: "file"))
  var plot: String?

  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard stride >= 1 else { throw ValidationError("--stride \(stride): need 1 or more") }
    guard (1...65536).contains(size) else {
      throw ValidationError("--size \(size): need a number from 1 to 65536")
    }
  }

  func run() throws {
    let named = try filters.map { (name: $0, filter: try LowPass(parsing: $0)) }
    let document = try ResponseDocument(filters: named, stride: stride, size: size)
    let json = try common.json.map { ($0, try ResponseJSON.encode(document)) }
    let drawing = plot.map { ($0, Data(ResponseChart(document).svg().utf8)) }
    for (path, data) in [json, drawing].compactMap({ $0 }) {
      try JSONFile.write(data, path: path)
    }
    if !common.quiet {
      print(ResponseText(document).render(color: Terminal.outputIsTerminal))
    }
  }
}
