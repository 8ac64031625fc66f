import Foundation
import MoireAnalysis
import MoireReport
import MoireTensors
import TestSupport
import Testing

@Suite struct CompareCommandTests {
  static let network = Fixtures.embedded.appendingPathComponent("default.onnx").path

  /// The embedded network and the same with filters, audited on two photos.
  static func audits(in folder: URL) throws {
    func run(_ arguments: [String]) throws {
      let result = try Tool.run(arguments, in: folder)
      #expect(result.code == 0, "\(result.errors)")
    }
    try run(["antialias", network, "-o", "smooth.onnx", "--with", "bin-3", "--quiet"])
    try run(["audit", network, "--json", "a.json", "--quiet"])
    try run(["audit", "smooth.onnx", "--json", "b.json", "--quiet"])
  }

  static func document(_ name: String, in folder: URL) throws -> ComparisonDocument {
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    return try DocumentJSON.decode(ComparisonDocument.self, from: data)
  }

  static func audit(_ name: String, in folder: URL) throws -> AuditDocument {
    try AuditJSON.decode(Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// What answered shifts say of two networks: the certificates' shares and the variances, paired.
  @Test func shiftsBeforeAndAfter() throws {
    try Tool.inTemporaryFolder { folder in
      let photos = Fixtures.embedded.path
      func theorem(_ model: String, _ file: String) throws -> TheoremDocument {
        let result = try Tool.run(
          [
            "theorem", model, photos, "--size", "32", "--circular", "--exhaustive", "--factor", "0",
            "--filters", "none", "--json", file, "--quiet",
          ], in: folder)
        #expect(result.code == 0, "\(result.errors)")
        return try DocumentJSON.decode(
          TheoremDocument.self, from: Data(contentsOf: folder.appendingPathComponent(file)))
      }
      // The filter behind the first pool would leave the circle.
      let smooth = try Tool.run(
        [
          "antialias", Self.network, "-o", "smooth.onnx", "--with", "bin-3", "--sites", "down*",
          "--quiet",
        ], in: folder)
      #expect(smooth.code == 0)
      let chains = try [theorem(Self.network, "a.json"), theorem("smooth.onnx", "b.json")]
        .map { try #require($0.phaseChain) }
      let result = try Tool.run(["compare", "a.json", "b.json", "--json", "c.json"], in: folder)
      #expect(result.code == 0 && result.output.contains("every circular shift"))
      let place = try #require(
        try Self.document("c.json", in: folder).places.first { $0.name == "every circular shift" })
      func values(_ name: String) -> [Double?] {
        place.metrics.first { $0.name == name }?.values ?? []
      }
      #expect(values("logit_variance").count == 2)
      for (index, chain) in chains.enumerated() {
        let changed = chain.images.map {
          Double($0.certificate.changed) / Double($0.certificate.represented)
        }
        let mean = changed.reduce(0, +) / Double(changed.count)
        #expect(abs((values("changed_shifts")[index] ?? -1) - mean) < 1e-12)
        #expect(abs((values("logit_variance")[index] ?? -1) - chain.total) < 1e-9 * chain.total)
        let last = chain.levels[chain.levels.count - 1]
        let share = values("share_at_stride_\(last.cumulativeStride.height)")[index]
        #expect(share == last.shareFraction)
      }
    }
  }

  /// Every number is that of its file, and every difference theirs.
  @Test func beforeAndAfterFilters() throws {
    try Tool.inTemporaryFolder { folder in
      try Self.audits(in: folder)
      let result = try Tool.run(
        ["compare", "a.json", "b.json", "--json", "c.json", "--csv", "c.csv", "--out", "r"],
        in: folder)
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      #expect(result.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
      #expect(result.output.contains("pool → pool.blur"))
      let document = try Self.document("c.json", in: folder)
      let (a, b) = (try Self.audit("a.json", in: folder), try Self.audit("b.json", in: folder))
      let sites = document.places.filter { $0.group == .site }
      #expect(sites.map(\.name) == ["pool", "down1.0", "down2.0"])
      for (index, site) in sites.enumerated() {
        let metric = try #require(site.metrics.first { $0.name == "alias_fraction_ac" })
        let (x, y) = (a.sites[index].aliasFractionAc, b.sites[index].aliasFractionAc)
        #expect(metric.values == [x, y])
        #expect(metric.differences.first??.difference == y - x)
      }
      let protocols = document.places.filter { $0.group == .protocol }
      #expect(protocols.map(\.name) == a.shift.map(\.protocol))
      #expect(document.protocolLines == a.shift.map(\.protocolLine))
      let written = try FileManager.default.contentsOfDirectory(
        atPath: folder.appendingPathComponent("r").path)
      #expect(Set(written) == ["compare.json", "compare.csv", "compare.svg"])
      let rows = try String(contentsOf: folder.appendingPathComponent("c.csv"), encoding: .utf8)
      let numbers = document.places.reduce(0) { $0 + 2 * $1.metrics.count }
      #expect(rows.components(separatedBy: "\r\n").count == 1 + numbers + 1)
      let chart = try String(
        contentsOf: folder.appendingPathComponent("r/compare.svg"), encoding: .utf8)
      #expect(
        chart.hasPrefix("<?xml") && chart.hasSuffix("</svg>\n") && chart.contains("pool.blur"))
    }
  }

  /// A file with itself: no difference anywhere, and intervals that hold 0.
  @Test func aRunWithItself() throws {
    try Tool.inTemporaryFolder { folder in
      let run = try Tool.run(
        ["shift", "--protocol", "sis,aw-black", "--passes", "2", "--json", "s.json", "--quiet"],
        in: folder)
      #expect(run.code == 0, "\(run.errors)")
      let result = try Tool.run(
        ["compare", "s.json", "s.json", "s.json", "--json", "c.json"], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      let document = try Self.document("c.json", in: folder)
      let differences = document.places.flatMap(\.metrics).flatMap(\.differences)
      #expect(!differences.isEmpty)
      for difference in differences {
        #expect(difference?.difference == 0 && difference?.interval == "newcombe")
        #expect((difference?.low ?? 1) <= 0 && (difference?.high ?? -1) >= 0)
      }
    }
  }

  /// Results that may not be put beside each other, each with the reason and both values.
  @Test func refusals() throws {
    try Tool.inTemporaryFolder { folder in
      func file(_ name: String) -> URL { folder.appendingPathComponent(name) }
      func refused(_ other: String, _ says: String) throws {
        let result = try Tool.run(["compare", "a.json", other, "--json", "c.json"], in: folder)
        #expect(result.code == 3 && result.errors.contains(says), "\(result.errors)")
        #expect(!FileManager.default.fileExists(atPath: file("c.json").path))
      }
      func edited(_ change: (inout AuditDocument) -> Void) throws {
        var document = try Self.audit("a.json", in: folder)
        change(&document)
        try AuditJSON.encode(document).write(to: file("e.json"))
      }
      let audit = try Tool.run(["audit", "--json", "a.json", "--quiet"], in: folder)
      #expect(audit.code == 0)
      try refused("none.json", "none.json: cannot be read: no such file")
      try Data("{".utf8).write(to: file("e.json"))
      try refused("e.json", "the file is no JSON document")
      try Data("{\"schema\": 1}".utf8).write(to: file("e.json"))
      try refused("e.json", "is no result of moire audit, moire shift or moire theorem")
      try edited { $0.schema = 2 }
      try refused("e.json", "its schema is 2 of Moire")
      try edited { $0.versions.moire = "0.0.9" }
      try refused("e.json", "the version of Moire is '0.0.9', not '")
      try edited { $0.preprocessing.description = "none" }
      try refused("e.json", "the preprocessing is 'none', not 'custom: gray")
      try edited { $0.network.inputShape = [1, 32, 32] }
      try refused("e.json", "the input is '1×32×32', not '1×28×28'")
      try edited { $0.images.read = 47 }
      try refused("e.json", "the number of images is '47', not '48'")
      try edited { $0.images.predictions[0].image = "other.png" }
      try refused("e.json", "an image is 'other.png', not '")
      try edited { $0.shift[0].protocolLine = "circular: seed 1" }
      try refused("e.json", "protocol circular is 'circular: seed 1', not 'circular: image rolled")
      let shift = try Tool.run(
        ["shift", "--protocol", "sis", "--passes", "1", "--json", "s.json", "--quiet"],
        in: folder)
      #expect(shift.code == 0)
      try refused("s.json", "the kind of document is 'shift', not 'audit'")
      let one = try Tool.run(["compare", "a.json"], in: folder)
      #expect(one.code == 2 && one.errors.contains("need two or more"))
    }
  }

  /// Sites of one network only are listed, not compared.
  @Test func sitesInOneFileOnly() throws {
    try Tool.inTemporaryFolder { folder in
      let audit = try Tool.run(
        ["audit", "--json", "a.json", "--quiet", "--passes", "0"], in: folder)
      #expect(audit.code == 0)
      var document = try Self.audit("a.json", in: folder)
      document.sites.removeLast()
      document.sites[0].path = "stem"
      try AuditJSON.encode(document).write(to: folder.appendingPathComponent("b.json"))
      let result = try Tool.run(["compare", "a.json", "b.json"], in: folder)
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("Not in every file"))
      for name in ["pool", "stem", "down2.0"] {
        #expect(result.output.contains("- site \(name) ("))
      }
    }
  }
}
