import Foundation
import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

/// Loading by name, and what the report says.
@Suite struct WeightTests {
  private let small = ResNet.cifarResNet20

  private func file(
    _ change: (inout [(name: String, tensor: Tensor)]) throws -> Void = { _ in }
  ) throws -> Safetensors {
    var tensors = try small.network(weights: SeededWeights(seed: 3)).namedTensors
    try change(&tensors)
    let data = try Safetensors.encoded(tensors, metadata: [:], label: "w")
    return try Safetensors(bytes: Array(data), name: "w.safetensors")
  }

  @Test func aRoundTripIsExact() throws {
    let first = try small.network(weights: SeededWeights(seed: 3))
    let (second, report) = try small.network(weights: file())
    #expect(first.nodes.map(\.layer) == second.nodes.map(\.layer))
    #expect(report.matched == (try small.parameters().map(\.name)))
    #expect(report.missing.isEmpty && report.unused.isEmpty && report.mismatched.isEmpty)
  }

  /// ConvNeXt's fully connected layers over channels and its layer scale keep their names.
  @Test func namedTensorsOfConvNeXt() throws {
    let tiny = try ConvNeXt(name: "t", depths: [1, 1], widths: [4, 6])
    let network = try tiny.network(inputSize: 16, classes: 3)
    let names = network.namedTensors.map(\.name)
    #expect(names == (try tiny.parameters(classes: 3).map(\.name)))
    let data = try Safetensors.encoded(network.namedTensors, metadata: [:], label: "w")
    let (loaded, _) = try tiny.network(
      inputSize: 16, classes: 3, weights: Safetensors(bytes: Array(data), name: "w"))
    #expect(loaded.nodes.map(\.layer) == network.nodes.map(\.layer))
  }

  @Test func whatDoesNotFitIsNamed() throws {
    let renamed = try file { $0[0].name = "stem.weight" }
    #expect { try small.network(weights: renamed) } throws: {
      "\($0)" == "w.safetensors: the weights do not fit cifar_resnet20: 'conv1.weight' is missing, "
        + "unused is 'stem.weight'"
    }
    let (_, report) = try small.network(weights: renamed, missing: SeededWeights(seed: 1))
    #expect(report.missing == ["conv1.weight"] && report.unused == ["stem.weight"])
    #expect { try small.network(classes: 7, weights: file()) } throws: {
      "\($0)".contains("'fc.weight' has shape [10, 64], need [7, 64] (and 1 more parameter)")
    }
    let broken = try file { $0[0].tensor[5] = .nan }
    #expect { try small.network(weights: broken) } throws: {
      "\($0)".contains("value 5 of 'conv1.weight' is nan")
    }
  }

  @Test func prefixesAndCounters() throws {
    let data = try file {
      for index in $0.indices { $0[index].name = "model." + $0[index].name }
      $0.append(("model.bn1.num_batches_tracked", try Tensor(shape: [], values: [7])))
    }
    let (_, report) = try small.network(weights: data, prefix: "model.")
    #expect(report.missing.isEmpty && report.unused.isEmpty)
  }

  @Test func drawnWeightsDependOnSeedAndNameAlone() throws {
    let weights = SeededWeights(seed: 1)
    let parameter = { Parameter($0, shape: [64, 64, 3, 3], initializer: .heNormal(.out)) }
    let a = try weights.values(of: parameter("a"))
    #expect(try weights.values(of: parameter("a")) == a)
    #expect(try weights.values(of: parameter("b")) != a)
    #expect(try SeededWeights(seed: 2).values(of: parameter("a")) != a)
    // 36,864 draws: the variance 2/576 to 4 standard errors of √(2/36864).
    let mean = a.values.reduce(0.0) { $0 + Double($1) } / Double(a.count)
    let variance = a.values.reduce(0.0) { $0 + pow(Double($1) - mean, 2) } / Double(a.count)
    #expect(abs(variance * 288 - 1) < 0.03)
    let bounded = try SeededWeights(seed: 1).values(
      of: Parameter("c", shape: [50, 40], initializer: .heUniform))
    #expect(bounded.values.allSatisfy { abs($0) <= Float((6.0 / 40).squareRoot()) })
    let truncated = try SeededWeights(seed: 1).values(
      of: Parameter("d", shape: [5000], initializer: .truncatedNormal(deviation: 0.02)))
    #expect(truncated.values.allSatisfy { abs($0) <= 0.04 })
  }

  @Test func namesAndNumbersAreChecked() {
    #expect { try Zoo.architecture(named: "resnet19") } throws: {
      "\($0)".contains("'resnet19'") && "\($0)".contains("resnet18")
    }
    #expect { try small.network(classes: 0) } throws: { "\($0)".contains("0 classes") }
    #expect { try small.network(inputSize: [0, 5]) } throws: { "\($0)".contains("0×5") }
    #expect { try AlexNet.alexNet.network(inputSize: 30, weights: ZeroWeights()) } throws: {
      $0 is LayerError && "\($0)".contains("features.")
    }
    #expect { try ResNet(name: "r", block: .basic, depths: [1], widths: [8, 16]) } throws: {
      "\($0)".contains("[1]") && "\($0)".contains("[8, 16]")
    }
    #expect { try ResNet(name: "r", block: .basic, depths: [1], widths: [8], groups: 2) } throws: {
      "\($0)".contains("2 groups")
    }
    #expect(throws: ModelError.self) { try VGG(name: "v", stages: [[]], isNormalized: true) }
    #expect(throws: ModelError.self) { try UNet(name: "u", widths: [4]) }
  }
}
