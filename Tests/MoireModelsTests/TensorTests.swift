import Foundation
import MoireLayers
import MoireTensors
import SwiftProtobuf
import Testing

@testable import MoireModels

@Suite struct ONNXTensorTests {
  private func decode(_ proto: ONNXTensorProto) throws -> Constant {
    try ONNXTensor(proto, name: "t", folder: nil).constant
  }

  private func raw(_ type: Int32, _ shape: [Int64], _ bytes: [UInt8]) -> ONNXTensorProto {
    .with {
      $0.dataType = type
      $0.dims = shape
      $0.rawData.append(contentsOf: bytes)
    }
  }

  @Test func rawBytesAreLittleEndian() throws {
    #expect(try decode(raw(1, [1], [0, 0, 0x80, 0x3F])).floats == [1])
    #expect(try decode(raw(11, [1], [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])).floats == [1])
    #expect(try decode(raw(16, [2], [0x80, 0x3F, 0x40, 0xC0])).floats == [1, -3])
    #expect(
      try decode(raw(7, [1], [0xFE] + [UInt8](repeating: 0xFF, count: 7))).integers == [.known(-2)])
    #expect(try decode(raw(6, [1], [0xFE, 0xFF, 0xFF, 0xFF])).integers == [.known(-2)])
    #expect(try decode(raw(3, [1], [0xFE])).integers == [.known(-2)])
    #expect(try decode(raw(2, [1], [0xFE])).integers == [.known(254)])
    #expect(try decode(raw(4, [1], [0xFE, 0xFF])).integers == [.known(65534)])
  }

  /// Every half-precision number against the compiler's own conversion, where it has the type.
  @Test func everyHalf() {
    #expect(LittleEndian.float(half: 0x3C00) == 1)
    #expect(LittleEndian.float(half: 0x0001) == 0x1p-24)
    #expect(LittleEndian.float(half: 0xFBFF) == -65504)
    #expect(LittleEndian.float(half: 0xFC00) == -.infinity)
    #expect(LittleEndian.float(half: 0x7C01).isNaN)
    #expect(LittleEndian.float(half: 0x8000).sign == .minus)
    #if !(os(macOS) && arch(x86_64))
      let wrong = (UInt16.min...UInt16.max).first { bits in
        let value = Float(Float16(bitPattern: bits))
        let ours = LittleEndian.float(half: bits)
        return !(ours == value || ours.isNaN && value.isNaN)
      }
      #expect(wrong == nil)
    #endif
  }

  @Test func typedFields() throws {
    let half = ONNXTensorProto.with {
      ($0.dataType, $0.dims, $0.int32Data) = (10, [2], [0x3C00, 0xC000])
    }
    #expect(try decode(half).floats == [1, -2])
    let double = ONNXTensorProto.with { ($0.dataType, $0.dims, $0.doubleData) = (11, [1], [0.1]) }
    #expect(try decode(double).floats == [0.1])
    let unsigned = ONNXTensorProto.with {
      ($0.dataType, $0.dims, $0.uint64Data) = (13, [2], [7, .max])
    }
    #expect(try decode(unsigned).integers == [.known(7), .open])
  }

  @Test func dataMustMatchTheDimensions() {
    func failure(_ proto: ONNXTensorProto) -> String {
      do {
        _ = try decode(proto)
        return ""
      } catch { return "\(error)" }
    }
    #expect(failure(raw(1, [2], [0, 0, 0, 0])).contains("need 8 bytes, the file holds 4"))
    #expect(failure(raw(1, [1 << 40, 1 << 40], [0])).contains("not possible"))
    #expect(failure(raw(1, [-1], [0])).contains("not possible"))
    #expect(failure(raw(1, [1 << 40], [0])).contains("need"))
    #expect(failure(raw(8, [1], [0])).contains("string"))
    #expect(failure(raw(17, [1], [0])).contains("number 17"))
    #expect(failure(.with { ($0.dataType, $0.dims) = (1, [3]) }).contains("the file holds 0"))
  }

  @Test func otherPrecisionsAreRemarked() throws {
    var builder = ModelBuilder()
    builder.proto.graph.initializer.append(
      .with {
        ($0.name, $0.dataType, $0.dims, $0.int32Data) = ("h", 10, [2, 1, 1], [0x3C00, 0xC000])
      })
    builder.proto.graph.initializer.append(
      .with { ($0.name, $0.dataType, $0.dims, $0.doubleData) = ("d", 11, [], [0.1]) })
    builder.proto.graph.initializer.append(
      .with {
        ($0.name, $0.dataType, $0.dims, $0.int32Data) = ("b", 16, [2, 1, 1], [0x3F80, 0x4049])
      })
    builder.node("Cast", ["x"], ["c"], ["to": .int(10)])
    builder.node("Mul", ["c", "h"], ["a"])
    builder.node("Relu", ["a"], ["r"])
    builder.node("Mul", ["r", "b"], ["m"])
    builder.node("Add", ["m", "d"])
    let network = try builder.network()
    #expect(network.nodes.count == 4)
    guard case .batchNormalization(let layer) = network.nodes[2].layer else {
      Issue.record("no factor")
      return
    }
    #expect(layer.scale.values == [1, 3.140625])
    #expect(
      network.remarks == [
        "1 tensor of type float16 widened to single precision",
        "1 tensor of type double rounded to single precision",
        "1 tensor of type bfloat16 widened to single precision",
      ])
  }
}

