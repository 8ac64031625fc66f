import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

@Suite struct BlurLayerTests {
  static let sizes: [HW] = [[12, 10], [9, 7], [1, 11], [13, 1], [2, 3]]

  @Test(arguments: BlurPool.Convention.allCases)
  func matchesTheDefinition(_ convention: BlurPool.Convention) throws {
    for filter in 1...7 {
      for stride: HW in [1, 2, 3, [1, 2], [3, 1]] {
        for (index, size) in Self.sizes.enumerated() {
          let layer = BlurPool(convention, filterSize: HW(filter, filter), stride: stride)
          guard (try? layer.geometry(size: size)) != nil else { continue }
          let channels = [1, 16, 20][(index + filter) % 3]
          try checkLayer(
            .blurPool(layer), [channels, size.height, size.width], batch: index % 2 == 0 ? 1 : 3)
        }
      }
    }
  }

  /// A sequence is a map of one row: three binomial taps along it, reflected at its ends.
  @Test func oneDimension() throws {
    for count in [8, 7, 2] {
      let layer = BlurPool(filterSize: [1, 3], stride: [1, 2])
      var network = Network(name: "sequence", inputShape: [2, 1, count])
      network.append("blur", .blurPool(layer))
      let input = random([3, 2, 1, count], seed: 2)
      let answer = try CompiledNetwork(network, batch: 3).run(input)
      let outputs = (count + 1) / 2
      #expect(answer.shape == [3, 2, 1, outputs])
      for index in 0..<6 * outputs {
        let (row, center) = (index / outputs * count, index % outputs * 2)
        let sum = [(-1, 0.25), (0, 0.5), (1, 0.25)].reduce(0.0) { sum, tap in
          var position = abs(center + tap.0)
          if position >= count { position = 2 * (count - 1) - position }
          return sum + tap.1 * Double(input[row + position])
        }
        #expect(abs(Double(answer[index]) - sum) < 1e-6)
      }
    }
  }

  /// The low-pass band of a wavelet, db2, and filters of other counts and strides on the two axes.
  @Test(arguments: [BorderMode.zero, .reflect, .replicate, .circular, .symmetric])
  func separablePoolsMatchTheDefinition(_ padding: BorderMode) throws {
    let db2 = [-0.12940952, 0.22414387, 0.8365163, 0.48296291]
    let filters = [
      SeparablePooling(FilterAxis(taps: db2, stride: 2, lead: 1, padding: padding)),
      SeparablePooling(
        rows: FilterAxis(taps: [0.3, 0.5, 0.4], stride: 3, lead: -1, output: 2, padding: padding),
        columns: FilterAxis(taps: [1], padding: padding)),
    ]
    for layer in filters {
      for size in Self.sizes {
        try checkLayer(.separablePool(layer), [20, size.height, size.width], batch: 3)
      }
    }
    expectMismatch(
      .separablePool(SeparablePooling(FilterAxis(taps: []))), [3, 4, 4],
      "a filter needs one tap or more on each axis, got none")
    expectMismatch(
      .separablePool(SeparablePooling(FilterAxis(taps: [1], stride: 0))), [3, 4, 4],
      "a stride is 1 … 32767 on each axis, got 0×0")
  }
}
