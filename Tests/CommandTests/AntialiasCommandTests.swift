import Foundation
import TestSupport
import Testing

@Suite struct AntialiasCommandTests {
  private let model = Fixtures.embedded.appendingPathComponent("default.onnx").path

  private struct Document: Decodable {
    struct Change: Decodable {
      var path, operation, before: String
      var after: [String]
      var inputSize, outputSize: [Int]
      var phaseBefore, phase: [Double]
    }
    var changes: [Change]
  }

  @Test func theEmbeddedNetwork() throws {
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(
        ["antialias", model, "-o", "out.onnx", "--with", "bin-4", "--json", "c.json"], in: folder)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      for word in ["pool", "down1.0", "down2.0", "blur zhang 4×4, stride 2", "replaced"] {
        #expect(result.output.contains(word), "\(word)")
      }
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let data = try Data(contentsOf: folder.appendingPathComponent("c.json"))
      let changes = try decoder.decode(Document.self, from: data).changes
      #expect(changes.map(\.path) == ["pool", "down1.0", "down2.0"])
      #expect(changes.allSatisfy { $0.inputSize.map { ($0 + 1) / 2 } == $0.outputSize })

      let again = try Tool.run(
        ["antialias", "out.onnx", "-o", "twice.onnx", "--with", "bin-4"], in: folder)
      #expect(again.code == 3 && again.errors.contains("nothing matched"), "\(again.errors)")
      #expect(again.errors.split(separator: "\n").count == 1)
      #expect(!FileManager.default.fileExists(atPath: folder.path + "/twice.onnx"))
    }
  }

  @Test func partOfANetwork() throws {
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(
        [
          "antialias", model, "-o", "out.onnx", "--with", "tri-3", "--sites", "down*", "--blur",
          "first", "--convention", "auto", "--padding", "zero",
        ], in: folder)
      #expect(result.code == 0 && result.output.contains("2 layers replaced"), "\(result.errors)")
      let quiet = try Tool.run(
        ["antialias", model, "-o", "o.onnx", "--with", "ideal", "--quiet"], in: folder)
      #expect(quiet.code == 0 && quiet.output.isEmpty, "\(quiet.errors)")
    }
  }

  @Test func aListThatCannotBeWrittenLeavesNoModel() throws {
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(
        ["antialias", model, "-o", "o.onnx", "--with", "bin-4", "--json", "no/c.json"], in: folder)
      #expect(result.code == 3, "\(result.code)")
      #expect(result.errors.contains("no/c.json") && result.output.isEmpty, "\(result.errors)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test func wrongUses() throws {
    let cases: [([String], Int32, [String])] = [
      ([model, "-o", "o.onnx"], 2, ["--with"]),
      ([model, "--with", "ideal"], 2, ["--out"]),
      ([model, "-o", "o.onnx", "--with", "bin-0"], 2, ["bin-0", "aps"]),
      (
        [model, "-o", "o.onnx", "--with", "ideal", "--convention", "timm"], 2,
        ["ideal", "convention"]
      ),
      ([model, "-o", "o.onnx", "--with", "bin-4", "--convention", "zheng"], 2, ["zheng"]),
      ([model, "-o", "o.onnx", "--with", "bin-4", "--blur", "middle"], 2, ["middle"]),
      ([model, "-o", "o.onnx", "--with", "bin-4", "--sites", "x*"], 3, ["'x*'", "down1.0"]),
      ([model, "-o", "o.onnx", "--with", "bin-4", "--convention", "composer"], 3, ["composer"]),
      ([model, "-o", "nowhere/o.onnx", "--with", "bin-4"], 3, ["nowhere"]),
      (["missing.onnx", "-o", "o.onnx", "--with", "bin-4"], 3, ["missing.onnx"]),
    ]
    try Tool.inTemporaryFolder { folder in
      for (arguments, code, words) in cases {
        let result = try Tool.run(["antialias"] + arguments, in: folder)
        #expect(result.code == code, "\(arguments): \(result.code) \(result.errors)")
        for word in words { #expect(result.errors.contains(word), "\(word) in \(result.errors)") }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/o.onnx"))
      }
    }
  }
}
