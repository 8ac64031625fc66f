import Foundation

/// The `.npy` format of NumPy (format version 1 to 3), for tensors of little-endian 32-bit floats.
public enum NPY {
  private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]  // \x93NUMPY

  /// Reads a tensor.
  ///
  /// `<f4` is read as it stands, `<f8` is rounded to single precision; other types are refused by
  /// name, so are Fortran order and a header that claims more than the file holds.
  ///
  /// - Throws: ``TensorError/file(path:reason:)``, ``TensorError/invalidNPY(path:reason:)``.
  public static func read(path: String) throws -> Tensor {
    let data: Data
    do {
      data = try fileContents(path)
    } catch {
      throw TensorError.file(path: path, reason: "cannot be read: \(systemReason(error))")
    }
    return try decode([UInt8](data), path: path)
  }

  /// Writes `<f4` in C order, format version 1.0, beside the target first and then renamed.
  ///
  /// - Throws: ``TensorError/file(path:reason:)``.
  public static func write(_ tensor: Tensor, path: String) throws {
    do {
      try Data(encode(tensor)).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw TensorError.file(path: path, reason: "cannot be written: \(systemReason(error))")
    }
  }

  /// The bytes of a `.npy` file.
  public static func encode(_ tensor: Tensor) -> [UInt8] {
    var dimensions = tensor.shape.map(String.init).joined(separator: ", ")
    if tensor.shape.count == 1 { dimensions += "," }
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(dimensions)), }"
    // The data start at a multiple of 64: magic 6, version 2, length 2, header, newline.
    let unpadded = 10 + header.utf8.count + 1
    header += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    var bytes = magic + [1, 0]
    bytes += [UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)]
    bytes += Array(header.utf8)
    return bytes + LittleEndian.bytes(tensor.values)
  }

  /// A tensor from the bytes of a `.npy` file; `path` stands in the messages.
  ///
  /// - Throws: ``TensorError/invalidNPY(path:reason:)``.
  public static func decode(_ bytes: [UInt8], path: String) throws -> Tensor {
    func refuse(_ reason: String) -> TensorError { .invalidNPY(path: path, reason: reason) }
    guard bytes.count >= 12, Array(bytes[0..<6]) == magic else {
      throw refuse("it does not begin with the NumPy magic number")
    }
    let longHeader = bytes[6] >= 2
    guard (1...3).contains(bytes[6]) else { throw refuse("format version \(bytes[6]) is unknown") }
    let start = longHeader ? 12 : 10
    var length = Int(bytes[8]) | Int(bytes[9]) << 8
    if longHeader { length |= Int(bytes[10]) << 16 | Int(bytes[11]) << 24 }
    guard length <= bytes.count - start,
      let header = String(bytes: bytes[start..<start + length], encoding: .utf8)
    else { throw refuse("the header is cut off") }
    let layout = try Header(parsing: header, refuse: refuse)
    let count: Int
    do { count = try Tensor.count(of: layout.shape) } catch { throw refuse("\(error)") }
    let body = bytes[(start + length)...]
    guard body.count / layout.itemSize >= count else {
      throw refuse(
        "shape \(layout.shape) needs \(count) values, the file holds \(body.count / layout.itemSize)"
      )
    }
    return try Tensor(shape: layout.shape, values: layout.values(body, count: count))
  }

  /// The fields of the header's dictionary literal.
  private struct Header {
    let shape: [Int]
    let itemSize: Int

    init(parsing text: String, refuse: (String) -> TensorError) throws {
      guard let type = Header.field("descr", of: text) else {
        throw refuse("no 'descr' in the header")
      }
      let name = type.filter { $0 != "'" && $0 != "\"" }
      guard name == "<f4" || name == "<f8" else {
        throw refuse("element type \(name), need float32 ('<f4'): save it with .astype('float32')")
      }
      itemSize = name == "<f4" ? 4 : 8
      guard Header.field("fortran_order", of: text) == "False" else {
        throw refuse("Fortran order, need C order: save it with numpy.ascontiguousarray")
      }
      guard let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")")
      else {
        throw refuse("no shape in the header")
      }
      shape = try text[text.index(after: open)..<close].split(separator: ",")
        .map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
        .map {
          guard let number = Int($0) else { throw refuse("dimension '\($0)' is not a number") }
          return number
        }
    }

    private static func field(_ name: String, of text: String) -> String? {
      guard let key = text.range(of: "'\(name)':") else { return nil }
      let rest = text[key.upperBound...].drop { $0 == " " }
      return String(rest.prefix { $0 != "," && $0 != "}" && $0 != " " })
    }

    func values(_ body: ArraySlice<UInt8>, count: Int) -> [Float] {
      body.withUnsafeBytes { raw in
        let bytes = UnsafeRawBufferPointer(rebasing: raw[..<(count * itemSize)])
        return itemSize == 4 ? LittleEndian.floats(bytes) : LittleEndian.doubles(bytes)
      }
    }
  }
}
