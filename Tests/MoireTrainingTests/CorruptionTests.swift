import MoireTensors
import Testing

@testable import MoireTraining

struct CorruptionTests {
  private func changed(
    _ corruption: Corruption, _ image: [Float], _ shape: [Int], amount: Double, seed: UInt64 = 1
  ) -> [Float] {
    var result = image
    var noise = SeededGenerator(seed: seed, 7)
    corruption.apply(
      &result, shape, amount: amount, direction: SeededGenerator(seed: seed), &noise)
    return result
  }

  @Test(arguments: Corruption.allCases)
  func `Nothing changes at amount 0, more at each severity`(_ corruption: Corruption) throws {
    var generator = SeededGenerator(seed: 3)
    let images = (0..<6).map { _ in (0..<2 * 9 * 7).map { _ in Float(255 * generator.uniform()) } }
    var before = 0.0
    for amount in [0] + corruption.severities {
      let change = images.enumerated().reduce(0.0) { sum, item in
        let result = changed(
          corruption, item.element, [2, 9, 7], amount: amount, seed: UInt64(item.offset))
        #expect(result.allSatisfy { $0 >= 0 && $0 <= 255 })
        return sum + zip(result, item.element).reduce(0) { $0 + Double(abs($1.0 - $1.1)) }
      }
      // Moved noise is as far from itself at 2 pixels as at 5: only the first step must count there.
      #expect(amount == 0 ? change == 0 : change > (before == 0 ? 0 : 0.7 * before))
      before = change
    }
  }

  @Test func `Brightness, contrast and pixels have their closed forms`() {
    let image: [Float] = [0, 40, 80, 120, 160, 200, 240, 100, 20]
    #expect(changed(.brightness, image, [1, 3, 3], amount: 0.2)[1] == 91)
    #expect(changed(.brightness, image, [1, 3, 3], amount: 0.2)[6] == 255)
    let mean = image.reduce(0, +) / 9
    let flat = changed(.contrast, image, [1, 3, 3], amount: 0.75)
    for (before, after) in zip(image, flat) {
      #expect(abs(after - ((before - mean) / 4 + mean)) < 1e-3)
    }
    let blocks: [Float] = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150]
    let means: [Float] = [25, 25, 45, 45, 25, 25, 45, 45, 105, 105, 125, 125, 105, 105, 125, 125]
    #expect(changed(.pixelate, blocks, [1, 4, 4], amount: 0.5) == means)
  }

  @Test func `A blur keeps a constant and spreads a point as the Gaussian says`() {
    let flat = changed(.blur, Array(repeating: 90, count: 35), [1, 5, 7], amount: 1.4)
    #expect(flat.allSatisfy { abs($0 - 90) < 1e-3 })
    var point = [Float](repeating: 0, count: 81)
    point[40] = 200
    let spread = changed(.blur, point, [1, 9, 9], amount: 0.6)
    // Neighbours of a sampled Gaussian: exp(−1/(2σ²)).
    #expect(abs(spread[41] / spread[40] - 0.24935) < 1e-4)
    #expect(abs(spread.reduce(0, +) - 200) < 1e-2)
  }

  @Test func `A turn by 0, a scale and a shear leave the centre where it is`() {
    var image = [Float](repeating: 0, count: 49)
    image[24] = 100
    for corruption in [Corruption.rotate, .scale, .shear] {
      #expect(abs(changed(corruption, image, [1, 7, 7], amount: 0.3)[24] - 100) < 1e-3)
    }
  }

  @Test func `Blocks are quantised as libjpeg does it`() {
    // make_jpeg.py; libjpeg's integer transforms differ from ours by at most a gray level or two.
    let block = (0..<64).map { index -> Float in
      let (row, column) = (index / 8, index % 8)
      return Float((row * 37 + column * 23 + row * column * 5) % 256)
    }
    let expected: [Int: [Float]] = [
      50: [
        10, 22, 32, 73, 94, 103, 144, 152, 2, 93, 98, 111, 174, 188, 217, 229, 77, 114, 118, 197,
        194, 208, 23, 53, 131, 118, 214, 210, 17, 62, 74, 114, 103, 255, 215, 0, 72, 93, 147, 222,
        199, 227, 0, 90, 156, 161, 228, 0, 212, 25, 89, 131, 155, 242, 33, 102, 28, 31, 134, 148,
        255, 28, 102, 146,
      ],
      80: [
        0, 22, 54, 58, 95, 118, 132, 161, 35, 66, 93, 137, 137, 183, 206, 232, 73, 120, 126, 167,
        208, 237, 10, 49, 112, 156, 184, 224, 18, 49, 76, 126, 128, 202, 227, 31, 63, 91, 161, 195,
        203, 222, 25, 72, 115, 171, 211, 7, 216, 12, 80, 126, 177, 245, 24, 76, 1, 69, 112, 171,
        240, 28, 98, 156,
      ],
    ]
    for (quality, values) in expected {
      let result = changed(.jpeg, block, [1, 8, 8], amount: Double(100 - quality))
      for (own, other) in zip(result, values) { #expect(abs(own - other) <= 2) }
    }
  }

  @Test func `Corrupted sets are the same for the same seed, and frames differ in noise alone`()
    throws
  {
    let data = try corners(4, seed: 5)
    for corruption in [Corruption.noise, .translate] {
      func make(_ seed: UInt64, _ frame: Int) throws -> Tensor {
        try data.corrupted(by: corruption, amount: 0.7, seed: seed, frame: frame)
          .tensor(0..<4, of: 4, scale: PixelScale(channels: 1))
      }
      #expect(try make(1, 0) == make(1, 0))
      #expect(try make(1, 0) != make(2, 0))
      #expect(try (make(1, 0) == make(1, 1)) == (corruption != .noise))
    }
    #expect(
      try data.corrupted(by: .noise, amount: 0.1, seed: 1).labels == data.labels)
  }
}
