import Foundation
import MoireLayers
import MoireModels
import MoireTensors
import Testing

@testable import MoireTraining

struct TrainerTests {
  private func weights(_ network: Network) -> [Tensor] { network.namedTensors.map(\.tensor) }

  @Test func `A small network learns corners`() throws {
    let (data, test) = (try corners(64, seed: 1), try corners(32, seed: 2))
    let trainer = try Trainer(try smallNetwork(), data: data, test: test, plan: smallPlan())
    let trained = try trainer.run()
    #expect(trainer.isFinished)
    #expect(trainer.records.map(\.epoch) == [1, 2])
    let result = try Evaluation(trained, on: test, scale: PixelScale(channels: 1), batch: 5)
    #expect(result.accuracy > 0.9)
    #expect(result.correct == result.classes.reduce(0) { $0 + $1.correct })
    #expect(trainer.records[1].testAccuracy == result.accuracy)
  }

  @Test func `The same plan gives the same bits, another seed gives others`() throws {
    let data = try corners(32, seed: 1)
    func trained(_ seed: UInt64, threads: Int = 1) throws -> [Tensor] {
      var plan = smallPlan()
      (plan.seed, plan.threads) = (seed, threads)
      return weights(try Trainer(try smallNetwork(), data: data, plan: plan).run())
    }
    #expect(try trained(1) == trained(1))
    #expect(try trained(1, threads: 2) == trained(1, threads: 2))
    #expect(try trained(1) != trained(2))
  }

  @Test(arguments: [TrainingPlan.Optimizer.sgd(), .adamW()])
  func `Killed at any step and resumed it ends with the same bits`(
    _ optimizer: TrainingPlan.Optimizer
  ) throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let data = try corners(32, seed: 1)
    var plan = smallPlan()
    plan.optimizer = optimizer
    plan.rate = 0.01
    plan.average = 0.9
    plan.checkpointInterval = 0
    let whole = try Trainer(try smallNetwork(), data: data, plan: plan)
    let expected = weights(try whole.run())
    for kill in 1..<8 {
      let path = "\(folder.path)/\(kill)"
      try Trainer(try smallNetwork(), data: data, plan: plan, checkpoint: path)
        .run(stopAfter: kill)
      let next = try Trainer(
        try smallNetwork(), data: data, plan: plan, checkpoint: path, resumes: true)
      #expect(weights(try next.run()) == expected)
      #expect(next.records.map(\.loss) == whole.records.map(\.loss))
    }
  }

  /// The noise of soft decisions depends on the step alone, and their temperature falls.
  @Test func `Learned phases go on with the same bits`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let data = try corners(32, seed: 1)
    let plan = smallPlan()
    func start(_ path: String? = nil, resumes: Bool = false) throws -> Trainer {
      try Trainer(
        try smallNetwork(downsampling: .learnedPolyphase(hidden: 4)), data: data, plan: plan,
        checkpoint: path, resumes: resumes)
    }
    let expected = weights(try start().run())
    for kill in [1, 5] {
      let path = "\(folder.path)/\(kill)"
      try start(path).run(stopAfter: kill)
      #expect(weights(try start(path, resumes: true).run()) == expected)
    }
    #expect(plan.temperature(step: 0, of: 9) == 1)
    #expect(abs(plan.temperature(step: 4, of: 9) - Float(0.1).squareRoot()) < 1e-6)
    #expect(abs(plan.temperature(step: 8, of: 9) - 0.1) < 1e-7)
    #expect(plan.temperature(step: 0, of: 1) == 1)
  }

  @Test func `A checkpoint of another network or plan is refused`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let data = try corners(32, seed: 1)
    let path = "\(folder.path)/checkpoint"
    try Trainer(try smallNetwork(), data: data, plan: smallPlan(), checkpoint: path)
      .run()
    func refused(_ network: Network, _ plan: TrainingPlan) -> String {
      do {
        _ = try Trainer(network, data: data, plan: plan, checkpoint: path, resumes: true)
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(
      refused(try smallNetwork("other"), smallPlan()).contains("belongs to small, not to other"))
    #expect(refused(try smallNetwork(width: 7), smallPlan()).contains("conv.weight"))
    var plan = smallPlan()
    plan.rate = 0.06
    #expect(refused(try smallNetwork(), plan).contains("other options"))
    try Data("junk".utf8).write(to: URL(fileURLWithPath: path))
    #expect(refused(try smallNetwork(), smallPlan()) != "accepted")
  }

  @Test func `A diverging loss says when and where and keeps the checkpoint`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let data = try corners(32, seed: 1)
    let path = "\(folder.path)/checkpoint"
    var plan = smallPlan()
    plan.checkpointInterval = 0
    plan.schedule = .constant
    plan.rate = 1e30
    let error = #expect(throws: TrainingError.self) {
      try Trainer(try smallNetwork(), data: data, plan: plan, checkpoint: path).run()
    }
    let text = error?.description ?? ""
    #expect(text.contains("diverged in epoch 1, step"))
    #expect(text.contains("not finite is in"))
    if FileManager.default.fileExists(atPath: path) {
      let kept = try Safetensors(contentsOf: path)
      for entry in kept.entries { #expect(try kept.tensor(entry.name).firstNonFinite == nil) }
    }
  }

  @Test func `A checkpoint that cannot be written leaves the one before`() throws {
    let data = try corners(32, seed: 1)
    #expect(throws: ModelError.self) {
      try Trainer(
        try smallNetwork(), data: data, plan: smallPlan(), checkpoint: "/nowhere/checkpoint"
      ).run()
    }
  }

  @Test func `Data and plans that do not fit are refused`() throws {
    let data = try corners(32, seed: 1)
    #expect(throws: TrainingError.self) {
      try Trainer(try smallNetwork(classes: 5), data: data, plan: smallPlan())
    }
    #expect(throws: TrainingError.self) {
      try Trainer(try smallNetwork(), data: try corners(32, seed: 1, side: 10), plan: smallPlan())
    }
    for change in [
      { (plan: inout TrainingPlan) in plan.batch = 33 }, { $0.epochs = 0 }, { $0.rate = -1 },
      { $0.rate = .nan }, { $0.smoothing = 1 }, { $0.average = 1 }, { $0.warmUp = -0.1 },
    ] {
      var plan = smallPlan()
      change(&plan)
      #expect(throws: TrainingError.self) {
        try Trainer(try smallNetwork(), data: data, plan: plan)
      }
    }
  }

  @Test func `Rates follow their schedules`() {
    var plan = TrainingPlan()
    plan.rate = 1
    plan.schedule = .cosine
    #expect(plan.rate(step: 0, of: 100) == 1)
    #expect(abs(plan.rate(step: 50, of: 100) - 0.5) < 1e-6)
    plan.warmUp = 0.1
    #expect(abs(plan.rate(step: 4, of: 100) - 0.5) < 1e-6)
    #expect(plan.rate(step: 10, of: 100) == 1)
    plan.warmUp = 0
    plan.schedule = .step(parts: 4, factor: 0.5)
    #expect(
      [0, 25, 50, 75, 99].map { plan.rate(step: $0, of: 100) } == [1, 0.5, 0.25, 0.125, 0.125])
    plan.schedule = .oneCycle(rise: 0.3)
    #expect(abs(plan.rate(step: 0, of: 100) - 0.04) < 1e-6)
    #expect(abs(plan.rate(step: 30, of: 100) - 1) < 1e-6)
    #expect(plan.rate(step: 99, of: 100) < 0.01)
  }
}
