import ArgumentParser
import Foundation
import MoireKit

/// What a training reads and where it writes, as the command line says it.
struct TrainRunOptions: ParsableArguments {
  @Option(help: "Where the images are.")
  var data: String

  @Option(
    help: ArgumentHelp("Use the first images only, evenly of all folders.", valueName: "images"))
  var limit: Int?

  @Option(name: .customLong("out"), help: ArgumentHelp("The folder to write to."))
  var output: String

  @Flag(help: "Go on where a run of the same command was stopped.")
  var resume = false

  @Option(
    help: ArgumentHelp(
      "A text file with one class name a line, for the trained network; default: the names of the "
        + "folders.", valueName: "file"))
  var classNames: String?

  /// The names of the classes for the metadata of a network.
  ///
  /// - Parameter known: what they are called where no file is given.
  func classes(of data: ImageDataset, known: [String]? = nil) throws -> [String: String] {
    var names = known ?? data.classes
    if let classNames {
      names = try Labels.classNames(path: classNames)
      guard names.count == data.classes.count else {
        throw CommandError.input(
          classNames, "\(names.count) class names, the data have \(data.classes.count) classes")
      }
    }
    // Bare numbers are no names.
    guard names != names.indices.map(String.init) else { return [:] }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return ["classes": String(decoding: try encoder.encode(names), as: UTF8.self)]
  }

  func validate() throws {
    guard limit ?? 1 >= 1 else { throw ValidationError("--limit \(limit ?? 0): need 1 or more") }
  }
}
