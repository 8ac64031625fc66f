import Foundation
import MoireAnalysis
import MoireReport
import MoireTensors
import TestSupport
import Testing

@testable import moire

@Suite struct AuditCommandTests {
  @Test func defaultAuditWritesItsReport() throws {
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(["audit", "--out", "report", "--json", "a.json"], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      for word in ["Sites:", "Polyphase identity", "down2.0", "Shift sensitivity", "circular:"] {
        #expect(result.output.contains(word), "\(word)")
      }
      #expect(
        result.output.split(separator: "\n").allSatisfy { $0.count <= 100 || $0.contains("/") })
      let names = try FileManager.default.contentsOfDirectory(
        atPath: folder.appendingPathComponent("report").path)
      #expect(Set(names) == ["report.html", "audit.json", "sites.csv"])
      let data = try Data(contentsOf: folder.appendingPathComponent("a.json"))
      let same = try Data(contentsOf: folder.appendingPathComponent("report/audit.json"))
      #expect(data == same)
      let document = try AuditJSON.decode(data)
      #expect(document.sites.map(\.path) == ["pool", "down1.0", "down2.0"])
      #expect(document.sites.allSatisfy { ($0.identityDifference ?? 1) < 1e-5 })
      #expect(document.images.labelled == 48 && (document.images.accuracy ?? 0) > 0.85)
    }
  }

  /// The keys that the schema promises, by their names in the file.
  @Test func jsonHasThePromisedKeys() throws {
    try Tool.inTemporaryFolder { folder in
      _ = try Tool.run(["audit", "--quiet", "--json", "a.json"], in: folder)
      let data = try Data(contentsOf: folder.appendingPathComponent("a.json"))
      let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      for key in ["sites", "shift", "preprocessing", "versions", "images", "network", "schema"] {
        #expect(json[key] != nil, "\(key)")
      }
      let site = try #require((json["sites"] as? [[String: Any]])?.first)
      for key in [
        "path", "operation", "stride", "dense_size", "output_size", "alias_fraction",
        "alias_fraction_ac", "preactivation", "exact", "identity_difference", "fold_map",
        "radial_profile", "filters", "phase",
      ] { #expect(site[key] != nil, "\(key)") }
      #expect(site["stride"] as? [Int] == [2, 2])
      let stage = try #require(site["preactivation"] as? [String: Any])
      #expect(stage["alias_fraction"] != nil && stage["alias_fraction_ac"] != nil)
      let shift = try #require((json["shift"] as? [[String: Any]])?.first)
      for key in [
        "protocol", "images", "pairs", "consistency", "p_top1_change", "mac", "logit_variance",
      ] { #expect(shift[key] != nil, "\(key)") }
    }
  }

  @Test func sameSeedSameBytes() throws {
    try Tool.inTemporaryFolder { folder in
      for name in ["a", "b"] {
        _ = try Tool.run(["audit", "--quiet", "--json", name, "--passes", "1"], in: folder)
      }
      let files = try ["a", "b"].map { try Data(contentsOf: folder.appendingPathComponent($0)) }
      #expect(files[0] == files[1])
    }
  }

  @Test func conditionsDecideTheExitCode() throws {
    let holds = try Tool.run(["audit", "--quiet", "--fail-if", "consistency<0.95"])
    #expect(holds.code == 4 && holds.errors.contains("consistency = "))
    let fine = try Tool.run(["audit", "--quiet", "--fail-if", "alias_fraction>0.9"])
    #expect(fine.code == 0 && fine.errors.isEmpty)
    let unknown = try Tool.run(["audit", "--fail-if", "beauty<1"])
    #expect(unknown.code == 2 && unknown.errors.contains("beauty<1"))
    let absent = try Tool.run(["audit", "--quiet", "--passes", "0", "--fail-if", "consistency<1"])
    #expect(absent.code == 2 && absent.errors.contains("no such number"))
  }

  @Test func photosThroughARealNetwork() throws {
    guard let model = Fixtures.model("mobilenet_v2.ts") else { return }
    try Tool.inTemporaryFolder { folder in
      for (name, file) in [("cat_282.jpg", "chelsea.jpg"), ("suit_834.jpg", "astronaut.jpg")] {
        try FileManager.default.copyItem(
          at: Fixtures.embedded.appendingPathComponent(file),
          to: folder.appendingPathComponent(name))
      }
      try Data("not an image".utf8).write(to: folder.appendingPathComponent("bad_1.png"))
      let result = try Tool.run(
        ["audit", model, folder.path, "--passes", "1", "--json", "a.json"], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.errors.contains("skipped bad_1.png"))
      let data = try Data(contentsOf: folder.appendingPathComponent("a.json"))
      let document = try AuditJSON.decode(data)
      #expect(document.images.read == 2 && document.images.skipped.count == 1)
      #expect(document.shift.map(\.protocol) == ["circular", "crop"])
      #expect(document.sites.map(\.path).first == "features.0.0" && document.sites.count == 5)
      #expect(document.preprocessing.preset == "imagenet" && document.images.labelled == 2)
    }
  }
}

@Suite struct RunCommandTests {
  @Test func answersMatchTheReference() throws {
    guard let model = Fixtures.model("mobilenet_v2.dyn") else { return }
    try Tool.inTemporaryFolder { folder in
      let input = try Fixtures.closedFormInput()
      try NPY.write(input, path: folder.appendingPathComponent("in.npy").path)
      let result = try Tool.run(["run", model, "in.npy", "--output", "out.npy"], in: folder)
      #expect(result.code == 0 && result.output.contains("none: tensors"), "\(result.errors)")
      let got = try NPY.read(path: folder.appendingPathComponent("out.npy").path)
      let expected = try Fixtures.tensor("mobilenet_v2.dyn.closed-form.npy")
      #expect(got.shape == [1, 1000])
      #expect(Fixtures.errorOfRange(got.values, expected.values) < 1e-4)
    }
  }

  @Test func classNamesAndJSON() throws {
    try Tool.inTemporaryFolder { folder in
      let model = Fixtures.embedded.appendingPathComponent("default.onnx").path
      let photo = Fixtures.embedded.appendingPathComponent("chelsea.jpg").path
      let named = try Tool.run(["run", model, photo, "--json", "r.json"], in: folder)
      #expect(named.code == 0 && named.output.contains("%"), "\(named.errors)")
      let text = try String(contentsOf: folder.appendingPathComponent("r.json"), encoding: .utf8)
      #expect(text.contains("\"probability\"") && text.contains("\"preprocessing\""))
      try Data("zero\none\ntwo\n".utf8).write(to: folder.appendingPathComponent("names.txt"))
      let few = try Tool.run(["run", model, photo, "--class-names", "names.txt"], in: folder)
      #expect(few.code == 0)
    }
  }

  @Test func outputsAreChosenByName() throws {
    let model = Fixtures.networks.appendingPathComponent("bad/two-outputs.onnx").path
    try Tool.inTemporaryFolder { folder in
      try NPY.write(
        Tensor(shape: [2, 3, 8, 8], repeating: 0.5),
        path: folder.appendingPathComponent("in.npy").path)
      let open = try Tool.run(["run", model, "in.npy"], in: folder)
      #expect(open.code == 3 && open.errors.contains("coarse") && open.errors.contains("fine"))
      for (name, classes) in [("coarse", 3), ("fine", 5)] {
        let chosen = try Tool.run(
          ["run", model, "in.npy", "--output-name", name, "--output", "out.npy"], in: folder)
        #expect(chosen.code == 0, "\(chosen.errors)")
        let answer = try NPY.read(path: folder.appendingPathComponent("out.npy").path)
        #expect(answer.shape == [2, classes])
      }
    }
  }

  @Test func tensorsAreAuditedWithoutPreprocessing() throws {
    let model = Fixtures.networks.appendingPathComponent("bad/map-output.onnx").path
    try Tool.inTemporaryFolder { folder in
      var generator = SeededGenerator(seed: 2)
      let values = (0..<2 * 3 * 64).map { _ in Float(generator.normal()) }
      try NPY.write(
        Tensor(shape: [2, 3, 8, 8], values: values),
        path: folder.appendingPathComponent("in.npy").path)
      let result = try Tool.run(["audit", model, "in.npy", "--out", "report"], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("2 images read") && result.output.contains("not [classes]"))
      let page = try String(
        contentsOf: folder.appendingPathComponent("report/report.html"), encoding: .utf8)
      #expect(page.contains("fed as they are"))
    }
  }
}

/// Every door: one line on stderr, the right exit code, nothing left behind.
@Suite struct BadInputTests {
  static let models: [String] = {
    let folder = Fixtures.networks.appendingPathComponent("bad").path
    let special: Set = ["two-outputs.onnx", "map-output.onnx", "without-sites.onnx"]
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".onnx") && !special.contains($0) }.sorted()
  }()

  @Test(arguments: models) func badModelsGetOneLine(_ name: String) throws {
    try Tool.inTemporaryFolder { folder in
      let model = Fixtures.networks.appendingPathComponent("bad/\(name)").path
      let result = try Tool.run(["audit", model, "--out", "report"], in: folder)
      #expect(result.code == 3, "\(name): \(result.code) \(result.errors)")
      #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
      #expect(result.output.isEmpty)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test func operatorsAreNamed() throws {
    let model = Fixtures.networks.appendingPathComponent("bad/unsupported-op.onnx").path
    let result = try Tool.run(["audit", model])
    for word in ["NonMaxSuppression", "detector", "Conv"] { #expect(result.errors.contains(word)) }
    let nan = Fixtures.networks.appendingPathComponent("bad/overflowing-activation.onnx").path
    let overflow = try Tool.run(["audit", nan])
    #expect(overflow.code == 3 && overflow.errors.contains("conv"), "\(overflow.errors)")
  }

  @Test func filesAndFolders() throws {
    let model = Fixtures.embedded.appendingPathComponent("default.onnx").path
    try Tool.inTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("empty"), withIntermediateDirectories: false)
      try Data("x".utf8).write(to: folder.appendingPathComponent("file"))
      try NPY.write(
        Tensor(shape: [3, 5, 5]), path: folder.appendingPathComponent("shape.npy").path)
      try Data("cat,x\n".utf8).write(to: folder.appendingPathComponent("labels.csv"))
      let cases: [([String], Int32, String)] = [
        (["audit", "missing.onnx"], 3, "missing.onnx"),
        (["audit", model, "missing.png"], 3, "missing.png: no such file or folder"),
        (["audit", model, "empty"], 3, "holds no .png"),
        (["audit", model, "file"], 3, "no image could be used"),
        (["audit", model, "shape.npy"], 3, "holds shape [3, 5, 5]"),
        (["audit", "--out", "file"], 3, "file"),
        (["audit", "--json", "nowhere/a.json"], 3, "nowhere"),
        (["audit", model, "--labels", "labels.csv", "empty"], 3, "empty"),
        (["audit", model, "--preprocess", "fancy", "file"], 3, "fancy"),
        (["audit", "--threads", "0"], 2, "--threads 0"),
        (["audit", "--passes", "-1"], 2, "passes"),
        (["audit", "--frobnicate"], 2, "frobnicate"),
        (["run", model], 2, "inputs"),
        (["run", model, "missing.npy"], 3, "missing.npy"),
        (["dance"], 2, "dance"),
      ]
      for (arguments, code, word) in cases {
        let result = try Tool.run(arguments, in: folder)
        #expect(result.code == code, "\(arguments): \(result.code) \(result.errors)")
        #expect(result.errors.contains(word), "\(arguments): \(result.errors)")
        if code == 3 {
          #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        }
      }
    }
  }

  @Test func aOnePixelPhotoIsAudited() throws {
    let model = Fixtures.embedded.appendingPathComponent("default.onnx").path
    try Tool.inTemporaryFolder { folder in
      // The smallest PNG there is: one gray pixel.
      let bytes: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0,
        0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 10, 0x49, 0x44, 0x41,
        0x54, 0x78, 0x9C, 0x63, 0x68, 0, 0, 0, 0x82, 0, 0x81, 0x77, 0xCD, 0x72, 0xB6, 0, 0, 0, 0,
        0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
      ]
      try Data(bytes).write(to: folder.appendingPathComponent("one.png"))
      let result = try Tool.run(["audit", model, "one.png", "--passes", "1"], in: folder)
      #expect(result.code == 0, "\(result.errors)")
    }
  }
}

@Suite struct OptionTests {
  @Test(arguments: ["photo_741.jpg", "imagenet_12_741.jpg", "a/b_741.png"])
  func labelsOfNames(_ name: String) { #expect(Labels.ofName(name) == 741) }

  @Test(arguments: ["photo.jpg", "741.jpg", "photo_.jpg", "photo_7x.jpg"])
  func noLabels(_ name: String) { #expect(Labels.ofName(name) == nil) }

  @Test func conditionsAreParsed() {
    let condition = FailCondition(argument: "p_top1_change >= 0.1")
    #expect(condition?.metric == "p_top1_change" && condition?.comparison == ">=")
    #expect(condition?.bound == 0.1)
    for text in ["consistency", "consistency=1", "consistency<", "<1", "beauty<1"] {
      #expect(FailCondition(argument: text) == nil)
    }
  }
}
