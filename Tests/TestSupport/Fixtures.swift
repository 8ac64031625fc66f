public import Foundation
public import MoireTensors

/// Reference data that stands in the repository, and real networks where there are any.
public enum Fixtures {
  /// The folder of the package.
  public static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  public static let folder = package.appendingPathComponent("Tests/TestSupport/Fixtures")
  public static let networks = folder.appendingPathComponent("networks")
  public static let embedded = package.appendingPathComponent("CSources/CEmbedded/files")

  /// Whether `MOIRE_FULL` asks for the long tier: the whole of what the short one samples.
  public static let isFullTier = ProcessInfo.processInfo.environment["MOIRE_FULL"] == "1"

  /// A tensor of the fixtures of networks.
  public static func tensor(_ name: String) throws -> Tensor {
    try NPY.read(path: networks.appendingPathComponent(name).path)
  }

  /// A real network: from the folder `MOIRE_MODELS`, or one beside the package; nil with a message.
  public static func model(_ name: String) -> String? {
    let named = ProcessInfo.processInfo.environment["MOIRE_MODELS"].map { URL(fileURLWithPath: $0) }
    let folder =
      named ?? package.deletingLastPathComponent().appendingPathComponent("shared/models")
    let path = folder.appendingPathComponent(name + ".onnx").path
    if FileManager.default.fileExists(atPath: path) { return path }
    print("skipped: no \(name).onnx; set MOIRE_MODELS to a folder that has it")
    return nil
  }

  /// The input that fixtures give in closed form, `[1, 3, 224, 224]`; see the fixtures' README.
  public static func closedFormInput() throws -> Tensor {
    var values: [Float] = []
    values.reserveCapacity(3 * 224 * 224)
    for c in 0..<3 {
      for i in 0..<224 {
        for j in 0..<224 {
          let wave =
            sin(0.37 * Double(i) + 0.11 * Double(c)) * cos(0.23 * Double(j) - 0.05 * Double(c))
          let steps = 0.1 * Double((31 * i + 17 * j + 7 * c) % 13) / 13
          values.append(Float(wave + steps))
        }
      }
    }
    return try Tensor(shape: [1, 3, 224, 224], values: values)
  }

  /// The largest difference relative to the range of the expected values.
  public static func errorOfRange(_ got: [Float], _ expected: [Float]) -> Double {
    guard got.count == expected.count, let high = expected.max(), let low = expected.min() else {
      return .infinity
    }
    let error = zip(got, expected).map { abs(Double($0) - Double($1)) }.max() ?? 0
    return error / max(Double(high) - Double(low), 1e-30)
  }
}
