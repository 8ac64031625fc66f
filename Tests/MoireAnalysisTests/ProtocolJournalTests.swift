import Foundation
import MoireLayers
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

/// Journals: what is finished stays, and what does not belong is refused.
@Suite struct ProtocolJournalTests {
  static func run(
    seed: UInt64 = 0, protocols: [String] = ["sis", "aw-black"], classes: Int = 8, images: Int = 5
  ) throws -> ShiftRun {
    try ShiftRun(
      network: ProtocolRunTests.classifier(
        classes: classes, pool: .pooling(Pooling(.max, kernel: 2, stride: 2))),
      images: ProtocolRunTests.images(images, labels: Array(repeating: 1, count: images)),
      protocols: protocols, settings: ShiftSettings(passes: 2, seed: seed),
      preprocessing: ProtocolRunTests.untouched)
  }

  static func inFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("moire-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  /// Appends the records of a shard that the journal does not have, all or the first `limit`.
  static func go(
    _ run: ShiftRun, _ path: String, shard: ShiftShard = .whole, limit: Int = .max
  ) throws {
    let (journal, known) = try ShiftJournal.open(
      path: path, header: run.header, shard: shard, resume: true)
    let open = (0..<run.header.images).filter { index in
      shard.contains(index) && !known.contains { $0.index == index }
    }
    for index in open.prefix(limit) { try journal.append(run.record(index)) }
  }

  /// The file cut off at any byte and resumed gives the same document, and the same records.
  @Test func cutAnywhereAndResumed() throws {
    try Self.inFolder { folder in
      let run = try Self.run()
      let path = folder + "/j.jsonl"
      try Self.go(run, path)
      let whole = try Data(contentsOf: URL(fileURLWithPath: path))
      let expected = ShiftDocument(run.header, try ShiftJournal.read(path: path).records)
      let direct = ShiftDocument(run.header, try (0..<5).map { try run.record($0) })
      #expect(expected == direct)
      for cut in [0, 1, 100, whole.count / 3, whole.count / 2, whole.count - 1, whole.count] {
        try whole.prefix(cut).write(to: URL(fileURLWithPath: path))
        try Self.go(run, path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == whole, "cut at \(cut)")
        let merged = try ShiftMerge.read(paths: [path])
        #expect(ShiftDocument(merged.header, merged.records) == direct)
      }
    }
  }

  @Test func shardsMergeToTheWhole() throws {
    try Self.inFolder { folder in
      let run = try Self.run()
      let paths = (1...3).map { "\(folder)/\($0).jsonl" }
      for (index, path) in paths.enumerated() {
        try Self.go(run, path, shard: ShiftShard(index: index + 1, count: 3))
      }
      let merged = try ShiftMerge.read(paths: paths.reversed())
      #expect(
        ShiftDocument(merged.header, merged.records)
          == ShiftDocument(run.header, try (0..<5).map { try run.record($0) }))
      #expect(throws: ShiftError.self) { try ShiftMerge.read(paths: Array(paths.dropLast())) }
      try Self.expect("are missing") { try ShiftMerge.read(paths: Array(paths.dropFirst())) }
      // The same journal twice is no contradiction.
      #expect(try ShiftMerge.read(paths: paths + [paths[0]]).records.count == 5)
    }
  }

  static func expect(_ part: String, _ body: () throws -> Any) throws {
    do {
      _ = try body()
      Issue.record("no error with '\(part)'")
    } catch let error as ShiftError {
      #expect(error.description.contains(part), "\(error)")
    }
  }

  @Test func otherWorkIsRefusedWithTheReason() throws {
    try Self.inFolder { folder in
      let path = folder + "/j.jsonl"
      let run = try Self.run()
      try Self.go(run, path, limit: 2)
      func resume(_ other: ShiftRun, shard: ShiftShard = .whole) throws -> Any {
        try ShiftJournal.open(path: path, header: other.header, shard: shard, resume: true)
      }
      try Self.expect("seed 0") { try resume(Self.run(seed: 1)) }
      try Self.expect("protocols are sis,aw-black, not sis") {
        try resume(Self.run(protocols: ["sis"]))
      }
      try Self.expect("another network") { try resume(Self.run(classes: 9)) }
      try Self.expect("other images") { try resume(Self.run(images: 4)) }
      try Self.expect("shard 1/1") { try resume(run, shard: ShiftShard(index: 1, count: 2)) }
      var header = run.header
      header.versions.moire = "0.0.1"
      #expect(run.header.difference(from: header)?.contains("0.0.1") == true)
      header = run.header
      header.preprocessing.description = "other"
      #expect(run.header.difference(from: header)?.contains("preprocessing") == true)
      header = run.header
      header.schema = 2
      #expect(run.header.difference(from: header)?.contains("version 2") == true)
      try Self.expect("--resume") {
        try ShiftJournal.open(path: path, header: run.header, shard: .whole, resume: false)
      }
      let other = folder + "/k.jsonl"
      try Self.go(try Self.run(seed: 1), other)
      try Self.expect("cannot be merged") { try ShiftMerge.read(paths: [path, other]) }
    }
  }

