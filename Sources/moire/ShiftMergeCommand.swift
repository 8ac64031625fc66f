import ArgumentParser
import Foundation
import MoireKit

/// `moire merge`: joins the journals of the parts of one run.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Join journals of 'moire shift' into the result of one run.",
    discussion: """
      Example:
        moire shift model.onnx val/ --journal 1.jsonl --shard 1/2
        moire shift model.onnx val/ --journal 2.jsonl --shard 2/2
        moire merge 1.jsonl 2.jsonl --json shift.json

      The journals must be of one version, network, preprocessing, list of images, seed and list of
      protocols, and together have every image; the result has the bytes of a single run.
      """)

  @Argument(help: "The journals.")
  var journals: [String]

  @Option(help: ArgumentHelp("Also write the result as JSON.", valueName: "file"))
  var json: String?

  @Option(
    help: ArgumentHelp("The folder for shift.json, shift.csv, images.csv.", valueName: "folder"))
  var out: String?

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  func run() throws {
    let (header, records) = try ShiftMerge.read(paths: journals)
    try ShiftOutput.write(
      ShiftDocument(header, records), records, json: json, out: out, quiet: quiet)
  }
}
