import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

/// Every layer's way back against differences in double precision, over random configurations.
struct GradientTests {
  @Test func `Convolutions over strides, pads, dilations, groups and modes`() throws {
    var generator = SeededGenerator(seed: 11)
    for round in 0..<28 {
      func pick(_ range: ClosedRange<Int>) -> Int {
        generator.integer(in: range.lowerBound..<range.upperBound + 1)
      }
      let groups = [1, 1, 2, 4][pick(0...3)]
      let (input, output) = (groups * pick(1...5), groups * pick(1...5))
      let kernel = HW(pick(1...3), pick(1...3))
      let padding = Padding(
        top: pick(0...2), left: pick(0...2), bottom: pick(0...2), right: pick(0...2))
      let mode = [
        PaddingMode.constant(0), .constant(0), .circular, .reflect, .replicate, .constant(0.5),
      ][pick(0...5)]
      let layer = Convolution(
        weight: onGrid([output, input / groups, kernel.height, kernel.width], seed: UInt64(round)),
        bias: pick(0...1) == 0 ? nil : onGrid([output], seed: 7),
        stride: HW(pick(1...2), pick(1...2)), padding: padding,
        dilation: HW(pick(1...2), pick(1...2)),
        groups: groups, paddingMode: mode)
      try checkGradients(
        single(.convolution(layer), [input, pick(5...8), pick(5...8)]), seed: UInt64(100 + round))
    }
  }

  @Test func `Convolutions of whole blocks, depthwise ones, and one channel in`() throws {
    for (input, output, groups) in [
      (16, 32, 1), (32, 32, 32), (1, 16, 1), (3, 16, 1), (20, 20, 20),
    ] {
      let layer = Convolution(
        weight: onGrid([output, input / groups, 3, 3], seed: 1, scale: 0.3),
        bias: onGrid([output], seed: 2), padding: 1, groups: groups)
      try checkGradients(single(.convolution(layer), [input, 6, 6]), seed: 5)
    }
  }

  @Test func `Winograd's minimal filtering, and every product on demand`() throws {
    let layer = Convolution(
      weight: onGrid([64, 64, 3, 3], seed: 1, scale: 0.05), bias: onGrid([64], seed: 2), padding: 1)
    let network = single(.convolution(layer), [64, 8, 8])
    try checkGradients(network, seed: 5)
    let input = onGrid([3, 64, 8, 8], seed: 6)
    let weights = onGrid([3, 64, 8, 8], seed: 7)
    func run(_ usesWinograd: Bool) throws -> (values: [[Float]], isWinograd: Bool) {
      let trainable = try TrainableNetwork(
        network, batch: 3, wantsInputGradient: true, usesWinograd: usesWinograd)
      let answer = try trainable.forward(input)
      let slope = try #require(try trainable.backward(weights))
      let values = [answer.values, slope.values, try trainable.gradient(of: "layer.weight").values]
      return (values, try trainable.profile(rounds: 1).contains { $0.label.contains("wino") })
    }
    let (fast, plain) = (try run(true), try run(false))
    #expect(!plain.isWinograd)
    // Processors without AVX-512 have none of it.
    for (one, other) in zip(fast.values, plain.values) {
      #expect(relativeError(one, other.map(Double.init)) < 1e-4)
    }
    #expect((fast.values != plain.values) == fast.isWinograd)
  }

  @Test func `A convolution with the activation that alone reads it`() throws {
    for activation in [Activation.relu, .clip(low: 0, high: 6), .leakyRelu(slope: 0.125)] {
      var network = Network(name: "fused", inputShape: [5, 6, 6])
      network.append(
        "conv",
        .convolution(Convolution(weight: onGrid([20, 5, 3, 3], seed: 3), padding: 1)))
      network.append("act", .activation(activation))
      try checkGradients(network, seed: 8)
    }
  }

  @Test func `Transposed convolutions`() throws {
    for (input, output, groups, stride) in [
      (5, 6, 1, 2), (16, 16, 1, 2), (6, 4, 2, 1), (3, 20, 1, 3),
    ] {
      let layer = TransposedConvolution(
        weight: onGrid([input, output / groups, 3, 2], seed: 1), bias: onGrid([output], seed: 2),
        stride: HW(stride, stride), padding: Padding(top: 1, left: 0, bottom: 1, right: 1),
        outputPadding: stride > 1 ? HW(1, 0) : 0, groups: groups)
      try checkGradients(single(.transposedConvolution(layer), [input, 4, 5]), seed: 13)
    }
  }

