import MoireLayers
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

@Suite struct EquivarianceTests {
  static func random(_ shape: [Int], seed: UInt64) throws -> Tensor {
    var generator = SeededGenerator(seed: seed, 7)
    let count = shape.reduce(1, *)
    return try Tensor(
      shape: shape,
      values: (0..<count).map { _ in Float(generator.integer(in: -1000..<1001)) / 1000 })
  }

  static func convolution(
    _ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: HW = 1, mode: PaddingMode, seed: UInt64
  ) throws -> Layer {
    .convolution(
      Convolution(
        weight: try random([outputs, inputs, kernel, kernel], seed: seed), stride: stride,
        padding: Padding(
          top: kernel / 2, left: kernel / 2, bottom: kernel / 2, right: kernel / 2),
        paddingMode: mode))
  }

  /// A strided convolution, a max-pool and a residual block.
  static func network(_ size: HW, mode: PaddingMode, strides: (HW, HW) = (2, 2)) throws -> Network {
    var network = Network(name: "toy", inputShape: [3, size.height, size.width])
    network.append("stem", try convolution(3, 5, stride: strides.0, mode: mode, seed: 1))
    network.append("relu", .activation(.relu))
    network.append("pool", .pooling(Pooling(.max, kernel: strides.1, stride: strides.1)))
    let before = network.output
    network.append("conv", try convolution(5, 5, mode: mode, seed: 2))
    network.append("add", .add, inputs: [network.output, before])
    network.append("end", .activation(.relu))
    network.append("mean", .globalPooling(.average(includesPadding: true)))
    return network
  }

  static func measure(
    _ network: Network, images: Int = 1, _ options: Equivariance.Options = .init()
  ) throws -> EquivarianceDocument {
    let shape = [1] + network.inputShape
    let inputs = try (0..<images).map {
      AuditInput(name: "\($0)", tensor: try random(shape, seed: UInt64(50 + $0)))
    }
    return try Equivariance(
      network: network, source: AuditSource(inputs), options: options,
      preprocessing: .init(description: "random")
    ).document
  }

  // MARK: The oracle

  /// The value of a layer as the network's answer, `[1, C, h, w]`.
  static func value(_ network: Network, _ path: String, _ input: Tensor) throws -> Tensor {
    var part = Network(name: "part", inputShape: network.inputShape)
    for node in network.nodes {
      part.append(node.path, node.layer, inputs: node.inputs)
      if node.path == path { break }
    }
    return try CompiledNetwork(part).run(input)
  }

  /// Upsampled by nearest neighbours, moved, compared position by position: by definition.
  static func distance(_ still: Tensor, _ moved: Tensor, input: HW, shift: HW) -> Double {
    let (channels, height, width) = (still.shape[1], still.shape[2], still.shape[3])
    func upsampled(_ map: Tensor) -> [[Double]] {
      (0..<input.area).map { position in
        let row = position / input.width * height / input.height
        let column = position % input.width * width / input.width
        return (0..<channels).map { Double(map[($0 * height + row) * width + column]) }
      }
    }
    let (a, b) = (upsampled(still), upsampled(moved))
    var sum = 0.0
    for row in 0..<input.height {
      for column in 0..<input.width {
        let from =
          (row + shift.height) % input.height * input.width
          + (column + shift.width) % input.width
        let (x, y) = (a[from], b[row * input.width + column])
        let dot = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
        let (p, q) = (x.reduce(0) { $0 + $1 * $1 }, y.reduce(0) { $0 + $1 * $1 })
        sum += p * q > 0 ? 1 - dot / (p * q).squareRoot() : p == q ? 0 : 1
      }
    }
    return sum / Double(input.area)
  }

  static let sizes: [(HW, (HW, HW))] = [
    (8, (2, 2)), (HW(9, 7), (2, 2)), (HW(12, 10), (HW(3, 1), HW(1, 2))), (HW(5, 11), (1, 2)),
  ]

