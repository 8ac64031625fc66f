import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

@Suite struct IdealLayerTests {
  static let edges: [BandEdge] = [.drop, .halve, .keep]

  @Test(arguments: edges) func idealPoolMatchesTheDefinition(_ edge: BandEdge) throws {
    let sizes: [HW] = [[12, 8], [9, 7], [1, 11], [6, 13], [2, 3]]
    for stride: HW in [1, 2, 3, 4, [1, 2], [3, 1]] {
      for (index, size) in sizes.enumerated() {
        let layer = IdealPooling(stride: stride, bandEdge: edge)
        try checkLayer(
          .idealPool(layer), [[1, 16, 20][index % 3], size.height, size.width],
          batch: index % 2 == 0 ? 1 : 3)
      }
    }
  }

  @Test(arguments: edges) func spectralPoolMatchesTheDefinition(_ edge: BandEdge) throws {
    let sizes: [(HW, HW)] = [
      ([12, 10], [8, 6]), ([12, 10], [6, 5]), ([7, 9], [7, 4]), ([8, 5], [12, 10]),
      ([1, 6], [1, 4]),
    ]
    for (from, to) in sizes {
      try checkLayer(
        .spectralPool(SpectralPooling(size: to, bandEdge: edge)), [20, from.height, from.width],
        batch: 3)
    }
  }

  @Test func aSpectralPoolByWholeFactorsIsASite() throws {
    var network = Network(name: "s", inputShape: [3, 12, 10])
    network.append("pool", .spectralPool(SpectralPooling(size: [4, 5])))
    let site = try #require(try network.samplingSites().first)
    #expect(site.stride == [3, 2] && site.operation == .idealPool)
    var other = Network(name: "o", inputShape: [3, 12, 10])
    other.append("pool", .spectralPool(SpectralPooling(size: [8, 5])))
    #expect(try other.samplingSites().isEmpty)
  }

  static let functions: [FilteredFunction.Function] =
    PointwiseTests.activations.map { .activation($0) } + [
      .polynomial([0.5, -1, 0.25, 0.1]), .polynomial([2]),
    ]

  @Test(arguments: functions)
  func filteredActivationsMatchTheDefinition(_ function: FilteredFunction.Function) throws {
    for factor in 1...3 {
      for size in [HW(7, 6), HW(1, 9)] {
        try checkLayer(
          .filteredActivation(FilteredFunction(function, factor: factor)),
          [20, size.height, size.width], batch: 1)
      }
    }
  }
}
