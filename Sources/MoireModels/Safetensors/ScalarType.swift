import MoireTensors

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
    let bytes = UnsafeRawBufferPointer(rebasing: bytes[..<(count * size)])
    return switch self {
    case .float32: LittleEndian.floats(bytes)
    case .float64: LittleEndian.doubles(bytes)
    case .bfloat16: LittleEndian.brains(bytes)
    case .float16: LittleEndian.halves(bytes)
    case .signed32: LittleEndian.integers(bytes, as: Int32.self).map { Float($0) }
    case .signed64: LittleEndian.integers(bytes, as: Int64.self).map { Float($0) }
    default: nil
    }
  }
}
