import CImages
import Foundation
import MoireTensors

extension Image {
  /// Reads a PNG or JPEG file; see ``init(decoding:name:)``.
  ///
  /// - Throws: ``ImageError``, with the path.
  public init(contentsOf path: String) throws {
    try self.init(decoding: Image.bytes(of: path), name: path)
  }

  static func bytes(of path: String) throws -> [UInt8] {
    do {
      return [UInt8](try fileContents(path))
    } catch {
      throw ImageError.file(path: path, reason: systemReason(error))
    }
  }

  /// Decodes the bytes of a PNG or JPEG file, told apart by their first bytes.
  ///
  /// Gray files give 1 channel, all others 3. The values are those of Pillow's `convert("RGB")`
  /// after `ImageOps.exif_transpose`: palettes are looked up, transparency is dropped without
  /// compositing, CMYK is read by Adobe's convention, and an EXIF orientation is applied. Of 16 bits
  /// a channel the upper 8 stay; Pillow does the same for colour, but clips gray at 255. Colour
  /// profiles and gamma are not applied. (torchvision's image folders do not turn by EXIF: their
  /// numbers differ for photographs that carry an orientation other than 1.)
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: stands in the messages.
  /// - Throws: ``ImageError`` for another format, data that are cut off or damaged (also where
  ///   libjpeg would only warn and fill in), and a header that claims more than ``pixelLimit``.
  public init(decoding bytes: [UInt8], name: String) throws {
    let decoded = try Image.decoded(bytes, name, by: Image.decoder(for: bytes, name: name))
    let stored = try Image(
      width: decoded.size.width, height: decoded.size.height, channels: decoded.channels,
      pixels: decoded.pixels)
    self = stored.turned(byOrientation: decoded.orientation)
  }

  /// What a decoder makes of a file, as it is stored.
  static func decoded(
    _ bytes: [UInt8], _ name: String, by decode: Decoder
  ) throws -> (size: HW, channels: Int, orientation: Int, pixels: [UInt8]) {
    var decoded = cimages_image()
    var message = [CChar](repeating: 0, count: 256)
    let status = bytes.withUnsafeBufferPointer {
      decode($0.baseAddress, $0.count, &decoded, &message, message.count)
    }
    guard status == CIMAGES_OK, let start = decoded.pixels else {
      throw Image.error(status, reason: String(decodingZeroTerminated: message), name: name)
    }
    defer { cimages_free(start) }
    let (size, channels) = (HW(Int(decoded.height), Int(decoded.width)), Int(decoded.channels))
    return (
      size, channels, Int(decoded.orientation),
      Array(UnsafeBufferPointer(start: start, count: size.area * channels))
    )
  }

  typealias Decoder = (
    UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<cimages_image>?, UnsafeMutablePointer<CChar>?,
    Int
  ) -> cimages_status

  private static func decoder(for bytes: [UInt8], name: String) throws -> Decoder {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      return cimages_decode_png
    }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return cimages_decode_jpeg }
    throw ImageError.unknownFormat(path: name, reason: guess(at: bytes))
  }

  /// What a file that is not read seems to be.
  private static func guess(at bytes: [UInt8]) -> String {
    let known: [(start: String, name: String)] = [
      ("GIF8", "GIF"), ("RIFF", "WebP"), ("BM", "BMP"), ("II*\0", "TIFF"), ("MM\0*", "TIFF"),
      ("P5", "PGM"), ("P6", "PPM"), ("%PDF", "PDF"),
    ]
    if bytes.isEmpty { return "it is empty" }
    if let match = known.first(where: { bytes.starts(with: $0.start.utf8) }) {
      return "it looks like \(match.name)"
    }
    let start = bytes.prefix(4).map { String(format: "%02x", $0) }.joined(separator: " ")
    return "it begins with the bytes \(start)"
  }

  private static func error(_ status: cimages_status, reason: String, name: String) -> ImageError {
    switch status {
    case CIMAGES_TRUNCATED: .truncated(path: name, reason: reason)
    case CIMAGES_TOO_LARGE: .size(path: name, reason: reason)
    default: .undecodable(path: name, reason: reason)
    }
  }
}

extension String {
  init(decodingZeroTerminated characters: [CChar]) {
    self.init(
      decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
