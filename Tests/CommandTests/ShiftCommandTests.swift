import Foundation
import MoireAnalysis
import MoireReport
import MoireTensors
import TestSupport
import Testing

@Suite struct ShiftCommandTests {
  static func document(_ name: String, in folder: URL) throws -> ShiftDocument {
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    return try DocumentJSON.decode(ShiftDocument.self, from: data)
  }

  @Test func theEmbeddedDefault() throws {
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(
        ["shift", "--protocol", "sis,aw-black", "--passes", "2", "--out", "r", "--json", "s.json"],
        in: folder)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(
        result.output.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(result.output)")
      let document = try Self.document("s.json", in: folder)
      #expect(document.protocols.map(\.name) == ["sis", "aw-black"])
      #expect(document.images.read == 48 && document.images.accuracy?.interval == "wilson")
      for result in document.protocols {
        #expect(result.protocolLine.contains("seed 0"))
        #expect(result.metrics.allSatisfy { $0.interval != nil })
      }
      let written = try FileManager.default.contentsOfDirectory(
        atPath: folder.appendingPathComponent("r").path)
      #expect(Set(written) == ["shift.json", "shift.csv", "images.csv"])
      #expect(try Self.document("r/shift.json", in: folder) == document)
      let rows = try String(
        contentsOf: folder.appendingPathComponent("r/images.csv"), encoding: .utf8)
      #expect(rows.components(separatedBy: "\r\n").count == 1 + 2 * 48 + 1)
    }
  }

  /// Interrupted and resumed, or in shards and merged: the same bytes.
  @Test func journalsGiveTheBytesOfOneRun() throws {
    try Tool.inTemporaryFolder { folder in
      let common = ["shift", "--protocol", "sis,circular", "--passes", "2", "--quiet"]
      func run(_ arguments: [String]) throws {
        let result = try Tool.run(arguments, in: folder)
        #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      }
      func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(name))
      }
      try run(common + ["--json", "whole.json", "--threads", "1"])
      try run(common + ["--journal", "j", "--json", "j.json"])
      let journal = try bytes("j")
      try journal.prefix(journal.count / 2).write(to: folder.appendingPathComponent("j"))
      try run(common + ["--journal", "j", "--resume", "--json", "resumed.json"])
      try run(["merge", "j", "--quiet", "--json", "merged.json"])
      for part in ["1/2", "2/2"] {
        try run(common + ["--journal", "p\(part.prefix(1))", "--shard", part])
      }
      try run(["merge", "p2", "p1", "--quiet", "--json", "shards.json"])
      let whole = try bytes("whole.json")
      for name in ["j.json", "resumed.json", "merged.json", "shards.json"] {
        #expect(try bytes(name) == whole, "\(name)")
      }
      #expect(try bytes("j") == journal)
      let missing = try Tool.run(["merge", "p1"], in: folder)
      #expect(missing.code == 3 && missing.errors.contains("24 of 48 images are missing"))
      let again = try Tool.run(common + ["--journal", "j"], in: folder)
      #expect(again.code == 3 && again.errors.contains("--resume"))
      let other = try Tool.run(
        common + ["--journal", "j", "--resume", "--seed", "1"], in: folder)
      #expect(other.code == 3 && other.errors.contains("seed 0"))
    }
  }

  /// One clear sentence each: wrong usage ends with 2, bad input with 3.
  static let refusals: [(arguments: [String], code: Int32, says: String)] = [
    (["--protocol", "zhang"], 2, "'zhang' is not known; the protocols are aw-crop, "),
    (["--protocol", "sis,sis"], 2, "'sis' stands there twice"),
    (["--protocol", ""], 2, "'' is not known"),
    (["--passes", "0"], 2, "need a number from 1 to 10000"),
    (["--grid-step", "0"], 2, "need a number from 1 to 1000"),
    (["--resume"], 2, "name it with --journal"),
    (["--shard", "1/2"], 2, "--shard 1/2 needs --journal"),
    (["--shard", "3/2", "--journal", "j"], 2, "need i/n"),
    (["--shard", "a", "--journal", "j"], 2, "need i/n"),
    (["--protocol", "zhang-crop"], 3, "these are not resized to more than that"),
    (["--protocol", "eq-t"], 3, "it needs an answer [C, 28, 28]"),
    (["--protocol", "aw-gray-code"], 3, "4 pixels to each side"),
    (["--protocol", "sis", "--journal", "no/j"], 3, "no/j: cannot be written: no such file"),
    (["none.onnx"], 3, "none.onnx"),
    (["--protocol", "sis", "--training", "t"], 2, "--training is for aw-typicality"),
    (["--protocol", "aw-typicality"], 3, "name their folder with --training"),
    (["--protocol", "aw-typicality", "--training", "t"], 3, "t: no such file or folder"),
  ]

  @Test(arguments: refusals) func refusedWithOneSentence(
    _ arguments: [String], _ code: Int32, _ says: String
  ) throws {
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(["shift"] + arguments, in: folder)
      #expect(result.code == code && result.errors.contains(says), "\(result.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  /// A network and photos by name: labels missing, and beyond the classes.
  @Test func labelsOfFiles() throws {
    try Tool.inTemporaryFolder { folder in
      let network = Fixtures.embedded.appendingPathComponent("default.onnx").path
      let photo = Fixtures.embedded.appendingPathComponent("chelsea.jpg").path
      let common = ["shift", network, photo, "--quiet", "--passes", "1", "--protocol"]
      let missing = try Tool.run(common + ["aw-size"], in: folder)
      #expect(missing.code == 3)
      #expect(
        missing.errors.contains("needs the right class of every image and chelsea.jpg has none"))
      try "chelsea.jpg,10\n".write(
        to: folder.appendingPathComponent("l.csv"), atomically: true, encoding: .utf8)
      let beyond = try Tool.run(common + ["sis", "--labels", "l.csv"], in: folder)
      #expect(beyond.code == 3)
      #expect(beyond.errors.contains("label 10 is out of range, the network has the classes 0 … 9"))
      try "chelsea.jpg,9\n".write(
        to: folder.appendingPathComponent("l.csv"), atomically: true, encoding: .utf8)
      let good = try Tool.run(
        common + ["aw-size,zhang-crop", "--labels", "l.csv", "--json", "s.json"], in: folder)
      #expect(good.code == 0, "\(good.errors)")
      #expect(try Self.document("s.json", in: folder).images.labelled == 1)
    }
  }

  @Test func theListOfProtocols() throws {
    let result = try Tool.run(["shift", "--list-protocols"])
    let names = result.output.split(separator: "\n").compactMap {
      $0.split(separator: " ").first.map(String.init)
    }
    #expect(result.code == 0 && names == ShiftCatalog.names)
    #expect(Set(names).count == names.count)
  }
}
