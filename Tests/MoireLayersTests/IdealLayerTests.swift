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

  @Test(arguments: [IdealPooling.Taper.rootHamming, .hann])
  func taperedPoolsMatchTheDefinition(_ taper: IdealPooling.Taper) throws {
    let sizes: [HW] = [[12, 8], [14, 7], [1, 11], [6, 13], [2, 3]]
    for (index, stride): (Int, HW) in [2, 3, [1, 2], [4, 1]].enumerated() {
      for size in sizes {
        let layer = IdealPooling(stride: stride, bandEdge: Self.edges[index % 3], taper: taper)
        try checkLayer(.idealPool(layer), [20, size.height, size.width], batch: 2)
      }
    }
  }

  /// A window over the bins that is centred half a bin beside 0 darkens: 0.954 at 8 positions.
  @Test func aTaperKeepsConstantsAndShifts() throws {
    for size in [8, 14, 7] {
      var network = Network(name: "asap", inputShape: [1, size, size])
      network.append("pool", .idealPool(IdealPooling(taper: .rootHamming)))
      let compiled = try CompiledNetwork(network)
      let ones = try compiled.run(Tensor(shape: [1, 1, size, size], repeating: 1))
      #expect(ones.values.allSatisfy { abs($0 - 1) < 1e-6 })
      guard size % 2 == 0 else { continue }
      let input = random([1, 1, size, size], seed: 5)
      let moved = input.values.indices.map {
        input[($0 / size + size - 2) % size * size + $0 % size]
      }
      let (before, after) = (
        try compiled.run(input), try compiled.run(Tensor(shape: input.shape, values: moved))
      )
      let half = size / 2
      for i in 0..<half * half {
        #expect(abs(after[i] - before[(i / half + half - 1) % half * half + i % half]) < 1e-6)
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
