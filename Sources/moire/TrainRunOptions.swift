import ArgumentParser

/// What a training reads and where it writes, as the command line says it.
struct TrainRunOptions: ParsableArguments {
  @Option(help: "Where the images are.")
  var data: String

  @Option(help: ArgumentHelp("Use the first images only.", valueName: "images"))
  var limit: Int?

  @Option(name: .customLong("out"), help: ArgumentHelp("The folder to write to."))
  var output: String

  @Flag(help: "Go on where a run of the same command was stopped.")
  var resume = false

  func validate() throws {
    guard limit ?? 1 >= 1 else { throw ValidationError("--limit \(limit ?? 0): need 1 or more") }
  }
}
