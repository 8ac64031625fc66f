import Foundation
import MoireLayers
import MoireModels
import MoireSpectral
import MoireTensors
import MoireTraining
import Testing

@testable import MoireStudies

struct StudyTests {
  private let study = Study(
    name: "test", title: "a test",
    cells: Study.grid(
      [("vgg-small", [.baseline, .aliasFree]), ("strided-small", [.aps])],
      augmentations: [["crop:1"]], seeds: 0..<2),
    measures: [.shift, .filters])

  private func plan() -> StudyPlan {
    var plan = StudyPlan(
      trainingImages: 16, epochs: 1, testImages: 8, mapImages: 2, corruptedImages: 4, threads: 1)
    (plan.batch, plan.passes) = (8, 1)
    return plan
  }

  private func data() throws -> StudyData {
    try StudyData(training: corners(16, seed: 1), test: corners(8, seed: 2))
  }

  private func run(
    _ study: Study, _ plan: StudyPlan, _ folder: TemporaryFolder,
    report: (StudyProgress) -> Void = { _ in }
  ) throws -> StudyDocument {
    try StudyRun(study, data: data(), plan: plan, folder: folder.path).run(report: report)
  }

  @Test func `A study goes on where it was, and measures what is missing`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    var part = study
    part = Study(
      name: "test", title: "a test", cells: Array(study.cells.prefix(1)), measures: [.filters])
    _ = try run(part, plan(), folder)
    #expect(throws: StudyError.unfinished(path: folder.path)) {
      try StudyRun(study, data: data(), plan: plan(), folder: folder.path).table()
    }
    var (trained, finished) = (Set<String>(), [String]())
    let whole = try run(study, plan(), folder) { progress in
      if case .training = progress.stage { trained.insert(progress.cell.name) }
      if case .finished = progress.stage { finished.append(progress.cell.name) }
    }
    // The first cell has its weights: it is measured, not trained.
    #expect(trained == Set(study.cells.dropFirst().map(\.name)))
    #expect(finished == study.cells.map(\.name))
    var again: [String] = []
    let second = try run(study, plan(), folder) { again.append($0.cell.name) }
    #expect(again.isEmpty)
    #expect(second == whole)
    #expect(whole.rows.map(\.method) == [.baseline, .aliasFree, .aps])
    #expect(whole.unfinished == 0)
    // Of a study with a seed more, the table of what is there.
    let more = Study(
      name: "test", title: "a test",
      cells: study.cells
        + [StudyCell](
          study.cells.suffix(1).map { cell in
            var cell = cell
            cell.seed = 2
            return cell
          }), measures: study.measures)
    let table = try StudyRun(more, data: data(), plan: plan(), folder: folder.path).table()
    #expect(table.rows == whole.rows)
    #expect(table.unfinished == 1)
    #expect(whole.rows.allSatisfy { $0.seeds == [0, 1] })
    let other = try TemporaryFolder()
    defer { other.remove() }
    let fresh = try run(study, plan(), other)
    #expect(fresh.rows.map(\.means) == whole.rows.map(\.means))
  }

  @Test func `A folder of other work and a damaged cell are refused with the reason`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let small = Study(
      name: "test", title: "", cells: Array(study.cells.prefix(1)), measures: [.filters])
    _ = try run(small, plan(), folder)
    var longer = plan()
    longer.epochs = 2
    #expect(throws: StudyError.self) { try run(small, longer, folder) }
    let cell = "\(folder.path)/cells/\(small.cells[0].name).json"
    var text = try String(contentsOfFile: cell, encoding: .utf8)
    text = text.replacing("total variation", with: "another number")
    try text.write(toFile: cell, atomically: true, encoding: .utf8)
    #expect {
      try run(small, plan(), folder)
    } throws: {
      "\($0)".contains("another protocol")
    }
    try "{".write(toFile: cell, atomically: true, encoding: .utf8)
    #expect(
      throws: StudyError.cell(path: cell, reason: "is no result of a cell")
    ) { try run(small, plan(), folder) }
    var none = plan()
    none.epochs = 0
    #expect(throws: StudyError.plan(option: "epochs", reason: "0; need 1 or more")) {
      try run(small, none, folder)
    }
  }

  @Test func `Only some networks and methods of a study`() throws {
    let study = Study.zhang(seeds: 2)
    let some = try study.only(networks: ["vgg-small"], methods: ["baseline", "ideal"])
    #expect(some.cells.map(\.name) == study.cells.map(\.name).filter(isChosen))
    #expect(some.cells.count == 2 * 2 * 2)
    #expect(some.name == study.name && some.measures == study.measures)
    #expect(try study.only(networks: nil, methods: nil).cells == study.cells)
    #expect(
      throws: StudyError.plan(
        option: "--networks vgg", reason: "need some of vgg-small, strided-small, unet-small")
    ) { try study.only(networks: ["unet-small", "vgg"], methods: nil) }
    #expect(
      throws: StudyError.plan(
        option: "--networks, --methods",
        reason: "none of the networks that are asked for is in zhang with one of the methods")
    ) { try study.only(networks: ["unet-small"], methods: ["aps"]) }
  }

  private func isChosen(_ name: String) -> Bool {
    name.hasPrefix("vgg-small_") && (name.contains("_baseline_") || name.contains("_ideal_"))
  }

  @Test func `The interval over seeds is Student's`() {
    let interval = SeedInterval([1, 2, 3])
    // 4.3027 · 1/√3.
    #expect(interval.mean == 2)
    #expect(abs((interval.high ?? 0) - 2 - 2.484164) < 1e-4)
    #expect(SeedInterval([5]) == SeedInterval([5]))
    #expect(SeedInterval([5]).low == nil)
    #expect(SeedInterval([7, 7, 7, 7]).high == 7)
  }
}
