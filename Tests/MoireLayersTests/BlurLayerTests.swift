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
