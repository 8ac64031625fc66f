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

  /// - Parameter large: where its raw data stand if they were left in the file.
  /// - Throws: ``ModelError/invalidTensor(name:reason:)``, ``ModelError/externalData(tensor:reason:)``.
  init(
    _ proto: ONNXTensorProto, name: String, folder: String?, large: FileRange? = nil
  ) throws {
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
      storage = try ExternalData(proto.externalData, tensor: name)
        .read(bytes, as: type, folder: folder)
    } else if large != nil || !proto.rawData.isEmpty {
      let held = large?.count ?? proto.rawData.count
      guard held == bytes else {
        throw refuse(
          "dimensions \(shape) of \(type) need \(bytes) bytes, the file holds \(held)")
      }
      do {
        storage = try large?.values(as: type) ?? ONNXTensor.decode(proto.rawData, as: type)
      } catch let failure as FileRange.Failure {
        throw refuse(failure.reason)
      }
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
    case .float16: .floats(sixteen(proto, LittleEndian.float(half:)))
    case .bfloat16: .floats(sixteen(proto, LittleEndian.float(brain:)))
    case .int64: .integers(proto.int64Data.map { .known(Int($0)) })
    case .uint32, .uint64: .integers(proto.uint64Data.map { known($0) })
    case .uint8, .int8, .uint16, .int16, .int32, .bool:
      .integers(proto.int32Data.map { .known(Int($0)) })
    }
  }

  /// Sixteen-bit floats stand in the lower half of 32-bit integers.
  private static func sixteen(_ proto: ONNXTensorProto, _ widened: (UInt16) -> Float) -> [Float] {
    proto.int32Data.map { widened(UInt16(truncatingIfNeeded: $0)) }
  }

  static func decode(_ data: Data, as type: ElementType) -> Constant.Storage {
    data.withUnsafeBytes { raw in
      switch type {
      case .float: .floats(LittleEndian.floats(raw))
      case .double: .floats(LittleEndian.doubles(raw))
      case .float16: .floats(LittleEndian.halves(raw))
      case .bfloat16: .floats(LittleEndian.brains(raw))
      case .uint8, .bool: .integers(LittleEndian.integers(raw, as: UInt8.self).map(known))
      case .int8: .integers(LittleEndian.integers(raw, as: Int8.self).map(known))
      case .uint16: .integers(LittleEndian.integers(raw, as: UInt16.self).map(known))
      case .int16: .integers(LittleEndian.integers(raw, as: Int16.self).map(known))
      case .int32: .integers(LittleEndian.integers(raw, as: Int32.self).map(known))
      case .uint32: .integers(LittleEndian.integers(raw, as: UInt32.self).map(known))
      case .int64: .integers(LittleEndian.integers(raw, as: Int64.self).map(known))
      case .uint64: .integers(LittleEndian.integers(raw, as: UInt64.self).map(known))
      }
    }
  }

  private static func known(_ value: some BinaryInteger) -> Extent {
    Int(exactly: value).map(Extent.known) ?? .open
  }
}
