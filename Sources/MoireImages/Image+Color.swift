extension Image {
  /// Three channels: gray is repeated, RGB stays.
  public var rgb: Image {
    guard channels == 1 else { return self }
    var triples: [UInt8] = []
    triples.reserveCapacity(3 * pixels.count)
    for value in pixels {
      for _ in 0..<3 { triples.append(value) }
    }
    return Image(size: size, channels: 3, pixels: triples)
  }

  /// One channel: the ITU-R 601 luma as Pillow's `convert("L")` has it, RGB only.
  ///
  /// L = (19595·R + 38470·G + 7471·B + 2¹⁵) >> 16, which is 0.299 R + 0.587 G + 0.114 B, rounded.
  public var gray: Image {
    guard channels == 3 else { return self }
    let luma = (0..<width * height).map { pixel in
      let red = UInt32(pixels[3 * pixel])
      let green = UInt32(pixels[3 * pixel + 1])
      let blue = UInt32(pixels[3 * pixel + 2])
      return UInt8((19_595 * red + 38_470 * green + 7_471 * blue + 0x8000) >> 16)
    }
    return Image(size: size, channels: 1, pixels: luma)
  }
}
