import ArgumentParser
import Foundation
import MoireKit

/// What every study takes.
struct StudyOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the images are: a folder of idx files as MNIST's or Fashion-MNIST's, or what else "
        + "'moire train' takes."))
  var data: String

  @Option(name: .customLong("out"), help: ArgumentHelp("The folder to write to and go on in."))
  var output: String

  @Option(help: "How many seeds each network is trained from. Default: 3; 1 with --quick.")
  var seeds: Int?

  @Option(help: ArgumentHelp("Only these networks of the study.", valueName: "names"))
  var networks: String?

  @Option(
    help: ArgumentHelp("Only these methods, as baseline,bin-5,ideal.", valueName: "names"))
  var methods: String?

  @Option(
    help: ArgumentHelp(
      "Train on the first images only, evenly of all folders.", valueName: "images"))
  var limit: Int?

  @Option(help: "How many times to go over the training images.")
  var epochs: Int?

  @Option(
    help: ArgumentHelp("Test on the first images only, evenly of all folders.", valueName: "images")
  )
  var testLimit: Int?

  @Flag(help: "A look within three minutes: fewer networks, images and epochs.")
  var quick = false

  @Flag(help: "Write the tables of the networks that are finished; train and measure nothing.")
  var table = false

  var seedCount: Int { seeds ?? (quick ? 1 : 3) }

  func validate() throws {
    guard (1...1000).contains(seedCount) else {
      throw ValidationError("--seeds \(seedCount): need a number from 1 to 1000")
    }
    for (name, value, least) in [
      ("limit", limit, 128), ("epochs", epochs, 1), ("test-limit", testLimit, 1),
    ] {
      guard let value, value < least else { continue }
      throw ValidationError("--\(name) \(value): need \(least) or more")
    }
  }

  func plan(_ study: Study, threads: Int) -> StudyPlan {
    var plan = quick ? StudyPlan.quick(threads: threads) : .full(study, threads: threads)
    plan.trainingImages = limit ?? plan.trainingImages
    plan.epochs = epochs ?? plan.epochs
    if let testLimit {
      plan.testImages = testLimit
      plan.mapImages = min(plan.mapImages, testLimit)
      plan.corruptedImages = min(plan.corruptedImages, testLimit)
    }
    return plan
  }

  /// Runs a study, shows its tables and writes its files.
  func run(_ study: Study, _ common: CommonOptions) throws {
    func names(_ list: String?) -> [String]? {
      list?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    let study = try study.only(networks: names(networks), methods: names(methods))
    let source = DataSource(data)
    let training = try source.training(threads: common.threads)
    guard
      let test = try source.test(classes: training.classes.count, threads: common.threads)
    else {
      throw TrainingError.invalidData(
        path: data, reason: "has no test images, and a study needs them")
    }
    let run = try StudyRun(
      study, data: StudyData(training: training, test: test),
      plan: plan(study, threads: common.threads),
      folder: output)
    let line = StudyLine(quiet: common.quiet)
    let document = table ? try run.table() : try run.run { line.show($0) }
    let files = try StudyFiles.write(document, to: output)
    if let json = common.json {
      try OutputFiles.write([(json, try DocumentJSON.encode(document))])
    }
    guard !common.quiet else { return }
    print(StudyText(document).render(color: Terminal.outputIsTerminal))
    if quick {
      print("\n--quick: few images, short trainings; the direction counts, not the digits")
    }
    print("\nwritten: " + files.joined(separator: ", "))
  }
}