  /// Odd, non-divisible sizes and unequal strides; the program sums products of floats in double, as
  /// the oracle does, so only oneDNN's own order of sums could differ: 1e-6.
  @Test(arguments: sizes, [PaddingMode.constant(0), .circular])
  func agreesWithMaterialisedUpsampling(_ size: (HW, (HW, HW)), _ mode: PaddingMode) throws {
    let network = try Self.network(size.0, mode: mode, strides: size.1)
    let document = try Self.measure(network, .init(layers: "*", threads: 2))
    let input = try Self.random([1] + network.inputShape, seed: 50)
    let sites = try network.samplingSites()
    for layer in document.layers where layer.part != .dense {
      // What a site goes on with is the end of its chain.
      let site = sites.first { $0.path == layer.path }
      let path = site.map { network.nodes[$0.chain.last ?? $0.node].path } ?? layer.path
      let still = try Self.value(network, path, input)
      for (index, distance) in layer.distances.enumerated() {
        let shift = HW(index / document.range.width, index % document.range.width)
        let moved = try Self.value(network, path, input.rolled(by: shift))
        let expected = Self.distance(still, moved, input: size.0, shift: shift)
        #expect(abs(distance - expected) < 1e-6, "\(layer.path) at \(shift)")
      }
    }
  }

  @Test func theDenseHalvesByTheOracle() throws {
    let network = try Self.network(8, mode: .circular)
    let document = try Self.measure(network)
    let input = try Self.random([1, 3, 8, 8], seed: 50)
    // The same at stride 1: the pool on a map continued by one row and column.
    var dense = Network(name: "dense", inputShape: [3, 8, 8])
    dense.append("stem", try Self.convolution(3, 5, stride: 2, mode: .circular, seed: 1))
    dense.append("relu", .activation(.relu))
    dense.append("pad", .pad(Padding(bottom: 1, right: 1), .circular))
    dense.append("pool", .pooling(Pooling(.max, kernel: 2, stride: 1)))
    let layer = try #require(document.layers.first { $0.path == "pool" && $0.part == .dense })
    #expect(layer.size == 4)
    let still = try Self.value(dense, "pool", input)
    for (index, distance) in layer.distances.enumerated() {
      let shift = HW(index / 4, index % 4)
      let moved = try Self.value(dense, "pool", input.rolled(by: shift))
      let expected = Self.distance(still, moved, input: 8, shift: shift)
      #expect(abs(distance - expected) < 1e-6, "\(shift)")
    }
  }

  // MARK: What theory says

  /// Rounding of 1 − cosine where the features are equal up to oneDNN's order of sums.
  static let rounding = 1e-6

  @Test func aCircularNetworkWithoutStrideIsEquivariant() throws {
    let network = try Self.network(HW(7, 9), mode: .circular, strides: (1, 1))
    let document = try Self.measure(network, .init(layers: "*", range: 7))
    #expect(document.period == 1 && document.range == 7 && document.layers.count > 4)
    for layer in document.layers {
      #expect(layer.largest < Self.rounding, "\(layer.path)")
    }
    // Zeros at the border are enough to break it.
    let padded = try Self.network(HW(7, 9), mode: .constant(0), strides: (1, 1))
    let broken = try Self.measure(padded, .init(range: 7))
    #expect(broken.layers.allSatisfy { $0.largest > 1e-3 })
  }

