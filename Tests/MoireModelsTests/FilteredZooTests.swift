import MoireLayers
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@testable import MoireModels

/// Architectures whose layers with a stride filter.
@Suite struct FilteredZooTests {
  static let kinds: [Downsampling] = [
    .blur(filterSize: 4), .blur(filterSize: 3, convention: .auto), .ideal, .adaptivePolyphase(),
    .taperedIdeal(.rootHamming),
  ]

  @Test(
    arguments: [
      "resnet18", "resnet50", "mobilenet_v2", "densenet121", "squeezenet1_1", "vgg11_bn",
    ],
    kinds.indices)
  func sizesAndNames(_ name: String, _ index: Int) throws {
    let architecture = try Zoo.architecture(named: name)
    for border in Border.allCases {
      let sizes: [HW] = Fixtures.isFullTier ? [[64, 64], [75, 97]] : [[75, 97]]
      for size in sizes {
        let plain = try architecture.network(
          inputSize: size, padding: border, weights: ZeroWeights())
        let network = try architecture.network(
          inputSize: size, downsampling: Self.kinds[index], padding: border, weights: ZeroWeights())
        #expect(network.namedTensors.map(\.name) == plain.namedTensors.map(\.name))
        #expect(network.namedTensors.map(\.tensor.shape) == plain.namedTensors.map(\.tensor.shape))
        let sizes = { (network: Network) in
          try network.samplingSites().map { [$0.outputSize.height, $0.outputSize.width] }
        }
        #expect(try sizes(network) == sizes(plain))
        #expect(
          try network.samplingSites().allSatisfy {
            [.blurPool, .idealPool, .polyphase].contains($0.operation)
          })
        #expect(try network.valueShapes().last == [1000])
      }
    }
  }

  /// Filters that the network predicts keep every size and add their own parameters alone.
  @Test(arguments: ["resnet18", "mobilenet_v2", "densenet121", "squeezenet1_1", "vgg11_bn"])
  func contentAdaptiveFilters(_ name: String) throws {
    let architecture = try Zoo.architecture(named: name)
    for (border, size) in [(Border.zero, HW(75, 97)), (.circular, [64, 64])] {
      let plain = try architecture.network(
        inputSize: size, padding: border, weights: ZeroWeights())
      let network = try architecture.network(
        inputSize: size, downsampling: .contentAdaptive(), padding: border, weights: ZeroWeights())
      let own = network.namedTensors.map(\.name).filter { !$0.contains(".adaptive.") }
      #expect(own == plain.namedTensors.map(\.name))
      let sites = try network.samplingSites()
      #expect(sites.map(\.outputSize) == (try plain.samplingSites().map(\.outputSize)))
      #expect(sites.allSatisfy { $0.operation == .subsample })
      let filters = network.nodes.filter {
        if case .adaptiveFilter = $0.layer { true } else { false }
      }
      #expect(filters.count == sites.count)
      #expect(filters.first?.path.hasSuffix(".adaptive.filter") == true)
    }
  }

  /// The zoo's way of adding them is that of `appendAdaptiveFilterPool`.
  @Test func contentAdaptiveFiltersAsTheyAreDefined() throws {
    var builder = NetworkBuilder(
      name: "n", inputShape: [4, 9, 12], weights: SeededWeights(seed: 3),
      downsampling: .contentAdaptive(filterSize: 5, groups: 2, scope: .joint))
    try builder.maxPool("pool", kernel: 2, stride: [2, 1])
    let network = builder.network
    var expected = Network(name: "e", inputShape: [4, 9, 12])
    expected.append("pool", .pooling(Pooling(.max, kernel: 2, stride: 1)))
    guard case .convolution(let predictor) = network.nodes[1].layer,
      case .batchNormalization(let normalization) = network.nodes[2].layer
    else { throw ModelError.unknownMethod("no predictor") }
    expected.appendAdaptiveFilterPool(
      "pool", AdaptiveFilter(kernel: [5, 1], groups: 2, scope: .joint), predictor: predictor,
      normalization: normalization, stride: [2, 1])
    #expect(network.nodes.map(\.layer) == expected.nodes.map(\.layer))
    #expect(predictor.paddingMode == .reflect && predictor.padding == Padding(top: 2, bottom: 2))
    #expect(
      throws: LayerError.incompatible(
        path: "pool.adaptive.filter",
        reason: "4 channels cannot be put into 3 equal groups")
    ) {
      var builder = NetworkBuilder(
        name: "n", inputShape: [4, 8, 8], weights: ZeroWeights(),
        downsampling: .contentAdaptive(groups: 3))
      try builder.maxPool("pool", kernel: 2, stride: 2)
    }
  }

  @Test(arguments: ["resnet18", "mobilenet_v2"])
  func adaptivePolyphaseIsInvariant(_ name: String) throws {
    try Shifts.check(
      Zoo.architecture(named: name).network(
        inputSize: 64, classes: 10, downsampling: .adaptivePolyphase(), padding: .circular))
  }

  /// The network built with filters is the usual one after surgery.
  @Test(arguments: kinds.indices)
  func surgeryGivesTheSame(_ index: Int) throws {
    let methods: [Antialiasing.Method] = [
      .blur(filterSize: 4), .blur(filterSize: 3, convention: .auto), .ideal, .adaptivePolyphase(),
      .taperedIdeal(.rootHamming),
    ]
    let plain = try ResNet.resNet18.network(inputSize: 64, classes: 3, weights: ZeroWeights())
    let built = try ResNet.resNet18.network(
      inputSize: 64, classes: 3, downsampling: Self.kinds[index], weights: ZeroWeights())
    let (cut, _) = try plain.antialiased(with: Antialiasing(method: methods[index]))
    let facts = { (network: Network) in
      Set(network.nodes.map { "\($0.path): \($0.layer.summary)" })
    }
    #expect(facts(cut) == facts(built))
  }

  @Test func filtersThatDoNotFitAreRefused() throws {
    #expect {
      try ResNet.resNet18.network(
        inputSize: 64, downsampling: .blur(filterSize: 4, convention: .timm),
        weights: ZeroWeights())
    } throws: {
      "\($0)".contains("layer conv1") && "\($0)".contains("33×33") || "\($0)".contains("33")
    }
  }

  /// Where samples stand behind filters, and what their borders keep, by the filters themselves.
  @Test(arguments: BlurPool.Convention.allCases, BorderMode.allCases)
  func grids(_ convention: BlurPool.Convention, _ padding: BorderMode) throws {
    for taps in [3, 5] { try checkGrid(convention, taps, padding) }
  }

  private func checkGrid(
    _ convention: BlurPool.Convention, _ taps: Int, _ padding: BorderMode
  ) throws {
    let (height, width) = (21, 26)
    let blur = BlurPool(
      convention, filterSize: [taps, taps], stride: [2, 3], padding: padding)
    var network = Network(name: "n", inputShape: [1, height, width])
    network.append("blur", .blurPool(blur))
    let grid = try #require(try network.mapGrids()[1])
    let run = { (value: (Int, Int) -> Float) in
      let plane = (0..<height).flatMap { i in (0..<width).map { value(i, $0) } }
      return try CompiledNetwork(network).run(
        Tensor(shape: [1, 1, height, width], values: plane))
    }
    let (ones, rows, columns) = (
      try run { _, _ in 1 }, try run { i, _ in Float(i) }, try run { _, j in Float(j) }
    )
    for point in 0..<grid.size.area {
      // Products of a few dyadic taps.
      #expect(abs(ones[point] - grid.gain[point]) < 1e-6)
    }
    let (i, j) = (grid.size.height / 2, grid.size.width / 2)
    let point = i * grid.size.width + j
    #expect(abs(Double(rows[point]) - (grid.origin[0] + grid.step[0] * Double(i))) < 1e-4)
    #expect(abs(Double(columns[point]) - (grid.origin[1] + grid.step[1] * Double(j))) < 1e-4)
  }

  @Test func gridsOfIdealPools() throws {
    var network = Network(name: "n", inputShape: [1, 9, 12])
    network.append("i", .idealPool(IdealPooling()))
    let grid = try #require(try network.mapGrids()[1])
    #expect(grid.step == [1.8, 2] && grid.origin == [0, 0] && grid.size == HW(5, 6))
    #expect(grid.gain.allSatisfy { $0 == 1 })
  }
}
