import Foundation
import MoireAnalysis
import MoireReport
import MoireTensors
import TestSupport
import Testing

@Suite struct EquivarianceCommandTests {
  @Test func theEmbeddedDefault() throws {
    try Tool.inTemporaryFolder { folder in
      let network = Fixtures.embedded.appendingPathComponent("default.onnx").path
      let result = try Tool.run(
        ["equivariance", network, "--circular", "--out", "r", "--json", "e.json"], in: folder)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(
        result.output.split(separator: "\n").allSatisfy { $0.count <= 100 }, "\(result.output)")
      let data = try Data(contentsOf: folder.appendingPathComponent("e.json"))
      let document = try DocumentJSON.decode(EquivarianceDocument.self, from: data)
      #expect(document.range == 8 && document.period == 8 && document.images.read == 2)
      let pool = document.layers.filter { $0.path == "pool" }
      #expect(pool.map(\.part) == [.dense, .subsampled])
      #expect(pool[0].largest < 1e-6 && pool[1].largest > 0.001)
      let folderOut = folder.appendingPathComponent("r")
      let written = try FileManager.default.contentsOfDirectory(atPath: folderOut.path)
      #expect(
        Set(written) == ["equivariance.json", "equivariance.csv", "equivariance.svg"])
      #expect(
        try Data(contentsOf: folderOut.appendingPathComponent("equivariance.json")) == data)
      let rows = try String(
        contentsOf: folderOut.appendingPathComponent("equivariance.csv"), encoding: .utf8)
      #expect(rows.components(separatedBy: "\r\n").count == 2 + 64 * document.layers.count)
      let chart = try String(
        contentsOf: folderOut.appendingPathComponent("equivariance.svg"), encoding: .utf8)
      #expect(chart.hasSuffix("</svg>\n"))
      // A heat map for each layer and the bar of colours.
      #expect(
        chart.components(separatedBy: "data:image/png").count == document.layers.count + 2)
    }
  }

  /// One clear sentence each: wrong usage ends with 2, bad input with 3.
  static let refusals: [(arguments: [String], code: Int32, says: String)] = [
    (["--range", "0"], 2, "need a number from 1 on"),
    (["--memory", "0"], 2, "need a number from 1 to 1000000"),
    (["--range", "29"], 3, "a range of 29 shifts goes beyond the image of 28×28: need 1 to 28"),
    (["--layers", "none*"], 3, "no layer's path matches 'none*'; there are "),
    (["none.onnx"], 3, "none.onnx"),
  ]

  @Test(arguments: refusals) func refusedWithOneSentence(
    _ arguments: [String], _ code: Int32, _ says: String
  ) throws {
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(["equivariance"] + arguments, in: folder)
      #expect(result.code == code && result.errors.contains(says), "\(result.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }
}
