import Foundation
import MoireAnalysis
import MoireLayers
import MoireModels
import MoireReport
import MoireTensors
import TestSupport
import Testing

@testable import moire

@Suite struct TheoremCommandTests {
  private static let model = Fixtures.embedded.appendingPathComponent("default.onnx").path

  /// One image of the embedded network's size, so that a run takes no time.
  private static func image(in folder: URL) throws {
    let values = (0..<784).map { (n: Int) -> Float in
      let (x, y) = (Double(n % 28), Double(n / 28))
      return Float(sin(x * 1.9) + cos(y * 1.3))
    }
    try NPY.write(
      Tensor(shape: [1, 28, 28], values: values), path: folder.appendingPathComponent("x.npy").path)
  }

  private static func document(_ file: String, in folder: URL) throws -> TheoremDocument {
    let data = try Data(contentsOf: folder.appendingPathComponent(file))
    return try DocumentJSON.decode(TheoremDocument.self, from: data)
  }

  @Test func theEmbeddedNetwork() throws {
    try Tool.inTemporaryFolder { folder in
      let result = try Tool.run(["theorem", "--out", "t", "--json", "t.json"], in: folder)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      for word in [
        "Theory beside measurement", "down2.0", "alias fraction", "equivariance", "pool leak",
        "bin-7", "ideal", "Activations", "ReLU", "behind 7 filters",
      ] { #expect(result.output.contains(word), "\(word)") }
      #expect(
        result.output.split(separator: "\n").allSatisfy { $0.count <= 100 || $0.contains("/") },
        "\(result.output)")
      let names = try FileManager.default.contentsOfDirectory(
        atPath: folder.appendingPathComponent("t").path)
      #expect(Set(names) == ["theorem.json", "theorem.csv", "theorem.svg"])
      let document = try Self.document("t.json", in: folder)
      #expect(try document == Self.document("t/theorem.json", in: folder))
      #expect(document.sites.map(\.path) == ["pool", "down1.0", "down2.0"])
      #expect((document.largestDifference ?? 1) < 1e-5)
      #expect(document.sites.allSatisfy { $0.filters.count == 8 && $0.channelReadings == nil })
      #expect(document.pointwise.count == 7 && document.factor == 4)
      #expect(document.images.labelled == 48 && (document.images.accuracy ?? 0) > 0.85)
      let csv = try String(
        contentsOf: folder.appendingPathComponent("t/theorem.csv"), encoding: .utf8)
      let rows = csv.split(separator: "\r\n")
      #expect(rows.count == 1 + 8 * document.sites.reduce(0) { $0 + $1.channels })
      #expect(
        rows.allSatisfy { $0.split(separator: ",", omittingEmptySubsequences: false).count == 16 })
      let svg = try String(
        contentsOf: folder.appendingPathComponent("t/theorem.svg"), encoding: .utf8)
      #expect(svg.hasPrefix("<?xml") && !svg.contains("nan") && svg.contains("class=\"dots\""))
    }
  }

  @Test func filtersResponsesAndChannels() throws {
    try Tool.inTemporaryFolder { folder in
      try Self.image(in: folder)
      try Data("0,1\n0.25,1\n0.26,0\n".utf8).write(to: folder.appendingPathComponent("wall.csv"))
      let result = try Tool.run(
        [
          "theorem", Self.model, "x.npy", "--filters", "bin-3,kaiser:stop=40,width=0.2",
          "--response",
          "wall.csv", "--factor", "0", "--channels", "--json", "t.json",
        ], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      let document = try Self.document("t.json", in: folder)
      #expect(document.filters.count == 4 && document.filters[0] == "none")
      #expect(document.filters[1] == "bin-3" && document.filters[3] == "wall.csv")
      #expect(document.filters[2].hasPrefix("kaiser:taps="))
      #expect(document.pointwise.isEmpty && document.factor == nil)
      #expect(document.sites.allSatisfy { $0.channelReadings?.count == $0.channels })
      #expect((document.largestDifference ?? 1) < 1e-5)
      #expect(result.output.contains("Channels of down1.0"))
      #expect(!result.output.contains("Activations:"))
    }
  }

  /// The keys that the schema promises, by their names in the file.
  @Test func jsonHasThePromisedKeys() throws {
    try Tool.inTemporaryFolder { folder in
      try Self.image(in: folder)
      let quiet = try Tool.run(
        ["theorem", Self.model, "x.npy", "--quiet", "--json", "t.json"], in: folder)
      #expect(quiet.code == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
      let data = try Data(contentsOf: folder.appendingPathComponent("t.json"))
      let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      for key in [
        "schema", "versions", "network", "images", "preprocessing", "protocol_line", "filters",
        "factor", "sites", "pointwise", "remarks",
      ] { #expect(json[key] != nil, "\(key)") }
      let site = try #require((json["sites"] as? [[String: Any]])?.first)
      for key in [
        "path", "operation", "stride", "channels", "dense_size", "output_size",
        "cumulative_stride", "exact", "filters",
      ] { #expect(site[key] != nil, "\(key)") }
      let filter = try #require((site["filters"] as? [[String: Any]])?.first)
      for key in [
        "filter", "planes_compared", "dead_planes", "constant_planes", "alias_fraction",
        "equivariance_error", "coherent_share", "pool_leak", "equivariance_error_left",
        "energy_kept", "identity_difference",
      ] { #expect(filter[key] != nil, "\(key)") }
      let sides = try #require(filter["pool_leak"] as? [String: Any])
      #expect(Set(sides.keys) == ["predicted", "measured", "difference"])
      let activation = try #require((json["pointwise"] as? [[String: Any]])?.first)
      for key in [
        "path", "function", "channels", "size", "planes", "dead_planes", "undefined_planes",
        "alias_fraction", "error", "channel_quartiles",
      ] { #expect(activation[key] != nil, "\(key)") }
    }
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    try Tool.inTemporaryFolder { folder in
      try Self.image(in: folder)
      let files = try ["1", "3"].map { threads in
        _ = try Tool.run(
          [
            "theorem", Self.model, "x.npy", "--quiet", "--factor", "2", "--channels", "--threads",
            threads, "--json", "j",
          ], in: folder)
        return try Data(contentsOf: folder.appendingPathComponent("j"))
      }
      #expect(files[0] == files[1])
    }
  }

  /// conv 3×3, stride 2, twice on 16×16, circular: the shares sum to the variance, and the certificate
  /// stands for all 256 shifts.
  @Test func circularNetworksAndTheirChain() throws {
    try Tool.inTemporaryFolder { folder in
      var generator = SeededGenerator(seed: 3)
      func weight(_ shape: [Int]) throws -> Tensor {
        try Tensor(
          shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Float(generator.normal()) })
      }
      var network = Network(name: "small", inputShape: [1, 16, 16])
      for (index, channels) in [1, 4].enumerated() {
        let layer = Convolution(
          weight: try weight([4, channels, 3, 3]), stride: 2, padding: 1)
        network.append("conv\(index)", .convolution(layer))
        network.append("relu\(index)", .activation(.relu))
      }
      network.append("pool", .globalPooling(.average(includesPadding: true)))
      network.append("flatten", .flatten)
      network.append("fc", .linear(Linear(weight: try weight([3, 4]))))
      try network.writeONNX(path: folder.appendingPathComponent("n.onnx").path)
      try NPY.write(weight([2, 1, 16, 16]), path: folder.appendingPathComponent("x.npy").path)
      let result = try Tool.run(
        ["theorem", "n.onnx", "x.npy", "--circular", "--exhaustive", "--json", "t.json"],
        in: folder)
      #expect(result.code == 0, "\(result.errors)")
      for word in ["circular: 2 changes", "Phase chain", "Every circular shift", "Certificate:"] {
        #expect(result.output.contains(word), "\(result.output)")
      }
      let document = try Self.document("t.json", in: folder)
      #expect(document.circular?.changes.count == 2 && document.circular?.agreement != nil)
      #expect(document.sites.allSatisfy(\.exact) && (document.largestDifference ?? 1) < 1e-5)
      let chain = try #require(document.phaseChain)
      #expect(chain.phases == 4 && chain.levels.count == 2 && chain.relativeCost < 1)
      let sum = chain.levels.reduce(0) { $0 + $1.share }
      #expect(abs(sum - chain.total) <= 1e-12 * chain.total && chain.total > 0)
      #expect(abs(chain.levels.reduce(0) { $0 + $1.shareFraction } - 1) < 1e-12)
      #expect(chain.images.allSatisfy { $0.certificate.represented == 256 })
      for (level, site) in zip(chain.levels, document.sites) {
        #expect(level.sites == [site.path] && level.aliasEnergy == site.aliasEnergy)
        let fraction = site.filters[0].aliasFraction?.predicted ?? 0
        #expect(abs((level.aliasFraction ?? 0) - fraction) < 1e-12)
      }
      let part = try Tool.run(["theorem", "n.onnx", "x.npy", "--estimate"], in: folder)
      #expect(part.code == 2 && part.errors.contains("--estimate: need --circular"))
    }
  }

  /// A stride that does not divide its circle: listed, not compared, and no chain.
  @Test func sitesThatDoNotDivide() throws {
    try Tool.inTemporaryFolder { folder in
      try Self.image(in: folder)
      let result = try Tool.run(
        [
          "theorem", Self.model, "x.npy", "--circular", "--exhaustive", "--factor", "0", "--json",
          "t.json",
        ], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("Not exact, nothing claimed: down2.0"))
      #expect(result.output.contains("there is no chain of phases: layer down2.0"))
      let document = try Self.document("t.json", in: folder)
      #expect(document.sites.map(\.exact) == [true, true, false] && document.phaseChain == nil)
      #expect(document.sites[2].filters.isEmpty && document.sites[2].aliasEnergy == nil)
      #expect(result.output.contains("Brute force over the circular shifts {0…7} × {0…7}"))
      #expect(document.shiftSet?.shifts == 8)
    }
  }

  /// A network that pads with zeros, and a set that is asked for.
  @Test func aStatedSetOfShifts() throws {
    try Tool.inTemporaryFolder { folder in
      try Self.image(in: folder)
      let arguments = ["theorem", Self.model, "x.npy", "--factor", "0", "--filters", "none"]
      let result = try Tool.run(
        arguments + ["--exhaustive", "--shift-set", "3x5", "--json", "t.json"], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("Brute force over the circular shifts {0…2} × {0…4}"))
      #expect(result.output.contains("nothing follows for other shifts"))
      let set = try #require(try Self.document("t.json", in: folder).shiftSet)
      #expect(set.shifts == [3, 5] && set.images.map(\.certificate.evaluated) == [15])
      #expect(set.images.allSatisfy { !$0.certificate.circular && $0.total > 0 })
      for (more, code, words): ([String], Int32, String) in [
        (["--shift-set", "4"], 2, "--shift-set: need --exhaustive"),
        (["--exhaustive", "--shift-set", "4x"], 2, "--shift-set 4x: need whole numbers"),
        (["--exhaustive", "--shift-set", "4x29"], 3, "need 1 to 28 down and 1 to 28 across"),
      ] {
        let wrong = try Tool.run(arguments + more, in: folder)
        #expect(wrong.code == code && wrong.errors.contains(words), "\(wrong.errors)")
      }
    }
  }

  @Test func wrongUse() throws {
    try Tool.inTemporaryFolder { folder in
      try Self.image(in: folder)
      var flat = Network(name: "flat", inputShape: [1, 28, 28])
      flat.append("relu", .activation(.relu))
      try flat.writeONNX(path: folder.appendingPathComponent("flat.onnx").path)
      try Data("0,1\n0.7,0\n".utf8).write(to: folder.appendingPathComponent("far.csv"))
      try Data("hello\nworld\n".utf8).write(to: folder.appendingPathComponent("words.csv"))
      try Data([0x93, 0x4E]).write(to: folder.appendingPathComponent("cut.npy"))
      let cases: [([String], Int32, String)] = [
        (["x.npy", "--filters", "box"], 3, "'box' is no filter; there are none, bin-N"),
        (["x.npy", "--filters", "kaiser:taps=0,beta=2"], 3, "filter has 1 tap or more"),
        (["x.npy", "--response", "none.csv"], 3, "none.csv: cannot be read"),
        (["x.npy", "--response", "far.csv"], 3, "far.csv: frequency 0.7"),
        (["x.npy", "--response", "words.csv"], 3, "words.csv: line 2: need 'frequency,gain'"),
        (["x.npy", "--response", "cut.npy"], 3, "cut.npy"),
        (["x.npy", "--response", "x.npy"], 3, "x.npy: holds shape [1, 28, 28], need [n]"),
        (["x.npy", "--factor", "1"], 2, "--factor 1: need a number from 2 to 16, or 0"),
        (["x.npy", "--threads", "0"], 2, "--threads 0"),
        (["missing.png"], 3, "missing.png: no such file or folder"),
        (["x.npy", "--json", "nowhere/t.json"], 3, "nowhere"),
      ]
      for (arguments, code, word) in cases {
        let result = try Tool.run(["theorem", Self.model] + arguments, in: folder)
        #expect(result.code == code, "\(arguments): \(result.errors)")
        #expect(result.errors.contains(word), "\(arguments): \(result.errors)")
      }
      let none = try Tool.run(["theorem", "flat.onnx", "x.npy"], in: folder)
      #expect(none.code == 3 && none.errors.contains("has no sampling site"), "\(none.errors)")
      let help = try Tool.run(["theorem", "--help"])
      #expect(help.code == 0 && help.output.contains("frequency,gain"))
    }
  }
}
