import Foundation
import MoireTensors

/// The element types of ONNX that are read.
enum ElementType: Int32 {
  case float = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case float16 = 10
  case double = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16

  var size: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float, .int32, .uint32: 4
    case .int64, .double, .uint64: 8
    }
  }

  var isFloating: Bool {
    switch self {
    case .float, .float16, .bfloat16, .double: true
    default: false
    }
  }

  /// The name of any ONNX element type, for messages.
  static func name(of code: Int32) -> String {
    if let type = ElementType(rawValue: code) { return "\(type)" }
    return [8: "string", 14: "complex64", 15: "complex128"][code] ?? "number \(code)"
  }
}

/// The values of a tensor of the file, checked against its dimensions.
struct ONNXTensor {
  let constant: Constant
  let type: ElementType

  /// - Throws: ``ModelError/invalidTensor(name:reason:)``, ``ModelError/externalData(tensor:reason:)``.
  init(_ proto: ONNXTensorProto, name: String, folder: String?) throws {
    func refuse(_ reason: String) -> ModelError { .invalidTensor(name: name, reason: reason) }
    guard let type = ElementType(rawValue: proto.dataType) else {
      throw refuse("element type \(ElementType.name(of: proto.dataType)) is not supported")
    }
    guard !proto.hasSegment else { throw refuse("segmented tensors are not supported") }
    let shape = proto.dims.map { Int($0) }
    let (bytes, overflow) =
      (try? Tensor.count(of: shape))?
      .multipliedReportingOverflow(by: type.size) ?? (0, true)
    guard !overflow else { throw refuse("dimensions \(shape) are not possible") }
    let count = bytes / type.size
    func check(_ stored: Int) throws {
      guard stored == count else {
        throw refuse("dimensions \(shape) need \(count) values, the file holds \(stored)")
      }
    }
    let storage: Constant.Storage
    if proto.dataLocation == 1 {
      let data = try ExternalData(proto.externalData, tensor: name).read(bytes, folder: folder)
      storage = ONNXTensor.decode(data, as: type)
    } else if !proto.rawData.isEmpty {
      guard proto.rawData.count == bytes else {
        throw refuse(
          "dimensions \(shape) of \(type) need \(bytes) bytes, the file holds \(proto.rawData.count)"
        )
      }
      storage = ONNXTensor.decode(proto.rawData, as: type)
    } else {
      storage = ONNXTensor.fields(of: proto, as: type)
      switch storage {
      case .floats(let values): try check(values.count)
      case .integers(let values): try check(values.count)
      }
    }
    self.type = type
    constant = Constant(shape: shape, storage)
  }

  /// The typed fields, for tensors without raw bytes.
  private static func fields(of proto: ONNXTensorProto, as type: ElementType) -> Constant.Storage {
    switch type {
    case .float: .floats(proto.floatData)
    case .double: .floats(proto.doubleData.map { Float($0) })
    case .float16: .floats(proto.int32Data.map { float(half: UInt16(truncatingIfNeeded: $0)) })
    case .bfloat16: .floats(proto.int32Data.map { float(brain: UInt16(truncatingIfNeeded: $0)) })
    case .int64: .integers(proto.int64Data.map { .known(Int($0)) })
    case .uint32, .uint64: .integers(proto.uint64Data.map { known($0) })
    case .uint8, .int8, .uint16, .int16, .int32, .bool:
      .integers(proto.int32Data.map { .known(Int($0)) })
    }
  }

  private static func decode(_ data: Data, as type: ElementType) -> Constant.Storage {
    data.withUnsafeBytes { raw in
      func each<T: FixedWidthInteger, R>(_: T.Type, _ body: (T) -> R) -> [R] {
        let size = MemoryLayout<T>.size
        return (0..<raw.count / size).map {
          body(T(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * size, as: T.self)))
        }
      }
      return switch type {
      case .float: .floats(each(UInt32.self) { Float(bitPattern: $0) })
      case .double: .floats(each(UInt64.self) { Float(Double(bitPattern: $0)) })
      case .float16: .floats(each(UInt16.self, float(half:)))
      case .bfloat16: .floats(each(UInt16.self, float(brain:)))
      case .uint8, .bool: .integers(each(UInt8.self, known))
      case .int8: .integers(each(Int8.self, known))
      case .uint16: .integers(each(UInt16.self, known))
      case .int16: .integers(each(Int16.self, known))
      case .int32: .integers(each(Int32.self, known))
      case .uint32: .integers(each(UInt32.self, known))
      case .int64: .integers(each(Int64.self, known))
      case .uint64: .integers(each(UInt64.self, known))
      }
    }
  }

  private static func known(_ value: some BinaryInteger) -> Extent {
    Int(exactly: value).map(Extent.known) ?? .open
  }

  /// IEEE half precision, widened exactly.
  static func float(half bits: UInt16) -> Float {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default: return sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    }
  }

  /// bfloat16 is the upper half of single precision.
  static func float(brain bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}