  @Test func `Linear layers`() throws {
    for (inputs, outputs) in [(7, 3), (16, 16), (33, 10)] {
      var network = Network(name: "linear", inputShape: [inputs])
      network.append(
        "fc",
        .linear(
          Linear(
            weight: onGrid([outputs, inputs], seed: 1), bias: onGrid([outputs], seed: 2))))
      network.append("act", .activation(.relu))
      try checkGradients(network, seed: 3, batch: 5)
    }
  }

  @Test func `Batch normalisations, alone and with a relu`() throws {
    for shape in [[3, 5, 4], [16, 4, 4], [20, 3, 3], [9], [4, 1, 1]] {
      for isRectified in [false, true] {
        let channels = [shape[0]]
        var network = Network(name: "norm", inputShape: shape)
        network.append(
          "norm",
          .batchNormalization(
            BatchNormalization(
              scale: onGrid(channels, seed: 1), shift: onGrid(channels, seed: 2),
              mean: onGrid(channels, seed: 3), variance: positive(channels, seed: 4))))
        if isRectified { network.append("relu", .activation(.relu)) }
        try checkGradients(network, seed: 21, batch: 9)
      }
    }
  }

  @Test(arguments: [PaddingMode.circular, .reflect, .replicate, .constant(0), .constant(0.5)])
  func `Batch normalisations before a convolution with a border`(_ mode: PaddingMode) throws {
    let paddings = [Padding(1), Padding(top: 2, left: 0, bottom: 1, right: 2)]
    for (index, shape) in [[3, 5, 4], [16, 4, 5], [20, 3, 3], [8, 3, 4]].enumerated() {
      for padding in paddings {
        for isRectified in [false, true] {
          var network = Network(name: "border", inputShape: shape)
          let channels = shape[0]
          // With a convolution before it the gradient of its source takes the source's place.
          if index % 2 == 1 {
            network.append(
              "conv1",
              .convolution(Convolution(weight: onGrid([channels, channels, 1, 1], seed: 5))))
          }
          network.append(
            "norm",
            .batchNormalization(
              BatchNormalization(
                scale: onGrid([channels], seed: 1), shift: onGrid([channels], seed: 2),
                mean: onGrid([channels], seed: 3), variance: positive([channels], seed: 4))))
          if isRectified { network.append("relu", .activation(.relu)) }
          network.append(
            "conv2",
            .convolution(
              Convolution(
                weight: onGrid([4, channels, 3, 2], seed: 6), padding: padding, paddingMode: mode)))
          try checkGradients(network, seed: 22, batch: 9)
        }
      }
    }
  }

  @Test func `A residual block, with and without a projection`() throws {
    for projects in [false, true] {
      for channels in [5, 16] {
        var builder = NetworkBuilder(
          name: "residual", inputShape: [channels, 5, 4], weights: Grid(), border: .circular)
        try builder.residual(shortcut: {
          guard projects else { return }
          try $0.convolution("down", channels: channels, kernel: 1)
          try $0.batchNormalization("bn")
        }) {
          try $0.convolution("conv1", channels: channels, kernel: 3, padding: 1)
          try $0.batchNormalization("bn1")
          try $0.activation("relu1", .relu)
          try $0.convolution("conv2", channels: channels, kernel: 3, padding: 1)
          try $0.batchNormalization("bn2")
        }
        try builder.activation("relu", .relu)
        try checkGradients(builder.network, seed: 71, batch: 4, tolerance: 3e-4)
      }
    }
  }

  @Test(arguments: [
    Activation.relu, .clip(low: -1, high: 1), .leakyRelu(slope: 0.125), .leakyRelu(slope: -0.5),
    .elu(alpha: 0.75), .sigmoid, .tanh, .silu, .hardSwish, .hardSigmoid(alpha: 0.2, beta: 0.5),
    .gelu, .geluTanh, .softplus, .mish, .selu, .celu(alpha: 0.5), .softsign,
    .thresholdedRelu(threshold: 0.5), .abs, .exp,
  ])
  func `Activations`(_ activation: Activation) throws {
    try checkGradients(single(.activation(activation), [5, 4, 3]), seed: 31)
    try checkGradients(single(.activation(activation), [6]), seed: 32)
  }

  @Test func `Activations of positive values`() throws {
    for activation in [Activation.log, .sqrt, .power(2.5)] {
      try checkGradients(
        single(.activation(activation), [5, 4, 3]), seed: 33,
        input: positive([3, 5, 4, 3], seed: 9))
    }
  }

  @Test func `PReLU with one slope and with one for each channel`() throws {
    try checkGradients(single(.prelu(onGrid([5], seed: 1)), [5, 4, 3]), seed: 41)
    try checkGradients(single(.prelu(onGrid([1], seed: 1)), [20, 4, 3]), seed: 42)
  }

