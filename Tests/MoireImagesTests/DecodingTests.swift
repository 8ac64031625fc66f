import MoireImages
import MoireTensors
import Testing

@Suite struct DecodingTests {
  @Test(arguments: [
    "gray", "gray1", "gray2", "gray4", "gray_transparent", "gray16", "gray_alpha", "rgb", "rgb16",
    "rgba", "rgba16", "interlaced", "interlaced_tiny", "interlaced16", "palette", "palette4",
    "palette_transparent", "turned", "pixel",
  ])
  func everyKindOfPNGIsExact(_ name: String) throws {
    let decoded = try tensor(of: Fixtures.image("\(name).png"))
    #expect(difference(decoded, try Fixtures.array("\(name).png")) == 0)
  }

  // The expected values come from the libjpeg-turbo in Pillow. Another libjpeg may round its inverse
  // DCT and its chroma interpolation differently: the standard allows 1 level for the DCT, which
  // the colour conversion (factors up to 1.772) carries to 2.
  @Test(arguments: [
    "gray", "full", "halved", "progressive", "cmyk", "ycck", "orientation1", "orientation2",
    "orientation3", "orientation4", "orientation5", "orientation6", "orientation7", "orientation8",
  ])
  func everyKindOfJPEGIsWithinTwoLevels(_ name: String) throws {
    let decoded = try tensor(of: Fixtures.image("\(name).jpg"))
    #expect(difference(decoded, try Fixtures.array("\(name).jpg")) <= 2)
  }

  @Test func theBytesTellTheFormatNotTheName() throws {
    let bytes = try Fixtures.bytes("halved.jpg")
    #expect(try Image(decoding: bytes, name: "photo.png") == Fixtures.image("halved.jpg"))
  }

  @Test func grayFilesHaveOneChannel() throws {
    #expect(try Fixtures.image("gray16.png").channels == 1)
    #expect(try Fixtures.image("gray.jpg").channels == 1)
    #expect(try Fixtures.image("gray_alpha.png").channels == 1)
  }

  @Test(arguments: [
    "truncated.png", "no_end.png", "truncated.jpg", "truncated_progressive.jpg",
  ])
  func filesThatAreCutOffAreTruncated(_ name: String) throws {
    #expect(kind(of: try Fixtures.bytes(name)) == "truncated")
  }

  @Test(arguments: ["corrupt.png", "short_data.png", "corrupt.jpg"])
  func damagedFilesAreRefused(_ name: String) throws {
    let found = kind(of: try Fixtures.bytes(name))
    #expect(found == "undecodable" || found == "truncated", "\(name): \(found)")
  }

  @Test(arguments: ["huge.png", "huge.jpg"])
  func anAbsurdSizeIsRefused(_ name: String) throws {
    let path = Fixtures.path(name)
    #expect(
      throws: ImageError.size(
        path: path, reason: "the header claims 60000×60000 pixels, the limit is 268435456")
    ) { try Image(contentsOf: path) }
  }

  @Test func everyPrefixOfAFileIsRefused() throws {
    for name in ["interlaced.png", "palette4.png", "cmyk.jpg", "orientation6.jpg"] {
      let bytes = try Fixtures.bytes(name)
      for count in 0..<bytes.count {
        #expect(
          throws: ImageError.self, "\(name), the first \(count) of \(bytes.count) bytes"
        ) { try Image(decoding: Array(bytes.prefix(count)), name: name) }
      }
    }
  }

  /// Damage may go unseen, but must end in an image or an error, never in a crash.
  @Test func damagedBytesNeverCrash() throws {
    for name in [
      "interlaced.png", "palette_transparent.png", "turned.png", "progressive.jpg", "ycck.jpg",
      "orientation8.jpg",
    ] {
      let bytes = try Fixtures.bytes(name)
      var generator = SeededGenerator(seed: 7, bytes.count)
      for _ in 0..<300 {
        var damaged = bytes
        for _ in 0..<generator.integer(in: 1..<6) {
          damaged[generator.integer(in: 2..<bytes.count)] = UInt8(generator.integer(in: 0..<256))
        }
        // A size is not changed into one that takes seconds to decode.
        _ = smallEnough(damaged) ? kind(of: damaged) : ""
      }
    }
  }

  @Test func otherFilesAreNamed() {
    expectFormat([], "it is empty")
    expectFormat(Array("GIF89a...".utf8), "it looks like GIF")
    expectFormat(Array("hello".utf8), "it begins with the bytes 68 65 6c 6c")
  }

  @Test func aMissingFileIsNamed() {
    #expect(throws: ImageError.file(path: "/no/such.png", reason: "no such file or directory")) {
      try Image(contentsOf: "/no/such.png")
    }
  }

  private func expectFormat(_ bytes: [UInt8], _ reason: String) {
    #expect(throws: ImageError.unknownFormat(path: "x", reason: reason)) {
      try Image(decoding: bytes, name: "x")
    }
  }

  private func kind(of bytes: [UInt8]) -> String {
    do {
      _ = try Image(decoding: bytes, name: "x")
      return "decoded"
    } catch let error as ImageError {
      switch error {
      case .truncated: return "truncated"
      case .undecodable: return "undecodable"
      default: return "\(error)"
      }
    } catch {
      return "\(error)"
    }
  }

  /// Whether the size in a PNG header stays below 4096 a side; a JPEG frame is small in any case.
  private func smallEnough(_ bytes: [UInt8]) -> Bool {
    bytes[0] == 0xFF || (bytes[16] == 0 && bytes[17] == 0 && bytes[20] == 0 && bytes[21] == 0)
  }
}
