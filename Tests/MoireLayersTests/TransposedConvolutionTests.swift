import MoireLayers
import MoireTensors
import Testing

@Suite struct TransposedConvolutionTests {
  struct Case: Sendable {
    var channels = 20, outputs = 12, kernel: HW = 3, stride: HW = 2, padding: Padding = 1
    var outputPadding: HW = 0, dilation: HW = 1, groups = 1, size: HW = [6, 7], bias = true
  }

  static let cases: [Case] = [
    Case(), Case(outputPadding: 1), Case(kernel: 4), Case(kernel: 2, padding: 0),
    Case(kernel: 2, padding: 0, outputPadding: 1),
    Case(channels: 32, outputs: 16, kernel: 4, padding: 1, bias: false),
    Case(channels: 64, outputs: 64, kernel: 4, stride: 2, padding: 1, groups: 64),
    Case(channels: 20, outputs: 20, kernel: 4, stride: 2, padding: 1, groups: 20),
    Case(channels: 12, outputs: 8, groups: 4), Case(channels: 64, outputs: 32, groups: 2),
    Case(channels: 16, outputs: 16, stride: [2, 3], padding: 0, outputPadding: [1, 2]),
    Case(channels: 16, outputs: 16, stride: 1, padding: 2, dilation: 2),
    Case(
      stride: [1, 3], padding: Padding(top: 2, left: 0, bottom: 0, right: 1), dilation: [2, 1]),
    Case(channels: 3, outputs: 5, kernel: [1, 5], padding: 0, size: [1, 9]),
    Case(channels: 1, outputs: 1, kernel: 1, stride: 3, padding: 0, size: [5, 1]),
    Case(kernel: 2, stride: 1, padding: 2, size: [9, 5]),
  ]

  static func layer(_ c: Case) -> TransposedConvolution {
    TransposedConvolution(
      weight: random([c.channels, c.outputs / c.groups, c.kernel.height, c.kernel.width], seed: 5),
      bias: c.bias ? random([c.outputs], seed: 6) : nil, stride: c.stride, padding: c.padding,
      outputPadding: c.outputPadding, dilation: c.dilation, groups: c.groups)
  }

  @Test(arguments: cases) func matchesTheDefinition(_ c: Case) throws {
    let shape = [c.channels, c.size.height, c.size.width]
    try checkLayer(.transposedConvolution(Self.layer(c)), shape, batch: 3)
    try checkLayer(.transposedConvolution(Self.layer(c)), shape, batch: 1)
  }

  @Test(arguments: [0, 1, 9]) func normalizationAndActivationAreFolded(_ index: Int) throws {
    let c = Self.cases[index]
    var network = Network(name: "t", inputShape: [c.channels, c.size.height, c.size.width])
    network.append("up", .transposedConvolution(Self.layer(c)))
    network.append("bn", .batchNormalization(try PointwiseTests.normalization(c.outputs)))
    network.append("relu", .activation(.leakyRelu(slope: 0.2)))
    try check(network, seed: 3)
    #expect(!(try CompiledNetwork(network)).implementations.contains { $0.path == "bn" })
  }

  /// The adjoint of the convolution with the same weights: ⟨conv x, y⟩ = ⟨x, convᵀ y⟩.
  @Test func isTheAdjointOfTheConvolution() throws {
    let weight = random([20, 12, 3, 3], seed: 1)
    var forward = Network(name: "f", inputShape: [12, 13, 9])
    forward.append(
      "conv", .convolution(Convolution(weight: weight, stride: 2, padding: 1, dilation: 1)))
    var backward = Network(name: "b", inputShape: [20, 7, 5])
    backward.append(
      "up", .transposedConvolution(TransposedConvolution(weight: weight, stride: 2, padding: 1)))
    let x = random([1, 12, 13, 9], seed: 2)
    let y = random([1, 20, 7, 5], seed: 3)
    func dot(_ a: Tensor, _ b: Tensor) -> Double {
      zip(a.values, b.values).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let left = dot(try CompiledNetwork(forward).run(x), y)
    let right = dot(x, try CompiledNetwork(backward).run(y))
    // Sums of 1.5e4 products of single precision: far below 1e-4 of their size, about 1e3.
    #expect(abs(left - right) < 1e-4 * max(abs(left), 100))
  }

  @Test func refusesWhatDoesNotFit() {
    var c = Case()
    expectMismatch(
      .transposedConvolution(Self.layer(c)), [19, 4, 4],
      "weights [20, 12, 3, 3] in 1 groups need 20 input channels, a multiple of the groups; the "
        + "input has 19")
    c.outputPadding = 2
    expectMismatch(
      .transposedConvolution(Self.layer(c)), [20, 4, 4],
      "output padding 2×2 must be smaller than stride 2×2 or dilation 1×1")
    var layer = Self.layer(Case())
    layer.padding = 5
    expectMismatch(
      .transposedConvolution(layer), [20, 1, 4],
      "would give the empty shape [12, -7, -1]; the input is too small")
    layer.padding = -1
    expectMismatch(
      .transposedConvolution(layer), [20, 4, 4],
      "stride 2×2 and dilation 1×1 must be positive and pads -1,-1,-1,-1 not negative")
    layer = Self.layer(Case())
    layer.bias = .ones(3)
    expectMismatch(
      .transposedConvolution(layer), [20, 4, 4], "12 filters with a bias of shape [3]")
  }
}
