import Foundation
import MoireLayers
import MoireTensors
import TestSupport
import Testing

@testable import MoireModels

/// Values in closed form, as `reference.py` beside the fixture computes them.
struct ClosedFormWeights: WeightSource {
  func values(of parameter: Parameter) throws -> Tensor {
    try Self.tensor(parameter.name, shape: parameter.shape)
  }

  static func tensor(_ name: String, shape: [Int]) throws -> Tensor {
    if name.hasSuffix("layer_scale") { return try tensor(name, shape, 0.5, 0.2) }
    if shape.count > 1 {
      let fan = shape.dropFirst().reduce(1, *)
      return try tensor(name, shape, 0, (6 / Double(fan)).squareRoot())
    }
    if name.hasSuffix("running_var") { return try tensor(name, shape, 1, 0.2) }
    let isOffset = name.hasSuffix("running_mean") || name.hasSuffix("bias")
    return try isOffset ? tensor(name, shape, 0, 0.1) : tensor(name, shape, 0.8, 0.2)
  }

  static func tensor(_ name: String, _ shape: [Int], _ middle: Double, _ reach: Double) throws
    -> Tensor
  {
    let count = shape.reduce(1, *)
    let start = fnv(name)
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count {
        var z = start &+ (UInt64(index) &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z = z ^ (z >> 31)
        let uniform = Double(z >> 40) * 0x1p-23 - 1
        buffer.initializeElement(at: index, to: Float(middle + reach * uniform))
      }
      filled = count
    }
    return try Tensor(shape: shape, values: values)
  }

  static func fnv(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}

/// The zoo against torchvision; `Fixtures/zoo/reference.py` made the numbers.
@Suite(.serialized) struct ZooTests {
  struct Reference: Decodable {
    let count: Int
    let values: Int
    let digest: String
    let size: [Int]
    let answer: [Float]
    let parameters: [String: [Int]]?
    let circular: [Float]?
  }

  static let references: [String: Reference] = {
    let url = Fixtures.folder.appendingPathComponent("zoo/zoo.json")
    let data = try? Data(contentsOf: url)
    return data.flatMap { try? JSONDecoder().decode([String: Reference].self, from: $0) } ?? [:]
  }()

  /// The networks of the literature; those made for studies here have no reference elsewhere.
  static let referenced = Zoo.names.filter { !$0.hasSuffix("-small") }

  /// In the short tier, one member of each family that has few weights.
  static let answered =
    Fixtures.isFullTier
    ? referenced.sorted()
    : [
      "resnet18", "mobilenet_v2", "mobilenet_v3_small", "squeezenet1_1", "densenet121",
      "cifar_resnet20",
    ]

  @Test func everyMemberHasAReference() {
    #expect(Set(Self.referenced) == Set(Self.references.keys))
    #expect(Set(Zoo.names).count == Zoo.members.count)
  }

  @Test(arguments: referenced) func parameters(_ name: String) throws {
    let reference = try #require(Self.references[name])
    let parameters = try Zoo.architecture(named: name).parameters()
    if let expected = reference.parameters {
      let got = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.shape) })
      for key in Set(expected.keys).union(got.keys) { #expect(got[key] == expected[key], "\(key)") }
    }
    let sorted = parameters.sorted { Array($0.name.utf8).lexicographicallyPrecedes($1.name.utf8) }
    let lines = sorted.map { parameter -> String in
      "\(parameter.name):\(parameter.shape.map(String.init).joined(separator: ","))\n"
    }
    let digest = String(ClosedFormWeights.fnv(lines.joined()), radix: 16)
    #expect(parameters.count == reference.count)
    #expect(parameters.reduce(0) { $0 + $1.shape.reduce(1, *) } == reference.values)
    #expect(String(repeating: "0", count: 16 - digest.count) + digest == reference.digest)
  }

  /// The reference is in double precision. Single precision through L layers loses about √L roundings of
  /// 6e-8 of the activations' range; 1e-4 of the answers' range leaves room for cancellation in them.
  @Test(arguments: answered) func answers(_ name: String) throws {
    let reference = try #require(Self.references[name])
    try compare(name, reference, .zero, reference.answer)
    if let circular = reference.circular { try compare(name, reference, .circular, circular) }
  }

  private func compare(
    _ name: String, _ reference: Reference, _ padding: Border, _ expected: [Float]
  ) throws {
    let size = HW(reference.size[0], reference.size[1])
    let network = try Zoo.architecture(named: name).network(
      inputSize: size, classes: 10, padding: padding, weights: ClosedFormWeights())
    let input = try ClosedFormWeights.tensor("input", [1, 3, size.height, size.width], 0, 1)
    var answer = try CompiledNetwork(network).run(input, threads: 2)
    if answer.shape.count == 4 { answer = try points(of: answer) }
    let error = Fixtures.errorOfRange(answer.values, expected)
    #expect(error < 1e-4, "\(name), \(padding): \(error)")
  }

  /// Every 17th row and 19th column of a map.
  private func points(of map: Tensor) throws -> Tensor {
    let (channels, height, width) = (map.shape[1], map.shape[2], map.shape[3])
    let values = (0..<channels).flatMap { c in
      stride(from: 0, to: height, by: 17).flatMap { i in
        stride(from: 0, to: width, by: 19).map { j in map[(c * height + i) * width + j] }
      }
    }
    return try Tensor(shape: [values.count], values: values)
  }
}