@Suite struct ExternalDataTests {
  /// A model that keeps two factors in another file, in a folder that is removed afterwards.
  private func failure(
    _ entries: [String: String], bytes: Int = 16, check: (Network) -> Void = { _ in }
  ) throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("external-\(UInt64.random(in: 0...UInt64.max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let stored: [Float] = [1, 2, 3, 4]
    try stored.withUnsafeBytes { Data($0.prefix(bytes)) }
      .write(to: folder.appendingPathComponent("weights.bin"))
    var builder = ModelBuilder()
    builder.proto.graph.initializer.append(
      .with {
        ($0.name, $0.dataType, $0.dims, $0.dataLocation) = ("c", 1, [2, 1, 1], 1)
        $0.externalData = entries.map { key, value in
          .with { ($0.key, $0.value) = (key, value) }
        }
      })
    builder.node("Mul", ["x", "c"])
    let file = folder.appendingPathComponent("model.v2.onnx")
    try Data(builder.bytes()).write(to: file)
    do {
      check(try ONNXModel(contentsOf: file.path).network())
      return ""
    } catch { return "\(error)" }
  }

  @Test func valuesAreReadFromTheirOffset() throws {
    let message = try failure(["location": "weights.bin", "offset": "8", "length": "8"]) {
      #expect($0.name == "model.v2")
      guard case .batchNormalization(let layer)? = $0.nodes.first?.layer else {
        Issue.record("no affine layer")
        return
      }
      #expect(layer.scale.values == [3, 4])
    }
    #expect(message == "")
    #expect(try failure(["location": "weights.bin"]) == "")
  }

  @Test func whatIsMissingIsNamed() throws {
    #expect(try failure(["location": "none.bin"]).contains("none.bin cannot be read: no such file"))
    #expect(try failure(["location": "weights.bin"], bytes: 4).contains("holds 4 bytes, need 8"))
    #expect(
      try failure(["location": "weights.bin", "offset": "9223372036854775807"])
        .contains("holds 16 bytes"))
    #expect(try failure(["location": "weights.bin", "offset": "-1"]).contains("offset"))
    #expect(try failure(["location": "weights.bin", "length": "4"]).contains("need 8 bytes"))
    #expect(try failure([:]).contains("no file is named"))
  }

  @Test(arguments: ["../weights.bin", "/etc/passwd", "a/../../b", "..\\b"])
  func pathsOutOfTheFolderAreRefused(location: String) throws {
    #expect(try failure(["location": location]).contains("leads out of the model's folder"))
  }

  @Test func bytesHaveNoFolder() {
    var builder = ModelBuilder()
    builder.proto.graph.initializer.append(
      .with {
        ($0.name, $0.dataType, $0.dims, $0.dataLocation) = ("c", 1, [1], 1)
        $0.externalData = [.with { ($0.key, $0.value) = ("location", "w") }]
      })
    builder.node("Mul", ["x", "c"])
    #expect(builder.failure().contains("read from a file"))
  }
}
