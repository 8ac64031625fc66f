import Foundation
import MoireLayers
import MoireTensors
import TestSupport
import Testing

@testable import MoireTraining

/// The steps of `make_training.py` in torch: losses, gradients and weights.
struct TorchTests {
  private struct Named: WeightSource {
    let file: NPZ
    mutating func values(of parameter: Parameter) throws -> Tensor {
      try file.tensor(named: "begin/\(parameter.name)")
    }
  }

  private func network(_ file: NPZ) throws -> Network {
    var builder = NetworkBuilder(
      name: "torch", inputShape: [3, 12, 12], weights: Named(file: file))
    try builder.convolution("conv1", channels: 8, kernel: 3, padding: 1, bias: true)
    try builder.batchNormalization("bn1")
    try builder.activation("relu1", .relu)
    try builder.maxPool("pool", kernel: 2, stride: 2)
    try builder.residual {
      try $0.convolution("depthwise", channels: 8, kernel: 3, padding: 1, groups: 8)
      try $0.batchNormalization("bn2")
      try $0.activation("relu6", .clip(low: 0, high: 6))
      try $0.convolution("pointwise", channels: 8, kernel: 1, bias: true)
    }
    try builder.activation("relu2", .relu)
    try builder.concatenation(
      "cat", { try $0.averagePool("mean", kernel: 2, stride: 2) },
      {
        try $0.convolution("conv2", channels: 20, kernel: 3, stride: 2, padding: 2, dilation: 2)
        try $0.batchNormalization("bn3")
        try $0.activation("relu3", .relu)
      })
    try builder.globalAveragePool("global")
    try builder.linear("fc", outputs: 5)
    return builder.network
  }

  /// Tolerance: both sides compute in single precision with sums of up to a few hundred terms in
  /// different orders, 1e-6 each; batch normalisation of 4·9 values divides by small deviations. After
  /// three steps 1e-4 of the largest value is ample, a wrong momentum or decay is off by 1e-2.
  private func expectClose(_ got: Tensor, _ expected: Tensor, _ name: String) {
    #expect(got.shape == expected.shape)
    let scale = max(expected.values.map(abs).max() ?? 0, 1e-3)
    let error = zip(got.values, expected.values).map { abs($0 - $1) }.max() ?? 0
    #expect(error < 1e-4 * scale, "\(name): off by \(error), the largest is \(scale)")
  }

  @Test func `Three steps as in torch`() throws {
    let file = try NPZ(path: Fixtures.folder.appendingPathComponent("training/training.npz").path)
    let trainable = try TrainableNetwork(try network(file), batch: 4)
    let velocity = try trainable.makeBlock()
    let input = try file.tensor(named: "input")
    let labels = try file.tensor(named: "labels").values.map { Int32($0) }
    let losses = try file.tensor(named: "losses")
    for step in 0..<3 {
      _ = try trainable.forward(input)
      let loss = trainable.crossEntropy(labels: labels, smoothing: 0.1).loss
      #expect(abs(loss - Double(losses[step])) < 1e-4)
      try trainable.backward()
      if step == 0 {
        for parameter in trainable.parameters where parameter.role.isTrained {
          // A bias before a normalisation has the gradient 0, which rounding fills with noise.
          guard parameter.name != "conv1.bias" else { continue }
          expectClose(
            try trainable.gradient(of: parameter.name),
            try file.tensor(named: "gradient/\(parameter.name)"), parameter.name)
        }
      }
      trainable.descend(
        rate: 0.05, momentum: 0.9, nesterov: true, decay: 5e-4, velocity: velocity)
    }
    for parameter in trainable.parameters where parameter.name != "conv1.bias" {
      expectClose(
        try trainable.value(of: parameter.name), try file.tensor(named: "end/\(parameter.name)"),
        parameter.name)
    }
  }
}