  @Test func `Pools over kernels, strides, pads and dilations`() throws {
    var generator = SeededGenerator(seed: 51)
    for round in 0..<24 {
      func pick(_ range: ClosedRange<Int>) -> Int {
        generator.integer(in: range.lowerBound..<range.upperBound + 1)
      }
      let operation: Pooling.Operation =
        [.max, .average(includesPadding: true), .average(includesPadding: false)][round % 3]
      let kernel = HW(pick(2...3), pick(2...3))
      let layer = Pooling(
        operation, kernel: kernel, stride: HW(pick(1...3), pick(1...3)),
        padding: Padding(
          top: pick(0...1), left: pick(0...1), bottom: pick(0...1), right: pick(0...1)),
        dilation: operation == .max ? HW(pick(1...2), pick(1...2)) : 1, ceilMode: pick(0...1) == 1)
      try checkGradients(
        single(.pooling(layer), [[3, 16, 20][pick(0...2)], pick(6...9), pick(6...9)]),
        seed: UInt64(round))
    }
  }

  @Test func `Normalisations by an image's own statistics`() throws {
    for kind in [Normalization.Kind.layer, .layerAll, .group(3), .instance] {
      for channels in [6, 18] {
        let layer = Normalization(
          kind, scale: onGrid([channels], seed: 1), shift: onGrid([channels], seed: 2))
        try checkGradients(single(.normalization(layer), [channels, 4, 3]), seed: 55)
      }
    }
    try checkGradients(single(.normalization(Normalization(.layer)), [18]), seed: 56)
    try checkGradients(single(.normalization(Normalization(.instance)), [5, 3, 4]), seed: 57)
  }

  @Test func `Global and adaptive pools`() throws {
    for operation in [Pooling.Operation.max, .average(includesPadding: false)] {
      try checkGradients(single(.globalPooling(operation), [5, 4, 3]), seed: 61)
      try checkGradients(
        single(.adaptivePooling(operation, size: HW(3, 2)), [5, 7, 5]), seed: 62)
      try checkGradients(
        single(.adaptivePooling(operation, size: HW(5, 4)), [5, 3, 8]), seed: 63)
    }
  }

  @Test func `Pads and subsampling`() throws {
    for mode in [PaddingMode.constant(0.5), .reflect, .replicate, .circular] {
      let padding = Padding(top: 2, left: 1, bottom: 0, right: 3)
      try checkGradients(single(.pad(padding, mode), [5, 4, 3]), seed: 71)
    }
    try checkGradients(
      single(.pad(Padding(top: -1, left: 1, bottom: -1, right: 0), .constant(0)), [5, 5, 3]),
      seed: 72)
    try checkGradients(
      single(.subsample(stride: HW(2, 3), offset: HW(1, 0)), [5, 7, 8]), seed: 73)
  }

  @Test func `Resizes`() throws {
    for mode in [Resize.Mode.nearest(.floor), .bilinear, .bicubic(coefficient: -0.75)] {
      try checkGradients(
        single(
          .resize(
            Resize(.size(HW(7, 3)), mode: mode, coordinates: .halfPixel)), [5, 4, 5]), seed: 81)
    }
  }

  @Test func `Softmax, reshapes and channels`() throws {
    try checkGradients(single(.softmax, [7]), seed: 91)
    try checkGradients(single(.softmax, [5, 3, 2]), seed: 92)
    try checkGradients(single(.flatten, [5, 3, 2]), seed: 93)
    try checkGradients(single(.reshape([2, 3, 5]), [5, 3, 2]), seed: 94)
    try checkGradients(single(.channels(2..<5), [7, 3, 2]), seed: 95)
    try checkGradients(single(.channels(16..<20), [33, 3, 2]), seed: 96)
    try checkGradients(single(.channels(2..<5), [7]), seed: 97)
    try checkGradients(single(.shuffle(groups: 3), [6, 3, 2]), seed: 98)
  }

  @Test func `Sums, products and concatenations, also spread over a map`() throws {
    for layer in [Layer.add, .multiply] {
      for pooled in [false, true] {
        var network = Network(name: "binary", inputShape: [5, 4, 3])
        network.append(
          "conv", .convolution(Convolution(weight: onGrid([5, 5, 1, 1], seed: 1))))
        let branch =
          pooled ? network.append("pool", .globalPooling(.average(includesPadding: false))) : 1
        network.append("both", layer, inputs: [0, branch])
        network.append("act", .activation(.relu))
        try checkGradients(network, seed: 101)
      }
    }
    for channels in [5, 16] {
      var network = Network(name: "cat", inputShape: [channels, 4, 3])
      network.append("act", .activation(.tanh))
      network.append("cat", .concatenate, inputs: [1, 0, 1])
      network.append("square", .multiply, inputs: [2, 2])
      try checkGradients(network, seed: 102)
    }
  }
}
