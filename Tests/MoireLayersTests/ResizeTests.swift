import MoireLayers
import MoireTensors
import Testing

@Suite struct ResizeTests {
  static let modes: [Resize.Mode] = [
    .nearest(.floor), .nearest(.ceil), .nearest(.roundPreferFloor), .nearest(.roundPreferCeil),
    .bilinear, .bicubic(coefficient: -0.75), .bicubic(coefficient: -0.5),
  ]
  static let coordinates: [Resize.Coordinates] = [
    .halfPixel, .pytorchHalfPixel, .alignCorners, .asymmetric,
  ]
  static let targets: [Resize.Target] = [
    .size([14, 10]), .size([3, 4]), .size([1, 1]), .size([13, 3]), .size([7, 5]),
    .factors(height: 2, width: 2), .factors(height: 0.5, width: 3),
    .factors(height: 1.3, width: 0.7),
  ]

  @Test(arguments: modes, coordinates)
  func matchesTheDefinition(_ mode: Resize.Mode, _ coordinates: Resize.Coordinates) throws {
    for (index, target) in Self.targets.enumerated() {
      let layer = Layer.resize(Resize(target, mode: mode, coordinates: coordinates))
      try checkLayer(layer, [20, 7, 5], batch: index % 2 == 0 ? 1 : 3)
    }
    let wide = Resize(.size([2, 17]), mode: mode, coordinates: coordinates)
    try checkLayer(.resize(wide), [16, 1, 9])
  }

  @Test func aConstantStaysConstant() throws {
    for mode in Self.modes {
      var network = Network(name: "c", inputShape: [5, 6, 7])
      network.append("up", .resize(Resize(.size([17, 4]), mode: mode)))
      let ones = try Tensor(shape: [1, 5, 6, 7], repeating: 1)
      let got = try CompiledNetwork(network).run(ones)
      #expect(got.values.allSatisfy { abs($0 - 1) < 1e-6 })
    }
  }

  @Test func theCumulativeStrideFollows() throws {
    var network = Network(name: "u", inputShape: [3, 32, 32])
    func stride(_ path: String, _ input: Int) {
      network.append(
        path,
        .convolution(
          Convolution(weight: random([16, input, 3, 3], seed: 1), stride: 2, padding: 1))
      )
    }
    stride("a", 3)
    stride("b", 16)
    network.append("up", .resize(Resize(.factors(height: 2, width: 2), mode: .nearest(.floor))))
    network.append(
      "up2",
      .transposedConvolution(
        TransposedConvolution(weight: random([16, 16, 2, 2], seed: 2), stride: 2)))
    stride("c", 16)
    #expect(try network.samplingSites().map(\.cumulativeStride) == [2, 4, 2])
    try check(network, seed: 3)
  }

  @Test func refusesWhatDoesNotFit() {
    expectMismatch(
      .resize(Resize(.size([0, 4]), mode: .bilinear)), [3, 4, 4],
      "would give the empty shape [3, 0, 4]; the input is too small")
    expectMismatch(
      .resize(Resize(.factors(height: 0.1, width: 1), mode: .bilinear)), [3, 4, 4],
      "would give the empty shape [3, 0, 4]; the input is too small")
    expectMismatch(
      .resize(Resize(.factors(height: .nan, width: 1), mode: .bilinear)), [3, 4, 4],
      "cannot resize 4 positions by the factor nan")
    expectMismatch(
      .resize(Resize(.size([4, 4]), mode: .bilinear)), [3], "takes a map [C, H, W], got shape [3]")
  }
}
