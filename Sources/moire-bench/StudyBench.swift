import ArgumentParser
import Foundation
import MoireKit
import MoireLayers

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

  func validate() throws {
    guard threads > 0, rounds > 0, steps > 0 else {
      throw ValidationError("threads, rounds and steps must be 1 or more")
    }
  }

  func run() throws {
    OpenMPWaiting.settle()
    func names(_ list: String?) -> [String]? { list?.split(separator: ",").map(String.init) }
    let studies = [Study.zhang(seeds: 1), .azulayWeiss(seeds: 1)]
    let cells = studies.flatMap { study in
      study.cells.filter { $0.augmentations.isEmpty && $0.network != "unet-small" }
        .map { (cell: $0, plan: StudyPlan.full(study, threads: threads)) }
    }
    let chosen = try Study(name: "all", title: "both", cells: cells.map(\.cell), measures: [])
      .only(networks: names(networks), methods: names(methods)).cells
    let entries = cells.filter { chosen.contains($0.cell) }
    let runs = try entries.map {
      try TrainingStep(
        $0.cell.network(inputShape: [1, 28, 28], classes: 10), $0.plan.batch, threads)
    }
    if profile {
      for (entry, run) in zip(entries, runs) {
        print(
          "\(entry.cell.network), \(entry.cell.method.rawValue): processor milliseconds of a step")
        for line in try run.profile() {
          print(String(format: "%9.2f  ", line.seconds * 1000) + line.label)
        }
      }
      return
    }
    var times = [Series](repeating: Series(), count: runs.count)
    for round in 0...rounds {
      for (index, run) in runs.enumerated() {
        let taken = try Comparison.time(steps + 1) { try run.step() }
        if round > 0 { times[index].add(Array(taken.dropFirst())) }
      }
    }
    print("| network | method | a step, ms | steps | a training, s |\n|---|---|--:|--:|--:|")
    for (entry, series) in zip(entries, times) {
      let count = entry.plan.epochs * (entry.plan.trainingImages / entry.plan.batch)
      print(
        "| \(entry.cell.network) | \(entry.cell.method.rawValue) "
          + String(
            format: "| %.1f | %d | %.1f |", series.median, count,
            series.median * Double(count) / 1000))
    }
    print(
      "\nMedians of \(rounds) rounds of \(steps) steps, \(threads) threads; a training: times the steps of "
        + "the full plan, of \(entries[0].plan.batch) images each. oneDNN \(CompiledNetwork.engineVersion)."
    )
  }
}
