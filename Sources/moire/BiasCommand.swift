import ArgumentParser
import Foundation
import MoireKit

/// `moire bias`: whether the objects of a data set stand anywhere in their pictures, at any size.
struct BiasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bias",
    abstract: "Test the photographer's bias of a data set: objects' positions and sizes, by class.",
    discussion: """
      Examples:
        moire bias boxes.csv
        moire bias train-annotations-bbox.csv --least 50 --out bias

      BOXES is CSV with a header that names the columns class (or label, LabelName), XMin, XMax, YMin,
      YMax, and width and height of the picture; without these two the box is in fractions of the
      picture, as in Open Images' tables. --out writes bias.json and bias.csv (a row for each class).
      """)

  @Argument(help: ArgumentHelp("The table of bounding boxes.", valueName: "boxes.csv"))
  var boxes: String

  @Option(help: ArgumentHelp("Leave out classes with fewer boxes.", valueName: "n"))
  var least: Int = 5

  @Option(
    help: ArgumentHelp("The probability below which a class is non-uniform.", valueName: "p"))
  var level: Double = 0.001

  @Option(help: ArgumentHelp("The folder for bias.json, bias.csv.", valueName: "folder"))
  var out: String?

  @Option(help: ArgumentHelp("Also write the result as JSON.", valueName: "file"))
  var json: String?

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  func validate() throws {
    guard (1...1_000_000).contains(least) else {
      throw ValidationError("--least \(least): need a number from 1 to 1000000")
    }
    guard level > 0, level < 1 else {
      throw ValidationError("--level \(level): need a number between 0 and 1")
    }
  }

  func run() throws {
    let name = (boxes as NSString).lastPathComponent
    let table = try BoxTable(csv: TextFile.read(boxes), file: name)
    let document = try PhotographersBias.test(
      table, options: PhotographersBias.Options(least: least, level: level))
    if let json { try JSONFile.write(DocumentJSON.encode(document), path: json) }
    let files = try out.map { try BiasFiles.write(document, to: $0) } ?? []
    guard !quiet else { return }
    print(BiasText(document).render(color: Terminal.outputIsTerminal))
    if !files.isEmpty { print("\nwritten: " + files.joined(separator: ", ")) }
  }
}
