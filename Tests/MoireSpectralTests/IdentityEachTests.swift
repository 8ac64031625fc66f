import MoireSpectral
import MoireTensors
import Testing

@Suite struct IdentityEachTests {
  /// One forward transform for several filters and strides gives the bits that each of them alone does.
  @Test(arguments: [HW(12, 18), HW(6, 30)]) func sharedTransforms(_ size: HW) throws {
    var generator = SeededGenerator(seed: 12)
    let samples = (0..<3 * size.area).map { _ in Float(generator.uniform()) }
    let readers = try [
      IdentityReader(size: size, stride: 2), IdentityReader(size: size, stride: 2, filter: .ideal),
      IdentityReader(size: size, stride: HW(3, 1)),
      IdentityReader(size: size, stride: HW(3, 2), filter: .binomial(4), alignment: .sampled),
    ]
    let layout = MapLayout(
      channels: 3, blockSize: 1, blockStride: size.area, planeStride: 0, rowStride: size.width,
      columnStride: 1)
    for chosen in [readers, readers.reversed(), [readers[1]], []] {
      try samples.withUnsafeBufferPointer { samples in
        let base = try #require(samples.baseAddress)
        let together = try IdentityReader.read(chosen, base, layout: layout, threads: 2)
        let alone = try chosen.map { try $0.read(base, layout: layout) }
        #expect(together == alone)
      }
    }
  }

  @Test func sizesMustAgree() throws {
    let readers = try [HW(8, 8), HW(8, 4)].map { try IdentityReader(size: $0, stride: 2) }
    let samples = [Float](repeating: 1, count: 64)
    #expect(throws: SpectralError.self) {
      try IdentityReader.read(
        readers, samples, layout: .blocked(channels: 1, size: 8), threads: 1)
    }
  }
}
