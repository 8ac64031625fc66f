import Foundation
import MoireAnalysis
import MoireLayers
import MoireModels
import MoireTensors
import TestSupport
import Testing

@Suite struct AuditTests {
  static let untouched = AuditDocument.PreprocessingSummary(description: "test")

  @Test func wholeAuditIsTheSameForAnyNumberOfThreads() throws {
    let network = try SiteAuditTests.embedded()
    let source = AuditSource(Array(try Reference.fashion().prefix(10)))
    let documents = try [1, 3].map { threads in
      try Audit(
        network: network, source: source, options: Audit.Options(passes: 2, threads: threads),
        preprocessing: Self.untouched
      ).document
    }
    #expect(documents[0] == documents[1])
    let document = documents[0]
    #expect(document.images.read == 10 && document.images.labelled == 10)
    #expect(document.sites.count == 3 && document.shift.count == 1 && document.sweeps.count == 3)
    #expect(document.shift[0].pairs == 20 && document.shift[0].images == 10)
    #expect(document.remarks.contains { $0.contains("crop protocol is left out") })
    #expect(document.sweeps.allSatisfy { $0.probability.count == 17 })
  }

  @Test func oneBadImageIsSkippedAndCounted() throws {
    let images = try Reference.fashion()
    let source = AuditSource(
      count: 3, name: { "image \($0)" },
      load: {
        guard $0 != 1 else { throw TensorError.file(path: "image 1", reason: "broken") }
        return images[$0]
      })
    var steps: [Int] = []
    let document = try Audit(
      network: SiteAuditTests.embedded(), source: source, options: Audit.Options(passes: 1),
      preprocessing: Self.untouched, progress: { done, _ in steps.append(done) }
    ).document
    #expect(document.images.read == 2 && steps == [1, 2, 3])
    #expect(document.images.skipped == [.init(name: "image 1", reason: "image 1: broken")])
  }

  @Test func mapsAsAnswersGetNoClassificationMetrics() throws {
    let model = try ONNXModel(
      contentsOf: Fixtures.networks.appendingPathComponent("bad/map-output.onnx").path)
    let network = try model.network()
    var generator = SeededGenerator(seed: 1)
    let count = network.inputShape.reduce(1, *)
    let image = try Tensor(
      shape: [1] + network.inputShape, values: (0..<count).map { _ in Float(generator.normal()) })
    let document = try Audit(
      network: network, source: AuditSource([AuditInput(name: "noise", tensor: image)]),
      options: Audit.Options(passes: 2), preprocessing: Self.untouched
    ).document
    #expect(document.shift.allSatisfy { $0.consistency == nil && $0.logitVariance > 0 })
    #expect(document.remarks.contains { $0.contains("not [classes]") })
    #expect(!document.sites.isEmpty && document.sweeps.isEmpty)
  }

  @Test func aSoftmaxAtTheEndIsLeftOut() throws {
    var network = try SiteAuditTests.embedded()
    let plain = network
    network.append("softmax", .softmax)
    let source = AuditSource(Array(try Reference.fashion().prefix(2)))
    let documents = try [plain, network].map {
      try Audit(
        network: $0, source: source, options: Audit.Options(passes: 1),
        preprocessing: Self.untouched
      ).document
    }
    #expect(documents[0].shift == documents[1].shift)
    #expect(documents[1].remarks.contains { $0.contains("softmax") })
  }

  @Test func vectorsCannotBeAudited() throws {
    let network = Network(name: "vector", inputShape: [10])
    #expect(throws: AuditError.notAMap([10])) {
      try Audit(network: network, source: AuditSource([]), preprocessing: Self.untouched)
    }
  }
}
