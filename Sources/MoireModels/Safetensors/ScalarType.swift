/// The element types of the safetensors format.
///
/// Tensors here are Float: `F16` and `BF16` widen exactly, `F64`, `I32` and `I64` are rounded to the
/// nearest Float. The others are listed in a file but not read.
public enum ScalarType: String, Sendable, CaseIterable {
  case boolean = "BOOL"
  case unsigned8 = "U8"
  case signed8 = "I8"
  case unsigned16 = "U16"
  case signed16 = "I16"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case unsigned32 = "U32"
  case signed32 = "I32"
  case float32 = "F32"
  case unsigned64 = "U64"
  case signed64 = "I64"
  case float64 = "F64"

  /// Bytes of one value.
  public var size: Int {
    switch self {
    case .boolean, .unsigned8, .signed8: 1
    case .unsigned16, .signed16, .float16, .bfloat16: 2
    case .unsigned32, .signed32, .float32: 4
    case .unsigned64, .signed64, .float64: 8
    }
  }

  /// Whether values of this type are read.
  public var isReadable: Bool {
    switch self {
    case .float16, .bfloat16, .float32, .float64, .signed32, .signed64: true
    default: false
    }
  }

  /// Little-endian values as Float, `count` of them; `nil` for a type that is not read.
  ///
  /// - Precondition: `bytes` has `count · size` bytes; they need no alignment.
  func floats(in bytes: UnsafeRawBufferPointer, count: Int) -> [Float]? {
    switch self {
    case .float32: read(bytes, count) { Float(bitPattern: UInt32(littleEndian: $0)) }
    case .float64: read(bytes, count) { Float(Double(bitPattern: UInt64(littleEndian: $0))) }
    case .bfloat16:
      read(bytes, count) { Float(bitPattern: UInt32(UInt16(littleEndian: $0)) << 16) }
    case .float16: read(bytes, count) { Self.widened(UInt16(littleEndian: $0)) }
    case .signed32: read(bytes, count) { Float(Int32(littleEndian: $0)) }
    case .signed64: read(bytes, count) { Float(Int64(littleEndian: $0)) }
    default: nil
    }
  }

  private func read<Raw: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ count: Int, _ value: (Raw) -> Float
  ) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count {
        let raw = bytes.loadUnaligned(fromByteOffset: index * size, as: Raw.self)
        buffer.initializeElement(at: index, to: value(raw))
      }
      filled = count
    }
  }

  /// IEEE binary16: 1 sign, 5 exponent, 10 fraction bits. `Float16` is not there on every platform.
  static func widened(_ half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let (exponent, fraction) = (UInt32(half >> 10 & 0x1F), UInt32(half & 0x3FF))
    switch exponent {
    case 0:
      return Float(sign: sign == 0 ? .plus : .minus, exponent: -24, significand: Float(fraction))
    case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
