import Foundation
import MoireAnalysis
import MoireImages
import MoireLayers
import MoireModels
import MoireTensors
import TestSupport
import Testing

/// Site readings against an independent computation.
@Suite struct SiteAuditTests {
  static func embedded() throws -> Network {
    try ONNXModel(contentsOf: Fixtures.embedded.appendingPathComponent("default.onnx").path)
      .network()
  }

  /// Maps in single precision differ from the reference's by about 1e-6 of their largest value; a
  /// fraction of energies by twice that, times what cancels in a small fraction: 2e-4 is argued for
  /// the smallest fractions here (1e-4), 1e-5 holds for the others.
  static func check(_ readings: [SiteReading], _ reference: Reference) {
    #expect(readings.map(\.path) == reference.sites.map(\.path))
    for (got, expected) in zip(readings, reference.sites) {
      #expect(got.denseSize == expected.denseSize && got.outputSize == expected.outputSize)
      #expect(got.exact)
      let pairs: [(Double, Double)] = [
        (got.aliasFraction, expected.aliasFraction),
        (got.aliasFractionAc, expected.aliasFractionAc),
        (got.preactivation.aliasFraction, expected.preactivation.aliasFraction),
        (got.preactivation.aliasFractionAc, expected.preactivation.aliasFractionAc),
        (got.channelQuartiles.lower, expected.channels.aliasFraction.lower),
        (got.channelQuartiles.median, expected.channels.aliasFraction.median),
        (got.channelQuartiles.upper, expected.channels.aliasFraction.upper),
        (got.channelQuartilesAc.lower, expected.channels.aliasFractionAc.lower),
        (got.channelQuartilesAc.median, expected.channels.aliasFractionAc.median),
        (got.channelQuartilesAc.upper, expected.channels.aliasFractionAc.upper),
      ]
      for (value, wanted) in pairs {
        #expect(relativeDifference(value, wanted, floor: 1e-4) < 1e-5, "\(got.path)")
      }
      for filter in got.filters {
        let wanted = expected.filters[filter.filter]?.aliasFraction ?? -1
        #expect(relativeDifference(filter.aliasFraction, wanted, floor: 1e-5) < 2e-4, "\(got.path)")
      }
      #expect((got.identityDifference ?? 1) < 1e-5)
      if let identity = got.identity {
        #expect(relativeDifference(identity.measured, expected.aliasFraction, floor: 1e-3) < 1e-5)
      }
    }
  }

  @Test func embeddedNetworkReadsAsTheReference() throws {
    var audit = try SiteAudit(Self.embedded())
    let logits = try Reference.fashion().flatMap { try audit.read($0.tensor).values }
    #expect(Fixtures.errorOfRange(logits, try Fixtures.tensor("embedded.npy").values) < 1e-5)
    Self.check(try audit.readings(), try Reference.embedded())
  }

  @Test(arguments: [
    ("mobilenet_v2.ts", "imagenet"), ("mobilenet_v2.dyn", "imagenet"),
    ("efficientnet_lite0.ts", "tf"),
  ])
  func realNetworksReadAsTheReference(_ name: String, _ preset: String) throws {
    guard let path = Fixtures.model(name) else { return }
    let reference = try #require(try Reference.network(name))
    var audit = try SiteAudit(ONNXModel(contentsOf: path).network())
    let photos = try Reference.photos(preset == "tf" ? .tf : .imagenet)
    let logits = try photos.flatMap { try audit.read($0.tensor, threads: 2).values }
    let expected = try Fixtures.tensor("\(name).photos.npy").values
    // Both decode with libjpeg-turbo's exact integer transform, so pixels are equal, and what is left is
    // single precision: 1e-7 was measured for the fractions.
    #expect(Fixtures.errorOfRange(logits, expected) < 1e-4)
    let readings = try audit.readings()
    #expect(readings.map(\.path) == reference.sites.map(\.path))
    for (got, wanted) in zip(readings, reference.sites) {
      #expect(relativeDifference(got.aliasFraction, wanted.aliasFraction) < 1e-5)
      #expect(relativeDifference(got.aliasFractionAc, wanted.aliasFractionAc) < 1e-5)
      #expect(
        relativeDifference(got.preactivation.aliasFraction, wanted.preactivation.aliasFraction)
          < 1e-5)
      #expect((got.identityDifference ?? 1) < 1e-5)
    }
  }

  @Test func theNumberOfThreadsDoesNotMatter() throws {
    let network = try Self.embedded()
    let images = try Reference.fashion().prefix(3)
    let readings = try [1, 2, 3].map { threads in
      var audit = try SiteAudit(network)
      for image in images { try audit.read(image.tensor, threads: threads) }
      return try audit.readings()
    }
    #expect(readings[0] == readings[1] && readings[0] == readings[2])
  }

  @Test func aDeadSiteReadsZero() throws {
    var audit = try SiteAudit(Self.dead())
    try audit.read(Tensor(shape: [1, 1, 8, 8], repeating: 1))
    let reading = try #require(try audit.readings().first)
    #expect(reading.deadPlanes == 2 && reading.planes == 2 && reading.aliasFraction == 0)
    #expect(reading.identity == nil && reading.identityDifference == nil)
  }

  static func dead() throws -> Network {
    var network = Network(name: "dead", inputShape: [1, 8, 8])
    let weight = try Tensor(shape: [2, 1, 1, 1])
    network.append("conv", .convolution(Convolution(weight: weight, stride: 2)))
    return network
  }

  @Test func aFailedRunAddsNothing() throws {
    var audit = try SiteAudit(Self.embedded())
    var broken = try Tensor(shape: [1, 1, 28, 28], repeating: 1)
    broken[5] = .nan
    #expect(throws: LayerError.notFinite(path: "the input")) { try audit.read(broken) }
    #expect(try audit.readings().allSatisfy { $0.planes == 0 && $0.aliasFraction == 0 })
  }
}
