import ArgumentParser
import Foundation
import MoireKit

/// What makes a long run survive an interruption, or spread over machines.
struct ShiftJournalOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Keep every finished image in this file, one line each.", valueName: "file"))
  var journal: String?

  @Flag(help: "Go on with the journal, where there is one.")
  var resume = false

  @Option(
    help: ArgumentHelp("Read only part i of n of the images, for 'moire merge'.", valueName: "i/n"))
  var shard: String?

  func validate() throws {
    if resume, journal == nil {
      throw ValidationError("--resume goes on with a journal: name it with --journal FILE")
    }
    if let shard, journal == nil {
      throw ValidationError("--shard \(shard) needs --journal FILE, which 'moire merge' joins")
    }
    _ = try part()
  }

  var isWhole: Bool { shard == nil }

  /// What a result of a part says besides.
  var remarks: [String] {
    shard.map {
      ["this is part \($0) of the images; 'moire merge' joins the journals of all parts"]
    }
      ?? []
  }

  private func part() throws -> ShiftShard {
    guard let shard else { return .whole }
    let numbers = shard.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let index = numbers[0], let count = numbers[1], count >= 1,
      (1...count).contains(index)
    else { throw ValidationError("--shard \(shard): need i/n with i from 1 to n, as 1/4") }
    return ShiftShard(index: index, count: count)
  }

  /// The records of a run: those of the journal, and the missing ones, which are read now.
  func records(of run: ShiftRun, quiet: Bool) throws -> [ImageRecord] {
    let part = try part()
    var records: [ImageRecord] = []
    var file: ShiftJournal?
    if let journal {
      let opened = try ShiftJournal.open(
        path: journal, header: run.header, shard: part, resume: resume)
      file = opened.journal
      // What was skipped may be readable by now.
      records = opened.records.filter { $0.skipped == nil }
    }
    let finished = Set(records.map(\.index))
    let open = (0..<run.header.images).filter { part.contains($0) && !finished.contains($0) }
    if !finished.isEmpty, !quiet {
      Terminal.say("resumed: \(finished.count) images are there, \(open.count) to go")
    }
    var progress = Progress("shift: image", quiet: quiet)
    var evaluations = 0
    for (done, index) in open.enumerated() {
      let record = try run.record(index)
      try file?.append(record)
      records.append(record)
      evaluations += record.evaluations
      progress.show(done + 1, of: open.count, work: (evaluations, "evaluations"))
      if let reason = record.skipped, !quiet {
        progress.finish()
        Terminal.say("skipped \(record.name): \(reason)")
      }
    }
    progress.finish()
    return records
  }
}
