import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

/// Sites that filter before they subsample.
@Suite struct FilterSiteTests {
  static func network(_ size: HW, _ last: Layer) throws -> Network {
    var network = Network(name: "site", inputShape: [3, size.height, size.width])
    network.append(
      "conv", .convolution(Convolution(weight: random([20, 3, 3, 3], seed: 1), padding: 1)))
    network.append("norm", .batchNormalization(try PointwiseTests.normalization(20)))
    network.append("relu", .activation(.relu))
    network.append("down", last)
    return network
  }

  /// The site's maps by their stage, and the values by definition.
  private func maps(
    _ network: Network, batch: Int = 2
  ) throws -> (maps: [DenseMap.Stage: Oracle.Map], values: [Oracle.Map]) {
    let compiled = try CompiledNetwork(
      network, batch: batch, sites: try network.samplingSites())
    let input = random([batch] + network.inputShape, seed: 9)
    var maps: [DenseMap.Stage: Oracle.Map] = [:]
    _ = try compiled.run(input) { maps[$0.stage] = Oracle.Map($0.tensor()) }
    return (maps, Oracle.run(network, input))
  }

  private func expect(
    _ got: Oracle.Map?, _ expected: Oracle.Map, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(got?.shape == expected.shape, sourceLocation: sourceLocation)
    #expect(
      relativeError(got?.values.map(Float.init) ?? [], expected.values) < 3e-5,
      sourceLocation: sourceLocation)
  }

  /// Before the filter and after it are two maps; the third reading, after subsampling, is every
  /// stride-th position.
  @Test(arguments: [BlurPool.Convention.zhang, .kornia, .auto, .timm])
  func beforeAndAfterABlur(_ convention: BlurPool.Convention) throws {
    for filter in [3, 4, 5] {
      let layer = BlurPool(convention, filterSize: HW(filter, filter))
      let network = try Self.network([12, 10], .blurPool(layer))
      let site = try #require(try network.samplingSites().first)
      let geometry = try layer.geometry(size: [12, 10])
      #expect(site.operation == .blurPool && site.path == "down" && site.stride == 2)
      #expect(site.phase == [geometry.rows.phase, geometry.columns.phase])
      let (maps, values) = try maps(network)
      #expect(Set(maps.keys) == [.unfiltered, .final])
      if site.denseSize == site.inputSize { expect(maps[.unfiltered], values[3]) }
      try check(network, seed: 2)
    }
    // Zhang's filter runs at stride 1 just as it does at stride 2, and the map's size stays.
    let network = try Self.network([12, 10], .blurPool(BlurPool(filterSize: 5)))
    let (maps, values) = try maps(network)
    expect(maps[.final], Oracle.blur(BlurPool(filterSize: 5, stride: 1), values[3]))
  }

  /// A size that the stride does not divide: both maps go on beyond it as the filter's padding does.
  @Test func oddSizesAreContinued() throws {
    let network = try Self.network([9, 11], .blurPool(BlurPool(filterSize: 3, stride: [2, 3])))
    let (maps, values) = try maps(network)
    let beyond = Padding(bottom: 1, right: 1)
    let unfiltered = Oracle.apply(.pad(beyond, .reflect), [values[3]])
    expect(maps[.unfiltered], unfiltered)
    #expect(maps[.final]?.shape == [2, 20, 10, 12])
  }

  @Test(arguments: IdealLayerTests.edges, [IdealPooling.Taper.none, .hann])
  func beforeAndAfterAnIdealPool(_ edge: BandEdge, _ taper: IdealPooling.Taper) throws {
    let network = try Self.network(
      [12, 10], .idealPool(IdealPooling(stride: [3, 2], bandEdge: edge, taper: taper)))
    let site = try #require(try network.samplingSites().first)
    #expect(site.operation == .idealPool && site.phase == [0, 0])
    let (maps, values) = try maps(network)
    expect(maps[.unfiltered], values[3])
    if edge == .drop {
      // Nothing is lost by going up again from what was kept.
      expect(maps[.final], Oracle.resample(values[4], to: [12, 10], .drop))
      let reader = try MapReader(size: [12, 10], stride: [3, 2])
      let map = try #require(maps[.final])
      let tensor = try Tensor(shape: map.shape, values: map.values.map(Float.init))
      #expect(try reader.read(tensor).energies.allSatisfy { $0.alias <= 1e-9 * $0.total })
    }
  }

  @Test func anIdealPoolThatDoesNotDivide() throws {
    for taper in IdealPooling.Taper.allCases {
      let layer = IdealPooling(stride: 2, taper: taper)
      let (maps, values) = try maps(Self.network([11, 9], .idealPool(layer)))
      expect(maps[.unfiltered], Oracle.resample(values[3], to: [12, 10], .drop))
      expect(maps[.final], Oracle.resample(values[4], to: [12, 10], .drop))
    }
  }

  @Test func theActivationBehindAFilterHasAMapOfItsOwn() throws {
    var network = try Self.network([12, 10], .blurPool(BlurPool()))
    network.append("norm2", .batchNormalization(try PointwiseTests.normalization(20)))
    network.append("relu2", .activation(.relu))
    let site = try #require(try network.samplingSites().first)
    #expect(site.hasActivation)
    let maps = try maps(network).maps
    #expect(Set(maps.keys) == [.unfiltered, .preactivation, .final])
    try check(network, seed: 3)
  }

  /// The dense map of a polyphase site is its input.
  @Test func polyphaseTakesFromItsInput() throws {
    let network = PolyphaseLayerTests.network([20, 12, 6], PolyphaseDecision())
    let site = try #require(try network.samplingSites().first)
    #expect(site.operation == .polyphase && site.chain == [3] && site.cumulativeStride == 2)
    let (maps, values) = try maps(network)
    #expect(Set(maps.keys) == [.preactivation, .final])
    expect(maps[.preactivation], values[1])
  }

  @Test func aPoolToOneValueIsNoSite() throws {
    let network = try Self.network([4, 6], .idealPool(IdealPooling(stride: [4, 6])))
    #expect(try network.samplingSites().isEmpty)
  }
}
