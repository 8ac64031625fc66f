import ArgumentParser

/// The benchmarks of the README, beside their peers in one run.
@main
struct MoireBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "moire-bench",
    abstract: "Time Moire beside its peers, in turns in one run.",
    subcommands: [
      Bench.self, EngineBench.self, CoreBench.self, PhaseBench.self, TrainingBench.self,
      StudyBench.self, RunOnce.self, TrainOnce.self,
    ],
    defaultSubcommand: Bench.self)
}
