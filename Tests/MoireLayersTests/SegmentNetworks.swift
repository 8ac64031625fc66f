import MoireLayers
import MoireSpectral
import MoireTensors

/// Small networks with one property of the phase chain each.
enum SegmentNetworks {
  static func convolution(
    _ inputs: Int, _ outputs: Int, kernel: HW = 3, stride: HW = 1, padding: Padding = 1,
    groups: Int = 1, dilation: HW = 1, seed: UInt64
  ) -> Layer {
    .convolution(
      Convolution(
        weight: random(
          [outputs, inputs / groups, kernel.height, kernel.width], seed: seed, scale: 0.3),
        bias: random([outputs], seed: seed + 100, scale: 0.3), stride: stride, padding: padding,
        dilation: dilation, groups: groups))
  }

  static func normalization(_ channels: Int, seed: UInt64) -> Layer {
    .batchNormalization(
      BatchNormalization(
        scale: random([channels], seed: seed), shift: random([channels], seed: seed + 1),
        mean: random([channels], seed: seed + 2), variance: try! Tensor(shape: [channels], repeating: 1)))
  }

  /// Global mean and a fully connected layer.
  static func addHead(_ network: inout Network, channels: Int) {
    network.append("pool", .globalPooling(.average(includesPadding: false)))
    network.append("flatten", .flatten)
    network.append(
      "fc",
      .linear(Linear(weight: random([5, channels], seed: 90), bias: random([5], seed: 91))))
  }

  /// Strided convolution, max-pool, a residual block with a strided shortcut, a gate; one level of
  /// two sites, odd kernels, zeros around, a channel count that fills no block.
  static func residual(size: HW = 24) -> Network {
    var network = Network(name: "residual", inputShape: [3, size.height, size.width])
    network.append("stem", convolution(3, 10, kernel: 7, stride: 2, padding: 3, seed: 1))
    network.append("norm", normalization(10, seed: 2))
    network.append("relu", .activation(.relu))
    let x = network.append("maxpool", .pooling(Pooling(.max, kernel: 3, stride: 2, padding: 1)))
    network.append("conv1", convolution(10, 20, stride: 2, seed: 5))
    network.append("relu1", .activation(.relu))
    let main = network.append("conv2", convolution(20, 20, seed: 6))
    network.append(
      "short", convolution(10, 20, kernel: 1, stride: 2, padding: 0, seed: 7), inputs: [x])
    let short = network.append("norm2", normalization(20, seed: 8))
    network.append("add", .add, inputs: [main, short])
    let sum = network.append("relu2", .activation(.relu))
    network.append("gate.pool", .globalPooling(.average(includesPadding: false)))
    network.append("gate.conv", convolution(20, 20, kernel: 1, padding: 0, seed: 9))
    let gate = network.append("gate.sigmoid", .activation(.sigmoid))
    network.append("scale", .multiply, inputs: [gate, sum])
    addHead(&network, channels: 20)
    return network
  }

  /// Asymmetric pads, an even kernel, a wide stride, unequal strides, an average pool in ceil mode.
  static func uneven(size: HW = HW(24, 30)) -> Network {
    var network = Network(name: "uneven", inputShape: [2, size.height, size.width])
    network.append(
      "conv1",
      convolution(
        2, 18, kernel: HW(4, 5), stride: HW(2, 3),
        padding: Padding(top: 0, left: 2, bottom: 3, right: 1), seed: 11))
    network.append("hard", .activation(.hardSwish))
    network.append("pad", .pad(Padding(top: 0, left: 1, bottom: 1, right: 1), .constant(0)))
    network.append("conv2", convolution(18, 6, kernel: HW(2, 3), padding: 0, seed: 12))
    network.append(
      "mean", .pooling(Pooling(.average(includesPadding: true), kernel: 3, stride: 3, padding: 1)))
    network.append("conv3", convolution(6, 6, kernel: 3, groups: 6, seed: 13))
    network.append("act", .activation(.silu))
    addHead(&network, channels: 6)
    return network
  }

  /// The stages of one level in two branches, one of them in a single stride of 4; a concatenation.
  static func branches(size: HW = 16) -> Network {
    var network = Network(name: "branches", inputShape: [3, size.height, size.width])
    let x = network.append("stem", convolution(3, 8, seed: 21))
    network.append("a1", convolution(8, 24, stride: 2, seed: 22))
    network.append("a.relu", .activation(.relu))
    let a = network.append(
      "a2", .pooling(Pooling(.average(includesPadding: false), kernel: 2, stride: 2)))
    network.append(
      "b", convolution(8, 7, kernel: 5, stride: 4, padding: 2, seed: 23), inputs: [x])
    let b = network.append("b.relu", .activation(.relu))
    let c = network.append("c", .subsample(stride: 4, offset: HW(1, 3)), inputs: [x])
    network.append("joined", .concatenate, inputs: [a, b, c])
    network.append("mix", convolution(39, 12, seed: 24))
    addHead(&network, channels: 12)
    return network
  }

  /// Filters before the subsampling, a choice of phase by the map, an ideal pool.
  static func filtered(size: HW = 32) -> Network {
    var network = Network(name: "filtered", inputShape: [3, size.height, size.width])
    network.append("conv1", convolution(3, 12, seed: 31))
    network.append("relu1", .activation(.relu))
    network.append("blur", .blurPool(BlurPool(.zhang, filterSize: 4, stride: 2)))
    network.append("conv2", convolution(12, 12, seed: 32))
    let map = network.append("relu2", .activation(.relu))
    let decision = network.append("decision", .polyphaseDecision(PolyphaseDecision(stride: 2)))
    network.append("polyphase", .polyphase(stride: 2), inputs: [map, decision])
    network.append("conv3", convolution(12, 20, seed: 33))
    network.append("ideal", .idealPool(IdealPooling(stride: 2)))
    network.append("relu3", .activation(.relu))
    addHead(&network, channels: 20)
    return network
  }

  /// A head that flattens its map.
  static func flattened(size: HW = HW(12, 8)) -> Network {
    var network = Network(name: "flattened", inputShape: [2, size.height, size.width])
    network.append("conv1", convolution(2, 9, stride: 2, seed: 41))
    network.append("relu1", .activation(.relu))
    network.append("max", .pooling(Pooling(.max, kernel: 2, stride: 2)))
    network.append("flatten", .flatten)
    let count = 9 * size.area / 16
    network.append("fc", .linear(Linear(weight: random([4, count], seed: 42))))
    return network
  }

  /// A row of samples.
  static func row(length: Int = 36) -> Network {
    var network = Network(name: "row", inputShape: [1, 1, length])
    network.append("conv1", convolution(1, 6, kernel: HW(1, 5), stride: HW(1, 3), padding: Padding(left: 2, right: 2), seed: 51))
    network.append("relu", .activation(.relu))
    network.append("max", .pooling(Pooling(.max, kernel: HW(1, 3), stride: 2, padding: Padding(left: 1, right: 1))))
    addHead(&network, channels: 6)
    return network
  }
}
