import Foundation
import MoireAnalysis
import MoireReport
import TestSupport
import Testing

@Suite struct BiasCommandTests {
  @Test func aTable() throws {
    try Tool.inTemporaryFolder { folder in
      let boxes = Fixtures.folder.appendingPathComponent("bias/boxes.csv").path
      let result = try Tool.run(["bias", boxes, "--out", "r", "--json", "b.json"], in: folder)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
      #expect(result.output.contains("268 boxes, 3 classes tested"))
      let data = try Data(contentsOf: folder.appendingPathComponent("b.json"))
      let document = try DocumentJSON.decode(BiasDocument.self, from: data)
      #expect(document.classes.map(\.boxes) == [60, 8, 200])
      let out = folder.appendingPathComponent("r")
      #expect(try Data(contentsOf: out.appendingPathComponent("bias.json")) == data)
      let rows = try String(contentsOf: out.appendingPathComponent("bias.csv"), encoding: .utf8)
      #expect(rows.components(separatedBy: "\r\n").count == 5)
      #expect(rows.contains("\"middle, large\",200,"))
    }
  }

  static let refusals: [(arguments: [String], code: Int32, says: String)] = [
    (["none.csv"], 3, "none.csv: cannot be read"),
    (["none.csv", "--least", "0"], 2, "--least 0: need a number from 1"),
    (["none.csv", "--level", "1"], 2, "--level 1.0: need a number between 0 and 1"),
  ]

  @Test(arguments: refusals) func refusedWithOneSentence(
    _ arguments: [String], _ code: Int32, _ says: String
  ) throws {
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(["bias"] + arguments, in: folder)
      #expect(result.code == code && result.errors.contains(says), "\(result.errors)")
    }
  }
}
