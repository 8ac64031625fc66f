import MoireImages
import MoireTensors
import Testing

/// Objects with alpha on images.
@Suite struct CutoutTests {
  static func fixture(_ name: String) throws -> Cutout {
    try Cutout(decoding: Fixtures.bytes(name), name: name)
  }

  /// A gray background of one level.
  static func plane(_ size: HW, _ level: UInt8 = 0, channels: Int = 3) throws -> Image {
    try Image(
      width: size.width, height: size.height, channels: channels,
      pixels: [UInt8](repeating: level, count: size.area * channels))
  }

  /// Over black at a whole place and its own size each kind of PNG is colour times alpha as Pillow reads
  /// them, to the rounding of one level; over white what it leaves uncovered is added.
  @Test(arguments: [
    "rgba", "gray_alpha", "palette_transparent", "gray_transparent", "rgb", "gray", "palette",
  ])
  func everyKindOfPNGKeepsItsAlpha(_ name: String) throws {
    let expected = try Fixtures.cutout(name)
    let cutout = try Self.fixture("\(name).png")
    let size = HW(expected.shape[0], expected.shape[1])
    // The fixtures cover their corners: nothing is trimmed off.
    #expect(cutout.size == size)
    for level: UInt8 in [0, 255] {
      let pasted = try cutout.pasted(
        on: Self.plane(size, level), corner: (0, 0),
        size: (Double(size.height), Double(size.width)))
      for place in 0..<size.area {
        let alpha = expected[place * 4 + 3] / 255
        for channel in 0..<3 {
          let value = alpha * expected[place * 4 + channel] + (1 - alpha) * Float(level)
          #expect(abs(Float(pasted.pixels[place * 3 + channel]) - value) <= 0.501, "\(name)")
        }
      }
    }
  }

  /// Pillow's alpha_composite rounds in another order: within one level.
  @Test func pastedAsPillowDoes() throws {
    let expected = try Fixtures.cutout("pasted")
    let size = HW(expected.shape[0], expected.shape[1])
    let below = try Fixtures.image("source_color.png").cropped(to: size, at: 0)
    let pasted = try Self.fixture("rgba.png").pasted(
      on: below, corner: (0, 0), size: (Double(size.height), Double(size.width)))
    for place in 0..<size.area {
      for channel in 0..<3 {
        #expect(
          abs(Float(pasted.pixels[place * 3 + channel]) - expected[place * 4 + channel]) <= 1)
      }
    }
  }

  /// One white pixel at a quarter: three quarters of it here, one beside, on each axis.
  @Test func quartersOfAPixel() throws {
    let white = try Cutout(
      decoding: Self.plane(1, 255).pngData(), name: "white")
    #expect(white.size == 1)
    let pasted = try white.pasted(
      on: Self.plane(4, channels: 1), corner: (1, 1.25), size: (1, 1))
    #expect(Array(pasted.pixels[4..<8]) == [0, 191, 64, 0])
    #expect(pasted.pixels.reduce(0) { $0 + Int($1) } == 255)
    let both = try white.pasted(
      on: Self.plane(4, channels: 1), corner: (0.5, 1.25), size: (1, 1))
    #expect(Array(both.pixels[0..<4]) == [0, 96, 32, 0])
    #expect(Array(both.pixels[4..<8]) == [0, 96, 32, 0])
  }

  /// A whole step moves every pixel; what an object brings along does not depend on where it stands, at
  /// its own size or a smaller one.
  @Test(arguments: [1.0, 0.45]) func placesMoveIt(_ scale: Double) throws {
    let cutout = try Self.fixture("rgba.png")
    let size = (
      height: scale * Double(cutout.size.height), width: scale * Double(cutout.size.width)
    )
    let side = cutout.size.height + cutout.size.width + 8
    func pasted(_ row: Double, _ column: Double) throws -> Image {
      try cutout.pasted(
        on: Self.plane(HW(side, side)), corner: (row, column), size: size)
    }
    let (one, two) = (try pasted(2.3, 3.6), try pasted(3.3, 5.6))
    #expect(
      try one.cropped(to: HW(side - 4, side - 4), at: 0)
        == two.cropped(to: HW(side - 4, side - 4), at: HW(1, 2)))
    let sums = try [(2.0, 3.0), (2.3, 3.6), (2.5, 3.5), (2.9, 3.1)].map { row, column in
      try pasted(row, column).pixels.reduce(0.0) { $0 + Double($1) }
    }
    // Rounding to 8 bits errs by ±½ a value, evenly: some hundred values.
    for sum in sums { #expect(abs(sum - sums[0]) < 0.005 * sums[0]) }
  }

  @Test func whatLeavesTheImageIsCutOff() throws {
    let cutout = try Self.fixture("rgb.png")
    let image = try Self.plane(6, 7)
    let size = (height: Double(cutout.size.height), width: Double(cutout.size.width))
    #expect(try cutout.pasted(on: image, corner: (6.0, 0), size: size) == image)
    #expect(try cutout.pasted(on: image, corner: (0, -size.width - 1), size: size) == image)
    #expect(try cutout.pasted(on: image, corner: (-3, 4.5), size: size) != image)
    #expect(cutout.reduced(to: 1).size == 1)
    #expect(cutout.reduced(to: 1000) == cutout)
  }

  @Test func refusals() throws {
    let cutout = try Self.fixture("rgb.png")
    let image = try Self.plane(6)
    for (corner, size) in [
      ((0.0, 0.0), (0.0, 1.0)), ((0, 0), (1, -1)), ((.nan, 0), (1, 1)), ((0, .infinity), (1, 1)),
      ((0, 0), (1, .nan)),
    ] {
      #expect(throws: ImageError.self) {
        try cutout.pasted(on: image, corner: corner, size: size)
      }
    }
    #expect(throws: ImageError.self) { try Self.fixture("truncated.png") }
    #expect(throws: ImageError.self) { try Self.fixture("halved.jpg") }
    #expect(throws: ImageError.self) { try Cutout(contentsOf: "/nowhere.png") }
  }
}
