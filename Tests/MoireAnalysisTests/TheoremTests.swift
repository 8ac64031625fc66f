import Foundation
import MoireLayers
import MoireModels
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

/// The identities at sites, against definitions evaluated naively and against NumPy.
@Suite struct TheoremTests {
  static func noise(_ shape: [Int], seed: UInt64) throws -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return try Tensor(
      shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Float(generator.normal() + 0.4) })
  }

  /// A network whose one site subsamples its input as it is.
  static func subsampling(_ shape: [Int], _ stride: HW) -> Network {
    var network = Network(name: "subsampling", inputShape: shape)
    network.append("site", .subsample(stride: stride, offset: 0))
    network.append("pool", .globalPooling(.average(includesPadding: true)))
    return network
  }

  static func document(
    _ network: Network, _ inputs: [Tensor], filters: [SiteFilter] = SiteFilter.usual,
    factor: Int = 0, threads: Int = 1
  ) throws -> TheoremDocument {
    let source = AuditSource(inputs.enumerated().map { AuditInput(name: "\($0)", tensor: $1) })
    return try Theorem(
      network: network, source: source,
      options: Theorem.Options(filters: filters, factor: factor, threads: threads),
      preprocessing: AuditDocument.PreprocessingSummary(description: "none")
    ).document
  }

  /// The fractions of a channel, measured and predicted, beside what they should be. Maps are floats,
  /// the arithmetic is double: 1e-12 of fractions up to S.
  static func check(_ reading: IdentityReading, _ oracle: TheoremOracle, _ place: String) throws {
    let sides = try [
      (#require(reading.aliasFraction), oracle.aliasFraction),
      (#require(reading.equivarianceError), oracle.equivarianceError),
      (#require(reading.poolLeak), oracle.poolLeak),
    ]
    for (got, wanted) in sides {
      #expect(abs(got.measured - wanted) < 1e-12, "\(place) \(reading.filter)")
      #expect(abs(got.predicted - wanted) < 1e-12, "\(place) \(reading.filter)")
    }
  }

  /// Even and odd M, unlike strides, one row, one column, stride 3.
  @Test(arguments: [
    ([3, 8, 8], HW(2, 2)), ([2, 6, 10], HW(2, 2)), ([2, 9, 6], HW(3, 3)), ([2, 15, 3], HW(3, 3)),
    ([2, 8, 5], HW(2, 1)), ([2, 7, 9], HW(1, 3)), ([2, 9, 8], HW(3, 2)), ([17, 1, 12], HW(1, 2)),
    ([2, 10, 1], HW(2, 1)), ([1, 8, 8], HW(4, 4)),
  ])
  func equalsTheDefinitions(_ shape: [Int], _ stride: HW) throws {
    let input = try Self.noise([1] + shape, seed: UInt64(shape.reduce(7, { 31 * $0 + $1 })))
    let document = try Self.document(Self.subsampling(shape, stride), [input])
    let site = try #require(document.sites.first)
    #expect(site.exact && site.denseSize == HW(shape[1], shape[2]))
    #expect((site.largestDifference ?? 1) < 1e-9)
    for channel in 0..<shape[0] {
      let map = SpectralOracle.Map(input, plane: channel)
      let readings = try #require(site.channelReadings?[channel])
      #expect(readings.map(\.filter) == SiteFilter.usual.map(\.name))
      for taps in 1...7 {
        let binomial = try LowPass.binomial(taps).taps() ?? [1]
        let reading = readings[taps - 1]
        guard reading.planesCompared == 1 else {
          #expect(reading.deadPlanes + reading.constantPlanes == 1)
          continue
        }
        try Self.check(
          reading, TheoremOracle(map, stride: stride, taps: binomial), "\(shape) \(stride)")
      }
    }
  }

  /// The ideal filter leaves nothing: nothing folds, nothing changes with a shift. Halving leaves the
  /// shared Nyquist bin, and the map cos πn/2 is nothing but that.
  @Test func idealFilters() throws {
    let values = (0..<64).map { Float(cos(Double.pi / 2 * Double($0 % 8)) + 2) }
    let input = try Tensor(shape: [1, 1, 8, 8], values: values)
    let filters: [SiteFilter] = [.lowPass(.ideal), .lowPass(.idealHalving)]
    let network = Self.subsampling([1, 8, 8], 2)
    let site = try #require(try Self.document(network, [input], filters: filters).sites.first)
    let (none, drop, halve) = (site.filters[0], site.filters[1], site.filters[2])
    // Of 4 + ½ a sample one half of the tone's two bins lies outside of the box.
    #expect(abs((none.aliasFraction?.measured ?? 0) - 0.25 / 4.5) < 1e-7)
    // Only the constant passes.
    #expect(drop.planesCompared == 0 && drop.constantPlanes == 1 && drop.aliasFraction == nil)
    #expect(abs((halve.aliasFraction?.measured ?? 0) - 0.0625 / 4.125) < 1e-7)
    let noise = try Self.noise([1, 3, 12, 18], seed: 4)
    let plain = try #require(
      try Self.document(Self.subsampling([3, 12, 18], HW(2, 3)), [noise], filters: filters)
        .sites.first)
    #expect((plain.filters[1].equivarianceError?.measured ?? 1) < 1e-25)
    #expect(plain.filters[1].equivarianceErrorLeft ?? 1 < 1e-25)
    #expect((plain.filters[2].equivarianceError?.measured ?? 0) > 1e-3)
    #expect((plain.filters[2].identityDifference ?? 1) < 1e-10)
  }

  /// Dead and constant channels are counted and change nothing else; an empty reading has no numbers.
  @Test func deadAndConstantChannels() throws {
    var values = [Float](repeating: 0, count: 36)
    values += [Float](repeating: 3, count: 36)
    values += try Self.noise([36], seed: 9).values
    let input = try Tensor(shape: [1, 3, 6, 6], values: values)
    let site = try #require(
      try Self.document(Self.subsampling([3, 6, 6], 2), [input, input]).sites.first)
    let plain = site.filters[0]
    #expect(plain.planesCompared == 2 && plain.deadPlanes == 2 && plain.constantPlanes == 2)
    let oracle = TheoremOracle(SpectralOracle.Map(input, plane: 2), stride: 2)
    try Self.check(plain, oracle, "pool")
    let channels = try #require(site.channelReadings)
    #expect(channels[0][0].deadPlanes == 2 && channels[0][0].identityDifference == nil)
    #expect(channels[1][0].constantPlanes == 2 && channels[1][0].poolLeak == nil)
    try Self.check(channels[2][0], oracle, "channel")
  }

  @Test func theNumberOfThreadsChangesNothing() throws {
    let network = try SiteAuditTests.embedded()
    let inputs = try (0..<2).map { try Self.noise([1, 1, 28, 28], seed: $0) }
    let documents = try [1, 2, 5].map {
      try Self.document(network, inputs, factor: 2, threads: $0)
    }
    #expect(documents[0] == documents[1] && documents[0] == documents[2])
  }

  /// Images that are not finite are listed and leave the sums as they are.
  @Test func brokenImagesAreSkipped() throws {
    let network = Self.subsampling([1, 6, 6], 2)
    let good = try Self.noise([1, 1, 6, 6], seed: 2)
    var bad = good.values
    bad[7] = .nan
    let inputs = [good, try Tensor(shape: [1, 1, 6, 6], values: bad)]
    let document = try Self.document(network, inputs)
    #expect(document.images.read == 1 && document.images.skipped.map(\.name) == ["1"])
    #expect(try document.sites == Self.document(network, [good]).sites)
  }

  // MARK: What is claimed

  private static func convolution(_ size: HW, stride: HW, _ mode: PaddingMode) throws -> Network {
    var network = Network(name: "convolution", inputShape: [1, size.height, size.width])
    network.append(
      "conv",
      .convolution(
        Convolution(
          weight: try noise([2, 1, 3, 3], seed: 3), stride: stride, padding: 1, paddingMode: mode)))
    return network
  }

  /// A circular map that the stride does not divide has no identity; one that its padding makes fit
  /// has.
  @Test func sitesThatDoNotDivide() throws {
    let input = try Self.noise([1, 1, 7, 8], seed: 6)
    let wrapped = try Self.convolution(HW(7, 8), stride: 2, .circular)
    let site = try #require(try Self.document(wrapped, [input]).sites.first)
    #expect(!site.exact && site.filters.isEmpty && site.largestDifference == nil)
    let padded = try Self.convolution(HW(7, 8), stride: 2, .constant(0))
    #expect(try Self.document(padded, [input]).sites[0].exact)
    let fitting = try Self.convolution(HW(7, 8), stride: HW(1, 2), .circular)
    let exact = try #require(try Self.document(fitting, [input]).sites.first)
    #expect(exact.exact && (exact.largestDifference ?? 1) < 1e-9)
  }

  @Test func refusals() throws {
    var plain = Network(name: "plain", inputShape: [1, 4, 4])
    plain.append("relu", .activation(.relu))
    #expect(throws: TheoremError.noSites(network: "plain")) { try Self.document(plain, []) }
    #expect(throws: TheoremError.notAMap([5])) {
      try Self.document(Network(name: "vector", inputShape: [5]), [])
    }
  }
}
