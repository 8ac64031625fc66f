import MoireImages
import MoireTensors
import Testing

@Suite struct GeometryTests {
  private func ramp(_ height: Int, _ width: Int) throws -> Image {
    try Image(
      width: width, height: height, channels: 1,
      pixels: (0..<height * width).map { UInt8($0 + 1) })
  }

  @Test func aCropIsAWindow() throws {
    let crop = try ramp(4, 5).cropped(to: HW(2, 3), at: HW(1, 2))
    #expect(crop.size == HW(2, 3))
    #expect(crop.pixels == [8, 9, 10, 13, 14, 15])
  }

  @Test func besideTheImageIsZero() throws {
    let image = try ramp(2, 2)
    #expect(try image.cropped(to: HW(2, 2), at: HW(-1, 1)).pixels == [0, 0, 2, 0])
    #expect(try image.cropped(to: HW(2, 2), at: HW(1, -1)).pixels == [0, 3, 0, 0])
    #expect(try image.cropped(to: HW(1, 2), at: HW(.max - 1, .min)).pixels == [0, 0])
  }

  /// (N − n)/2 with halves to even: ½ → 0, 3/2 → 2, 5/2 → 2.
  @Test(arguments: [(4, 3, 0), (5, 2, 2), (7, 2, 2), (6, 2, 2), (9, 4, 2), (5, 5, 0)])
  func theMiddleIsRoundedToEven(_ length: Int, _ crop: Int, _ offset: Int) throws {
    let image = try ramp(1, length)
    let expected = (0..<crop).map { UInt8(offset + $0 + 1) }
    #expect(try image.centerCropped(to: HW(1, crop)).pixels == expected)
  }

  @Test func aSmallImageIsPaddedOnBothSides() throws {
    #expect(try ramp(1, 2).centerCropped(to: HW(1, 5)).pixels == [0, 1, 2, 0, 0])
    #expect(try ramp(3, 1).centerCropped(to: HW(1, 3)).pixels == [0, 2, 0])
  }

  @Test func emptyAndAbsurdCropsAreRefused() throws {
    let image = try ramp(2, 2)
    for size in [HW(0, 1), HW(1, -1), HW(1 << 20, 1 << 20)] {
      #expect(throws: ImageError.self) { try image.cropped(to: size, at: 0) }
    }
  }

  @Test func theLayoutIsChecked() {
    for (width, height, channels, count) in [
      (2, 2, 1, 3), (0, 2, 1, 0), (-1, -1, 1, 1), (1, 1, 2, 2), (Int.max, 2, 1, 2),
    ] {
      #expect(throws: ImageError.self) {
        try Image(
          width: width, height: height, channels: channels,
          pixels: [UInt8](repeating: 0, count: count))
      }
    }
  }

  @Test(arguments: [HW(1, 1), HW(7, 13), HW(1, 300), HW(64, 2)], [1, 3])
  func pngKeepsEveryPixel(_ size: HW, _ channels: Int) throws {
    let image = try noise(size.height, size.width, channels: channels)
    let bytes = try image.pngData()
    #expect(try Image(decoding: bytes, name: "made") == image)
    #expect(try image.pngData() == bytes)
  }

  @Test func grayIsRepeatedAndLumaOfGrayIsGray() throws {
    let gray = try noise(5, 4)
    #expect(gray.gray == gray)
    #expect(gray.rgb.pixels == gray.pixels.flatMap { [$0, $0, $0] })
    #expect(gray.rgb.gray == gray)  // the factors add up to 2¹⁶
  }
}