  @Test func aCircularNetworkIsPeriodicInItsStrides() throws {
    let network = try Self.network(16, mode: .circular)
    let document = try Self.measure(network, .init(range: 9))
    #expect(document.period == 4)
    let strides: [String: (dense: Int, subsampled: Int)] = ["stem": (1, 2), "pool": (2, 4)]
    for layer in document.layers {
      let halves = strides[layer.path]
      let period = layer.part == .dense ? halves?.dense ?? 4 : halves?.subsampled ?? 4
      for (index, distance) in layer.distances.enumerated() {
        let isMultiple = (index / 9) % period == 0 && (index % 9) % period == 0
        #expect(
          isMultiple ? distance < Self.rounding : distance > 1e-3,
          "\(layer.path) \(layer.part) at \(index / 9), \(index % 9): \(distance)")
      }
    }
  }

  /// The max-pool of Zhang's figure: what it computes moves with the image, what it keeps does not.
  @Test(arguments: [(2, 0), (3, 1)])
  func aMaxPoolsDenseHalfIsEquivariant(_ kernel: Int, _ padding: Int) throws {
    var network = Network(name: "pool", inputShape: [4, 8, 12])
    network.append("conv", try Self.convolution(4, 6, mode: .circular, seed: 3))
    network.append("relu", .activation(.relu))
    let around = Padding(top: padding, left: padding, bottom: padding, right: padding)
    network.append(
      "pool",
      .pooling(
        Pooling(.max, kernel: HW(kernel, kernel), stride: 2, padding: around)))
    let circular = try network.circular().network
    let document = try Self.measure(circular)
    let parts = document.layers.filter { $0.path == "pool" }
    #expect(parts.map(\.part) == [.dense, .subsampled] && parts[0].size == HW(8, 12))
    #expect(parts[0].largest < Self.rounding)
    #expect(parts[1].distances[0] < Self.rounding)
    #expect(parts[1].distances.dropFirst().allSatisfy { $0 > 1e-3 })
  }

  // MARK: How it is run

  /// Threads, groups of layers and the choice of layers change nothing.
  @Test func theResultDoesNotDependOnHowItIsRun() throws {
    let network = try Self.network(HW(16, 12), mode: .constant(0))
    let plain = try Self.measure(network, images: 3)
    #expect(plain.images.read == 3 && plain.layers.allSatisfy { $0.low != nil })
    #expect(plain.layers.map(\.path) == ["stem", "stem", "pool", "pool", "end"])
    #expect(plain.layers.map(\.operation).last == "activation")
    #expect(try Self.measure(network, images: 3, .init(threads: 3)) == plain)
    let largest = try LayerPlan(network, pattern: nil).maps.map(\.bytes).max() ?? 0
    #expect(try LayerPlan(network, pattern: nil).groups(limit: largest).count > 1)
    #expect(try Self.measure(network, images: 3, .init(memory: largest)) == plain)
    let some = try Self.measure(network, images: 3, .init(layers: "[ps]*"))
    #expect(some.layers == plain.layers.dropLast())
  }

  @Test func refusals() throws {
    let network = try Self.network(8, mode: .circular)
    #expect(throws: EquivarianceError.range(9, size: 8)) {
      try Self.measure(network, .init(range: 9))
    }
    #expect(throws: EquivarianceError.self) { try Self.measure(network, .init(memory: 100)) }
    #expect {
      try Self.measure(network, .init(layers: "none"))
    } throws: { error in
      "\(error)".hasPrefix("no layer's path matches 'none'; there are stem, ")
    }
    var vector = Network(name: "vector", inputShape: [3])
    vector.append("relu", .activation(.relu))
    #expect(throws: EquivarianceError.notAMap([3])) { try Self.measure(vector) }
  }

  @Test func anImageThatIsNotFiniteIsLeftOut() throws {
    let network = try Self.network(8, mode: .circular)
    var bad = try Self.random([1, 3, 8, 8], seed: 1)
    bad[5] = .nan
    let source = AuditSource([
      AuditInput(name: "bad", tensor: bad),
      AuditInput(name: "good", tensor: try Self.random([1, 3, 8, 8], seed: 50)),
    ])
    let document = try Equivariance(
      network: network, source: source, preprocessing: .init(description: "random")
    ).document
    #expect(document.images.skipped.map(\.name) == ["bad"] && document.images.read == 1)
    #expect(try Self.measure(network).layers == document.layers)
  }

  /// Weights of both axes add up to one position each, whatever the sizes.
  @Test func pairsCoverEveryPosition() {
    for (size, length, shift) in [(4, 8, 3), (3, 7, 6), (7, 7, 2), (1, 5, 4), (10, 7, 1)] {
      let pairs = PlannedMap.pairs(size: size, step: 2, length: length, shift: shift)
      #expect(abs(pairs.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
      #expect(pairs.allSatisfy { $0.own % 2 == 0 && $0.own < 2 * size && $0.other < 2 * size })
      #expect(pairs.count <= 2 * size + 1)
    }
  }
}
