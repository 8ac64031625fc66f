import Foundation
import MoireImages
import MoireTensors
import TestSupport

@testable import MoireAnalysis

/// The reference values of the network fixtures; computed in PyTorch, NumPy and onnxruntime by the
/// scripts beside them.
struct Reference: Decodable {
  struct Site: Decodable {
    struct Channels: Decodable {
      struct Quartiles: Decodable { let lower, median, upper: Double }
      let aliasFraction, aliasFractionAc: Quartiles
    }
    struct Stage: Decodable { let aliasFraction, aliasFractionAc: Double }
    struct Filter: Decodable { let aliasFraction: Double }
    let path: String
    let denseSize, outputSize: HW
    let aliasFraction, aliasFractionAc: Double
    let channels: Channels
    let preactivation: Stage
    let filters: [String: Filter]
  }

  struct Shift: Decodable {
    let `protocol`: String
    let pairs: [[HW]]
    let consistency, pTop1Change, mac, logitVariance, logitVarianceRelative: Double
    let worstShiftAccuracy: Double?
  }

  let sites: [Site]
  let shift: [Shift]?
  let labels: [Int]?
  let accuracy: Double?

  static func decode<T: Decodable>(_ type: T.Type, from name: String) throws -> T {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let data = try Data(contentsOf: Fixtures.networks.appendingPathComponent(name))
    return try decoder.decode(type, from: data)
  }

  static func embedded() throws -> Reference { try decode(Reference.self, from: "embedded.json") }

  static func network(_ name: String) throws -> Reference? {
    struct Networks: Decodable { let networks: [String: Reference] }
    return try decode(Networks.self, from: "networks.json").networks[name]
  }

  /// The two embedded photos as the fixtures' script prepared them.
  static func photos(_ preset: Preset) throws -> [AuditInput] {
    let crop: HW = 224
    let preprocessing = try Preprocessing(preset, crop: crop)
    return try ["astronaut.jpg", "chelsea.jpg"].map { name in
      let path = Fixtures.embedded.appendingPathComponent(name).path
      let resized = try preprocessing.resized(Image(contentsOf: path))
      let wide = try Preprocessing(
        crop: 256, channels: 3, resize: nil, divisor: preprocessing.divisor,
        mean: preprocessing.mean, std: preprocessing.std)
      return AuditInput(
        name: name, tensor: try preprocessing.tensor(of: resized),
        wide: try wide.tensor(of: resized))
    }
  }

  /// The embedded test images, normalised as in training.
  static func fashion() throws -> [AuditInput] {
    let bytes = try [UInt8](
      Data(contentsOf: Fixtures.embedded.appendingPathComponent("fashion-images.idx3")))
    let labels = try embedded().labels ?? []
    return try labels.enumerated().map { index, label in
      let pixels = bytes[16 + 784 * index..<16 + 784 * (index + 1)]
      let values = pixels.map { Float((Double($0) / 255 - 0.2860) / 0.3530) }
      return AuditInput(
        name: "fashion[\(index)]", label: label,
        tensor: try Tensor(shape: [1, 1, 28, 28], values: values))
    }
  }
}

/// |a − b| relative to b, but at least to `floor`.
func relativeDifference(_ a: Double, _ b: Double, floor: Double = 1e-6) -> Double {
  abs(a - b) / max(abs(b), floor)
}
