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
}
