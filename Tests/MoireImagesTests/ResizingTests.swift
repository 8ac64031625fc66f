import MoireImages
import MoireTensors
import Testing

@Suite struct ResizingTests {
  // Whole numbers all the way, so the bytes are Pillow's on every machine.
  @Test(arguments: [
    ("gray", HW(16, 16)), ("gray", HW(80, 61)), ("gray", HW(1, 1)), ("gray", HW(7, 100)),
    ("gray", HW(53, 36)), ("gray", HW(20, 37)), ("gray", HW(54, 74)), ("color", HW(24, 17)),
    ("color", HW(31, 40)), ("strip", HW(3, 633)), ("strip", HW(1, 5)),
  ])
  func equalsPillow(_ source: String, _ size: HW) throws {
    let resized = try Fixtures.image("source_\(source).png").resized(to: size)
    let expected = try Fixtures.array("resized_\(source)_\(size.height)x\(size.width)")
    #expect(difference(try tensor(of: resized), expected) == 0)
  }

  @Test func shorterSideEqualsTorchvision() throws {
    let resized = try Fixtures.image("source_color.png").resized(shorterSide: 20)
    #expect(difference(try tensor(of: resized), try Fixtures.array("shorter_color_20")) == 0)
  }

  @Test func theLongerSideIsRoundedDown() throws {
    #expect(try noise(53, 37).resized(shorterSide: 20).size == HW(28, 20))  // 28.65
    #expect(try noise(37, 53).resized(shorterSide: 20).size == HW(20, 28))
    #expect(try noise(7, 7).resized(shorterSide: 5).size == HW(5, 5))
    #expect(try noise(1, 300).resized(shorterSide: 2).size == HW(2, 600))
  }

  @Test func lumaEqualsPillow() throws {
    let gray = try Fixtures.image("source_color.png").gray
    #expect(difference(try tensor(of: gray), try Fixtures.array("luma_color")) == 0)
  }

  /// The definition in double precision, both axes at once: it differs from the two rounded passes
  /// by at most ½ level from each rounding and less than 0.01 from the weights, so less than 1.01.
  @Test(arguments: [
    (HW(53, 37), HW(20, 11)), (HW(16, 16), HW(31, 47)), (HW(1, 9), HW(4, 2)), (HW(40, 3), HW(7, 3)),
  ])
  func agreesWithTheDefinition(_ from: HW, _ to: HW) throws {
    let image = try noise(from.height, from.width, channels: 3)
    let resized = try image.resized(to: to)
    let rows = triangles(from.height, to.height)
    let columns = triangles(from.width, to.width)
    for y in 0..<to.height {
      for x in 0..<to.width {
        for channel in 0..<3 {
          var sum = 0.0
          for n in 0..<from.height where rows[y][n] > 0 {
            for m in 0..<from.width {
              sum +=
                rows[y][n] * columns[x][m]
                * Double(image.pixels[(n * from.width + m) * 3 + channel])
            }
          }
          #expect(abs(sum - Double(resized.pixels[(y * to.width + x) * 3 + channel])) < 1.01)
        }
      }
    }
  }

  private func triangles(_ size: Int, _ target: Int) -> [[Double]] {
    let ratio = Double(size) / Double(target)
    return (0..<target).map { output in
      let centre = (Double(output) + 0.5) * ratio
      let weights = (0..<size).map { input -> Double in
        let distance = abs(Double(input) + 0.5 - centre)
        return max(0, 1 - distance / max(ratio, 1))
      }
      let sum = weights.reduce(0, +)
      return weights.map { $0 / sum }
    }
  }

  @Test(arguments: [0, 1, 127, 254, 255] as [UInt8])
  func aConstantStays(_ value: UInt8) throws {
    let flat = try Image(
      width: 31, height: 17, channels: 1, pixels: [UInt8](repeating: value, count: 31 * 17))
    for size in [HW(5, 90), HW(1, 1), HW(40, 7)] {
      #expect(try flat.resized(to: size).pixels.allSatisfy { $0 == value })
    }
  }

  @Test func theSameSizeIsTheSameImage() throws {
    let image = try noise(13, 8, channels: 3)
    #expect(try image.resized(to: HW(13, 8)) == image)
  }

  @Test func halvingAPairGivesItsWeightedMean() throws {
    // Ratio 2, width 2, output 0 at 1: samples ½, 3/2, 5/2 weigh ¾, ¾, ¼ of the sum 7/4; output 1
    // is its mirror image.
    let image = try Image(width: 4, height: 1, channels: 1, pixels: [70, 140, 210, 0])
    #expect(try image.resized(to: HW(1, 2)).pixels == [120, 110])
  }

  @Test func extremeSizesEndInASentence() throws {
    let strip = try noise(1, 100_000)
    #expect(throws: ImageError.self) { try strip.resized(shorterSide: 256) }
    #expect(throws: ImageError.self) { try strip.resized(shorterSide: .max) }
    #expect(throws: ImageError.self) { try strip.resized(shorterSide: 0) }
    #expect(throws: ImageError.self) { try strip.resized(to: HW(-1, 4)) }
    #expect(throws: ImageError.self) { try strip.resized(to: HW(.max, .max)) }
    do {
      _ = try strip.resized(shorterSide: 256)
    } catch {
      #expect(
        "\(error)" == """
          a resize of a 1×100000 image: the size is not possible: 256×25600000 pixels, \
          need 1 to 268435456 in all
          """)
    }
    #expect(try noise(1, 1).resized(shorterSide: 64).size == HW(64, 64))
  }
}
