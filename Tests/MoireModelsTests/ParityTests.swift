import Foundation
import MoireLayers
import MoireModels
import MoireTensors
import TestSupport
import Testing

/// Networks from ONNX files against onnxruntime's own output.
@Suite struct ParityTests {
  static let operators: [String] = {
    let folder = Fixtures.networks.appendingPathComponent("operators").path
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".onnx") }.map { String($0.dropLast(5)) }.sorted()
  }()

  /// What is refused, and a word of the sentence that says why.
  static let refused = ["gemm-trans-a": "transA"]

  @Test func thereAreOperators() { #expect(Self.operators.count > 50) }

  /// Both sum at most a few hundred terms in single precision: 1e-5 of the range is a few ulp·√K.
  @Test(arguments: operators) func operatorsGiveTheSameOutput(_ name: String) throws {
    let model = try ONNXModel(
      contentsOf: Fixtures.networks.appendingPathComponent("operators/\(name).onnx").path)
    if let reason = Self.refused[name] {
      let error = #expect(throws: ModelError.self) { try model.network() }
      #expect(error.map { "\($0)".contains(reason) } == true, "\(String(describing: error))")
      return
    }
    let network = try model.network()
    let input = try Fixtures.tensor("operators/\(name).input.npy")
    let expected = try Fixtures.tensor("operators/\(name).output.npy")
    let got = try CompiledNetwork(network, batch: input.shape[0]).run(input)
    #expect(got.shape == expected.shape)
    #expect(Fixtures.errorOfRange(got.values, expected.values) < 1e-5)
    let sites = try network.samplingSites()
    let dense = try CompiledNetwork(network, batch: input.shape[0], sites: sites).run(input)
    #expect(Fixtures.errorOfRange(dense.values, expected.values) < 1e-5)
  }

  @Test(arguments: ["mobilenet_v2.ts", "mobilenet_v2.dyn", "efficientnet_lite0.ts"])
  func realNetworksGiveOnnxruntimesLogits(_ name: String) throws {
    guard let path = Fixtures.model(name) else { return }
    let network = try ONNXModel(contentsOf: path).network()
    let input = try Fixtures.closedFormInput()
    let expected = try Fixtures.tensor("\(name).closed-form.npy")
    let sites = try network.samplingSites()
    #expect(sites.count == 5)
    for compiled in [try CompiledNetwork(network), try CompiledNetwork(network, sites: sites)] {
      #expect(compiled.implementations.filter { $0.name.hasPrefix("ref") }.isEmpty)
      let got = try compiled.run(input, threads: 2)
      #expect(Fixtures.errorOfRange(got.values, expected.values) < 1e-4)
    }
  }

  @Test func bothExportsHaveTheSamePaths() throws {
    guard let ts = Fixtures.model("mobilenet_v2.ts"), let dyn = Fixtures.model("mobilenet_v2.dyn")
    else { return }
    let paths = try [ts, dyn].map { path in
      try ONNXModel(contentsOf: path).network().nodes.compactMap { node in
        if case .convolution = node.layer { node.path } else { nil }
      }
    }
    #expect(paths[0] == paths[1] && paths[0].count == 52)
  }
}
