/// Numbers as files hold them: least significant byte first, at any address.
package enum LittleEndian {
  /// As many numbers as the bytes hold whole.
  package static func integers<T: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, as type: T.Type
  ) -> [T] {
    inNativeOrder(copied(bytes, as: type), T.init(littleEndian:))
  }

  /// IEEE single precision.
  package static func floats(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    inNativeOrder(copied(bytes, as: Float.self)) {
      Float(bitPattern: UInt32(littleEndian: $0.bitPattern))
    }
  }

  /// IEEE double precision, rounded to single.
  package static func doubles(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    integers(bytes, as: UInt64.self).map { Float(Double(bitPattern: $0)) }
  }

  /// IEEE half precision, widened exactly.
  package static func halves(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    integers(bytes, as: UInt16.self).map(float(half:))
  }

  /// bfloat16, widened exactly.
  package static func brains(_ bytes: UnsafeRawBufferPointer) -> [Float] {
    integers(bytes, as: UInt16.self).map(float(brain:))
  }

  /// The bytes of single-precision numbers.
  package static func bytes(_ values: [Float]) -> [UInt8] {
    inNativeOrder(values) { Float(bitPattern: $0.bitPattern.littleEndian) }
      .withUnsafeBytes { [UInt8]($0) }
  }

  /// Binary16: 1 sign, 5 exponent, 10 fraction bits. `Float16` is not there on every platform.
  package static func float(half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let (exponent, fraction) = (UInt32(half >> 10 & 0x1F), UInt32(half & 0x3FF))
    switch exponent {
    case 0:
      return Float(sign: sign == 0 ? .plus : .minus, exponent: -24, significand: Float(fraction))
    case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// bfloat16 is the upper half of single precision.
  package static func float(brain: UInt16) -> Float { Float(bitPattern: UInt32(brain) << 16) }

  // Copied as a whole: element by element it costs seconds for a large network.
  private static func copied<T: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, as type: T.Type
  ) -> [T] {
    let count = bytes.count / MemoryLayout<T>.stride
    return [T](unsafeUninitializedCapacity: count) { buffer, filled in
      let whole = UnsafeRawBufferPointer(rebasing: bytes[..<(count * MemoryLayout<T>.stride)])
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: whole)
      filled = count
    }
  }

  private static func inNativeOrder<T>(_ values: [T], _ swapped: (T) -> T) -> [T] {
    #if _endian(little)
      return values
    #else
      return values.map(swapped)
    #endif
  }
}