  @Test func damagedFilesAreNamed() throws {
    try Self.inFolder { folder in
      let path = folder + "/j.jsonl"
      let run = try Self.run()
      try Self.go(run, path)
      var lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      lines[2] = lines[2].dropLast(20)
      try lines.joined(separator: "\n").appending("\n")
        .write(toFile: path, atomically: true, encoding: .utf8)
      try Self.expect("line 3") { try ShiftJournal.read(path: path) }
      for text in ["", "hello\n", "hello"] {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try Self.expect("j.jsonl") { try ShiftJournal.read(path: path) }
      }
      // A file that is no journal is not overwritten.
      try Self.expect("no journal") { try Self.go(run, path) }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "hello")
      try Self.expect("cannot be read") { try ShiftJournal.read(path: folder + "/none") }
      try Self.expect("cannot be written") { try Self.go(run, folder + "/no/j.jsonl") }
    }
  }

  @Test func twoRunsDoNotShareAJournal() throws {
    try Self.inFolder { folder in
      let run = try Self.run()
      let first = try ShiftJournal.open(
        path: folder + "/j", header: run.header, shard: .whole, resume: true)
      try Self.expect("another run") { try Self.go(run, folder + "/j") }
      withExtendedLifetime(first) {}
    }
  }

  // MARK: Bad input

  @Test func labelsAndProtocolsThatDoNotFit() throws {
    func run(_ labels: [Int?], _ protocols: [String]?, classes: Int = 8) throws -> Any {
      try ShiftRun(
        network: ProtocolRunTests.classifier(classes: classes),
        images: ProtocolRunTests.images(2, labels: labels), protocols: protocols,
        preprocessing: ProtocolRunTests.untouched)
    }
    try Self.expect("photo 1: label 8 is out of range, the network has the classes 0 … 7") {
      try run([0, 8], nil)
    }
    try Self.expect("label -1") { try run([-1, 0], nil) }
    try Self.expect("aw-size needs the right class of every image and photo 1 has none") {
      try run([0, nil], ["sis", "aw-size"])
    }
    try Self.expect("top 5") { try run([0, 0], ["aw-jaggedness"], classes: 5) }
    try Self.expect("'none-such' is not known") { try run([0, 0], ["none-such"]) }
    try Self.expect("the network gives [8]") { try run([0, 0], ["eq-t"]) }
    var maps = Network(name: "maps", inputShape: [3, 32, 32])
    maps.append("relu", .activation(.relu))
    let images = try ProtocolRunTests.images(1)
    func onMaps(_ protocols: [String]?) throws -> ShiftRun {
      try ShiftRun(
        network: maps, images: images, protocols: protocols,
        preprocessing: ProtocolRunTests.untouched)
    }
    try Self.expect("answers with shape [3, 32, 32]") { try onMaps(["sis"]) }
    #expect(try onMaps(nil).header.protocols.map(\.name) == ["eq-t", "eq-t-frac"])
    try Self.expect("it nowhere does") { try onMaps(["nonshiftability"]) }
  }

  /// Tensors are no photos: usual protocols that need one are left out, named ones are refused; a long
  /// photo cannot be embedded.
  @Test func imagesThatDoNotFit() throws {
    var images = try ProtocolRunTests.images(2)
    images.margin = nil
    images.arePhotos = false
    let run = try ShiftRun(
      network: ProtocolRunTests.classifier(), images: images,
      preprocessing: ProtocolRunTests.untouched)
    #expect(run.header.protocols.map(\.name) == ["aps-circular", "afc-half", "sis"])
    #expect(run.header.remarks.count { $0.hasPrefix("left out: protocol") } == 5)
    try Self.expect("no photos") {
      try ShiftRun(
        network: ProtocolRunTests.classifier(), images: images, protocols: ["aw-crop"],
        preprocessing: ProtocolRunTests.untouched)
    }
    let document = try ProtocolRunTests.document(
      ProtocolRunTests.classifier(), ProtocolRunTests.images(1), ["zhang-crop"])
    #expect(document.protocols[0].images == 1)
    // Without a photo behind it, an image is refused by name.
    let bare = try AuditSource([
      AuditInput(name: "bare", tensor: ProtocolRunTests.images(1).source.load(0).tensor)
    ])
    let mixed = ShiftRun.Images(source: bare, labels: [nil], margin: 4, arePhotos: true)
    let refused = try ProtocolRunTests.document(
      ProtocolRunTests.classifier(), mixed, ["aw-black", "sis"])
    #expect(refused.protocols[0].refused.map(\.name) == ["bare"])
    #expect(refused.protocols[1].images == 1)
    try Self.expect("no image fits it; bare") { try refused.requireImages() }
  }
}
