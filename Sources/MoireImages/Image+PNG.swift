import CImages

extension Image {
  /// The bytes of a PNG file with these pixels, gray or RGB, 8 bits a channel.
  ///
  /// - Throws: ``ImageError/encoding(reason:)``.
  public func pngData() throws -> [UInt8] {
    var encoded = cimages_bytes()
    var message = [CChar](repeating: 0, count: 256)
    let status = pixels.withUnsafeBufferPointer { buffer in
      var image = cimages_image()
      image.width = UInt32(width)
      image.height = UInt32(height)
      image.channels = UInt32(channels)
      image.pixels = UnsafeMutablePointer(mutating: buffer.baseAddress)  // only read
      return cimages_encode_png(&image, &encoded, &message, message.count)
    }
    guard status == CIMAGES_OK, let start = encoded.bytes else {
      throw ImageError.encoding(reason: String(decodingZeroTerminated: message))
    }
    defer { cimages_free(start) }
    return Array(UnsafeBufferPointer(start: start, count: encoded.count))
  }
}
