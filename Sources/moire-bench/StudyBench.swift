import ArgumentParser
import Foundation
import MoireKit

/// What each network of the studies takes to train.
struct StudyBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studies",
    abstract: "Time steps of training of each network of the studies, in turns.",
    discussion: """
      Example: swift run -c release moire-bench studies --networks plain-9-1,plain-9-16

      A step is that of the full plan: the way forth, the loss, the way back and SGD with momentum on one
      batch of 128 grayscale images. A training is as many of them as the plan has; it also loads images and
      saves a checkpoint after each epoch, beside and between the steps.
      """)

  @Option(help: "Threads.")
  var threads = 2

  @Option(help: "Rounds; the first is left out.")
  var rounds = 3

  @Option(help: "Steps of each network in a round.")
  var steps = 3

  @Option(help: ArgumentHelp("Only these networks.", valueName: "names"))
  var networks: String?

  @Option(help: ArgumentHelp("Only these methods.", valueName: "names"))
  var methods: String?

  @Flag(help: "Print where the steps of each spend their time instead.")
  var profile = false

  func run() throws {
    func names(_ list: String?) -> [String]? { list?.split(separator: ",").map(String.init) }
    let cells = (Study.zhang(seeds: 1).cells + Study.azulayWeiss(seeds: 1).cells)
      .filter { $0.augmentations.isEmpty && $0.network != "unet-small" }
    let study = try Study(name: "all", title: "both studies", cells: cells, measures: [])
      .only(networks: names(networks), methods: names(methods))
    let plan = StudyPlan.full(threads: threads)
    func step(_ cell: StudyCell) throws -> TrainingStep {
      try TrainingStep(cell.network(inputShape: [1, 28, 28], classes: 10), plan.batch, threads)
    }
    if profile {
      for cell in study.cells {
        print("\(cell.network), \(cell.method.rawValue): processor milliseconds of a step")
        for line in try step(cell).profile() {
          print(String(format: "%9.2f  ", line.seconds * 1000) + line.label)
        }
      }
      return
    }
    let runs = try study.cells.map(step)
    var times = [Series](repeating: Series(), count: runs.count)
    for round in 0...rounds {
      for (index, run) in runs.enumerated() {
        let taken = try Comparison.time(steps) { try run.step() }
        if round > 0 { times[index].add(taken) }
      }
    }
    let count = plan.epochs * (plan.trainingImages / plan.batch)
    print("| network | method | a step, ms | a training, s |\n|---|---|--:|--:|")
    for (cell, series) in zip(study.cells, times) {
      let seconds = series.median * Double(count) / 1000
      print(
        String(
          format: "| \(cell.network) | \(cell.method.rawValue) | %.1f | %.1f |", series.median,
          seconds))
    }
    print(
      "\nMedians of \(rounds) rounds of \(steps) steps, batch \(plan.batch), \(threads) threads; a training: "
        + "times the \(count) steps of the full plan. oneDNN \(CompiledNetwork.engineVersion).")
  }
}
