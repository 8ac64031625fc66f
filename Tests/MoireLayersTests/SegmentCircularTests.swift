import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

@Suite struct SegmentCircularTests {
  static func network(_ size: Int = 12, _ build: (inout Network) -> Void) -> Network {
    var network = Network(name: "one", inputShape: [4, size, size + 4])
    build(&network)
    return network
  }

  /// One layer each whose border has something to be made circular, and how far its output moves when
  /// its input moves by the step.
  static let layers: [(name: String, step: Int, moves: Int, layer: Layer)] = [
    ("conv", 1, 1, SegmentNetworks.convolution(4, 5, seed: 1)),
    ("strided", 2, 1, SegmentNetworks.convolution(4, 5, stride: 2, seed: 1)),
    (
      "asymmetric", 1, 1,
      SegmentNetworks.convolution(
        4, 4, kernel: 4, padding: Padding(top: 3, left: 0, bottom: 0, right: 3), seed: 2)
    ),
    ("dilated", 1, 1, SegmentNetworks.convolution(4, 4, padding: 2, dilation: 2, seed: 2)),
    ("max", 2, 1, .pooling(Pooling(.max, kernel: 3, stride: 2, padding: 1))),
    ("ceil", 2, 1, .pooling(Pooling(.max, kernel: 3, stride: 2, ceilMode: true))),
    (
      "mean", 1, 1,
      .pooling(Pooling(.average(includesPadding: true), kernel: 3, stride: 1, padding: 1))
    ),
    (
      "mean without", 4, 1,
      .pooling(Pooling(.average(includesPadding: false), kernel: 5, stride: 4, padding: 2))
    ),
    ("blur", 2, 1, .blurPool(BlurPool(.kornia, filterSize: 3, stride: 2))),
    (
      "separable", 1, 1, .separablePool(SeparablePooling(FilterAxis(taps: [1, 2, 4], lead: 2)))
    ),
    (
      "transposed", 1, 2,
      .transposedConvolution(
        TransposedConvolution(
          weight: random([4, 3, 4, 4], seed: 5), stride: 2, padding: 1))
    ),
    (
      "bilinear", 1, 2,
      .resize(Resize(.factors(height: 2, width: 2), mode: .bilinear))
    ),
    (
      "cubic", 1, 3,
      .resize(Resize(.factors(height: 3, width: 3), mode: .bicubic(coefficient: -0.75)))
    ),
    (
      "half", 2, 1, .resize(Resize(.factors(height: 0.5, width: 0.5), mode: .bilinear))
    ),
  ]

  /// Moving the input by the step moves the output: x_d(n) = x(n + d) on both sides. Equal but for
  /// rounding, where a border that is not circular is off by some tenths.
  @Test(arguments: layers.indices) func circularLayersMoveWithTheirInput(_ index: Int) throws {
    let item = Self.layers[index]
    let original = Self.network { $0.append("layer", item.layer) }
    let circular = try original.circular()
    let network = circular.network
    #expect(try network.valueShapes().last == (try original.valueShapes().last))
    #expect(circular.changes.count >= 1, "\(item.name)")
    let input = random([1] + network.inputShape, seed: 6)
    let compiled = try CompiledNetwork(network)
    let still = try compiled.run(input)
    let moved = try compiled.run(SegmentTests.rolled(input, HW(item.step, 2 * item.step)))
    let expected = SegmentTests.rolled(still, HW(item.moves, 2 * item.moves))
    #expect(relativeError(moved.values, expected.values.map(Double.init)) < 1e-5, "\(item.name)")
    // Away from the border nothing changes.
    let before = try CompiledNetwork(original).run(input)
    let (height, width) = (still.shape[2], still.shape[3])
    let middle = (height / 2) * width + width / 2
    #expect(abs(still[middle] - before[middle]) < 1e-5, "\(item.name)")
  }

