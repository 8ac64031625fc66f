import ArgumentParser
import Foundation
import MoireKit

/// `moire compare`: before and after.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Put results of two or more networks side by side.",
    discussion: """
      Example:
        moire audit model.onnx photos/ --json before.json
        moire antialias model.onnx -o smooth.onnx --with bin-3
        moire audit smooth.onnx photos/ --json after.json
        moire compare before.json after.json --out report

      The files are those of 'moire audit', 'moire shift' or 'moire theorem', all of one command,
      version, preprocessing and set of images, with the same constants of their protocols; the
      networks may differ. The first file is what the others are compared with. --out writes
      compare.json, compare.csv and compare.svg.
      """)

  @Argument(help: "The JSON files, two or more.")
  var results: [String]

  @Option(help: ArgumentHelp("Also write the result as JSON.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Also write the result as CSV.", valueName: "file"))
  var csv: String?

  @Option(
    help: ArgumentHelp(
      "The folder for compare.json, compare.csv, compare.svg.", valueName: "folder"))
  var out: String?

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  func validate() throws {
    guard results.count > 1 else {
      throw ValidationError("\(results.count) file: need two or more")
    }
  }

  func run() throws {
    let document = try Comparison(results.map { try ResultReader.read(path: $0) }).document
    var files: [(path: String, data: Data)] = []
    if let json { files.append((json, try DocumentJSON.encode(document))) }
    if let csv { files.append((csv, Data(ComparisonCSV(document).render().utf8))) }
    try OutputFiles.write(files)
    let written = try out.map { try ComparisonFiles.write(document, to: $0) } ?? []
    guard !quiet else { return }
    print(ComparisonText(document).render(color: Terminal.outputIsTerminal))
    if !written.isEmpty { print("\nwritten: " + written.joined(separator: ", ")) }
  }
}
