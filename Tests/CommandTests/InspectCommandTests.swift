import Foundation
import MoireAnalysis
import MoireTensors
import TestSupport
import Testing

@Suite struct InspectCommandTests {
  private func inspected(_ arguments: [String]) throws -> (String, Inspection) {
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(["inspect"] + arguments + ["--json", "i.json"], in: folder)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let data = try Data(contentsOf: folder.appendingPathComponent("i.json"))
      return (result.output, try decoder.decode(Inspection.self, from: data))
    }
  }

  @Test func theEmbeddedNetwork() throws {
    let (text, inspection) = try inspected([])
    for word in ["embedded", "down2.0", "Sampling sites", "Stages", "max-pool", "planned"] {
      #expect(text.contains(word), "\(word)")
    }
    #expect(inspection.sites.map(\.path) == ["pool", "down1.0", "down2.0"])
    #expect(inspection.stages.map(\.step) == [[1, 1], [2, 2], [4, 4], [8, 8]])
    #expect(inspection.plannedBytes > 0 && inspection.plannedBytes < inspection.activationBytes)
  }

  /// The numbers of torchvision's documentation: 11,689,512 parameters, 1.814 GFLOPS.
  @Test func resNet18() throws {
    let (text, inspection) = try inspected(["resnet18"])
    #expect(inspection.parameters == 11_689_512 && inspection.statistics == 9600)
    #expect(inspection.multiplyAdds == 1_814_073_344)
    #expect(text.contains("11,689,512") && text.contains("1,814,073,344"))
    #expect(inspection.sites.map(\.cumulativeStride.height) == [2, 4, 8, 8, 16, 16, 32, 32])
    #expect(inspection.stages.last?.drift == [-15.5, -15.5])
    #expect(inspection.stages.allSatisfy { $0.disagreement == 0 })
    // Of 7 taps with 3 zeros around, 4 are inside at a border.
    let first = inspection.stages[0]
    #expect(abs(first.edgeGain - 4.0 / 7) < 1e-6 && abs(first.cornerGain - 16.0 / 49) < 1e-6)
    #expect(text.contains("0.571") && text.contains("0.327"))
  }

  @Test func sizesAndFiles() throws {
    let (_, wide) = try inspected(["mobilenet_v3_small", "--size", "96x128"])
    #expect(wide.inputShape == [3, 96, 128] && wide.parameters == 2_542_856)
    #expect(wide.stages.last?.size.width == 4)
    let model = Fixtures.embedded.appendingPathComponent("default.onnx").path
    #expect(try inspected([model]).1.layers == inspected([]).1.layers)
    let quiet = try Tool.run(["inspect", "resnet18", "--quiet"])
    #expect(quiet.code == 0 && quiet.output.isEmpty)
  }

  @Test func wrongUses() throws {
    let cases: [([String], Int32, [String])] = [
      (["resnet19"], 3, ["'resnet19'", "resnet18", "convnext_tiny"]),
      (["missing.onnx"], 3, ["missing.onnx"]),
      (["alexnet", "--size", "20"], 3, ["layer features.5", "3×3", "1×1"]),
      (["resnet18", "--size", "0"], 2, ["--size 0"]),
      (["resnet18", "--input-name", "x"], 2, ["--input-name"]),
      (["resnet18", "vgg11"], 2, ["vgg11"]),
      (["--json", "nowhere/i.json"], 3, ["nowhere"]),
    ]
    for (arguments, code, words) in cases {
      let result = try Tool.run(["inspect"] + arguments)
      #expect(result.code == code, "\(arguments): \(result.errors)")
      for word in words { #expect(result.errors.contains(word), "\(arguments): \(result.errors)") }
    }
    let help = try Tool.run(["inspect", "--help"])
    #expect(help.code == 0 && help.output.contains("moire inspect resnet50 --size 256x192"))
  }
}