  @Test func pathsAndParametersStay() throws {
    let original = SegmentNetworks.residual()
    let circular = try original.circular()
    let paths = original.nodes.map(\.path)
    #expect(circular.network.nodes.map(\.path).filter { paths.contains($0) } == paths)
    #expect(circular.network.parameterCount == original.parameterCount)
    #expect(
      circular.changes == [
        "layer stem: zero padding 3,3,3,3 made circular",
        "layer maxpool: padding 1,1,1,1 made circular",
        "layer conv1: zero padding 1,1,1,1 made circular",
        "layer conv2: zero padding 1,1,1,1 made circular",
      ])
    #expect(try circular.network.circular().changes == [])
  }

  @Test func whatIsNotCircularIsSaid() throws {
    let odd = try SegmentNetworks.residual(size: HW(16, 20)).circular()
    #expect(
      odd.changes.last
        == "not every shift is exact: layer conv1 subsamples a circle of 4×5 by 2×2, which does not "
        + "divide it; use an input size that every stride divides")
    let aligned = try Self.network {
      $0.append(
        "up", .resize(Resize(.size(HW(5, 7)), mode: .bilinear, coordinates: .alignCorners)))
    }.circular()
    #expect(aligned.changes.first?.contains("layer up: a resize from 12×16 to 5×7") == true)
  }

  private static func refusal(_ network: Network) -> PhaseChainObstacle? {
    do {
      _ = try PhaseEngine(network)
      return nil
    } catch {
      return error as? PhaseChainObstacle
    }
  }

  @Test func obstaclesNameTheirLayer() throws {
    let head = { (network: inout Network) in
      _ = network.append("pool", .globalPooling(.max))
    }
    let zero = Self.network {
      $0.append("conv", SegmentNetworks.convolution(4, 4, seed: 1))
      head(&$0)
    }
    #expect(Self.refusal(zero) == .border(path: "conv"))
    let maps = Self.network { $0.append("relu", .activation(.relu)) }
    #expect(Self.refusal(maps) == .answerIsAMap([4, 12, 16]))
    let divided = Self.network(10) {
      $0.append("a", .subsample(stride: 4, offset: 0))
      head(&$0)
    }
    #expect(
      Self.refusal(divided) == .notDivisible(path: "a", size: HW(10, 14), stride: 4))
    let valid = Self.network {
      $0.append("conv", SegmentNetworks.convolution(4, 4, padding: 0, seed: 1))
      head(&$0)
    }
    #expect(
      Self.refusal(valid) == .partOfCircle(path: "pool", size: HW(10, 14), period: HW(12, 16)))
    let unequal = Self.network(8) {
      let a = $0.append("a", .subsample(stride: HW(2, 4), offset: 0))
      let b = $0.append("b", .subsample(stride: HW(2, 4), offset: 0), inputs: [0])
      let c = $0.append("c", .pooling(Pooling(.max, kernel: 2, stride: 2)), inputs: [0])
      $0.append("c.crop", .pad(Padding(right: -3), .constant(0)), inputs: [c])
      $0.append("add", .add, inputs: [a, b])
      $0.append("join", .add, inputs: [$0.output, 4])
      head(&$0)
    }
    #expect(Self.refusal(unequal) == .unequalStrides(path: "join", HW(2, 4), 2))
    let enlarged = Self.network {
      $0.append(
        "up",
        .resize(
          Resize(.factors(height: 2, width: 2), mode: .nearest(.floor), coordinates: .asymmetric)))
      head(&$0)
    }
    #expect(Self.refusal(enlarged) == .noWholeStride(path: "up"))
    let branching = Self.network {
      let a = $0.append("a", .subsample(stride: 2, offset: 0))
      $0.append("a.pool", .globalPooling(.max), inputs: [a])
      let b = $0.append("b", .subsample(stride: HW(3, 4), offset: 0), inputs: [0])
      let c = $0.append("b.pool", .globalPooling(.max), inputs: [b])
      $0.append("add", .add, inputs: [2, c])
    }
    #expect(Self.refusal(branching) == .branchingStrides(2, HW(3, 4)))
    for obstacle in [zero, maps, divided, valid, unequal, enlarged].map(Self.refusal) {
      #expect(obstacle?.description.contains("\n") == false)
    }
  }
}
