import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

/// The way back through filters, filtered activations and phases.
struct AntiAliasingGradientTests {
  @Test func `Blur pools of every convention and border`() throws {
    for convention in BlurPool.Convention.allCases {
      // Composer's takes odd numbers of taps only.
      for taps in convention == .composer ? [3, 5] : [2, 3, 5] {
        let layer = BlurPool(convention, filterSize: HW(taps, taps), stride: 2)
        try checkGradients(single(.blurPool(layer), [5, 7, 8]), seed: 1)
      }
    }
    for border in BorderMode.allCases {
      let layer = BlurPool(.zhang, filterSize: HW(4, 3), stride: HW(2, 3), padding: border)
      try checkGradients(single(.blurPool(layer), [17, 6, 9]), seed: 2)
    }
  }

  @Test func `Separable pools`() throws {
    let rows = FilterAxis(taps: [0.25, -0.5, 1], stride: 2, lead: 1, padding: .symmetric)
    let columns = FilterAxis(taps: [1, 0.5], stride: 1, lead: -1, output: 6, padding: .circular)
    try checkGradients(
      single(.separablePool(SeparablePooling(rows: rows, columns: columns)), [5, 7, 5]), seed: 3)
  }

  @Test func `Ideal and spectral pools`() throws {
    for edge in [BandEdge.drop, .halve, .keep] {
      try checkGradients(
        single(.idealPool(IdealPooling(stride: 2, bandEdge: edge)), [5, 8, 12]), seed: 4)
      try checkGradients(
        single(.idealPool(IdealPooling(stride: HW(3, 2), bandEdge: edge)), [5, 7, 9]), seed: 5)
      try checkGradients(
        single(
          .idealPool(IdealPooling(stride: HW(2, 3), bandEdge: edge, taper: .rootHamming)),
          [5, 7, 9]), seed: 5)
      for size in [HW(5, 6), HW(11, 3), HW(4, 4), HW(1, 16)] {
        try checkGradients(
          single(.spectralPool(SpectralPooling(size: size, bandEdge: edge)), [5, 7, 8]), seed: 6)
      }
    }
  }

  @Test func `Filtered activations`() throws {
    let functions: [FilteredFunction] = [
      FilteredFunction(.relu), FilteredFunction(.gelu), FilteredFunction(.sigmoid, factor: 3),
      FilteredFunction(.tanh, factor: 1), FilteredFunction(.polynomial([0.5, 1, -0.25, 0.125])),
    ]
    for function in functions {
      try checkGradients(single(.filteredActivation(function), [5, 6, 7]), seed: 7)
    }
  }

  /// Maps beyond those that are multiplied by matrices, and a polynomial on the grid itself.
  @Test func `Transforms of long maps, and functions by themselves`() throws {
    try checkGradients(
      single(.idealPool(IdealPooling(stride: HW(1, 2))), [5, 2, 92]), seed: 11)
    try checkGradients(
      single(.spectralPool(SpectralPooling(size: HW(2, 70))), [5, 2, 80]), seed: 12)
    let polynomial = FilteredFunction.Function.polynomial([0.5, 1, -0.25, 0.125])
    for (function, shape) in [
      (FilteredFunction(polynomial), [5, 2, 50]), (FilteredFunction(.gelu), [5, 2, 50]),
      (FilteredFunction(polynomial, factor: 1), [5, 6, 7]),
    ] {
      try checkGradients(single(.filteredActivation(function), shape), seed: 13)
    }
  }

  @Test func `The phase that was chosen is taken as given`() throws {
    for size in [HW(6, 8), HW(5, 7)] {
      var network = Network(name: "phase", inputShape: [5, size.height, size.width])
      network.append("conv", .convolution(Convolution(weight: onGrid([20, 5, 1, 1], seed: 1))))
      let decision = network.append(
        "decision", .polyphaseDecision(PolyphaseDecision(stride: 2)))
      network.append("phase", .polyphase(stride: 2), inputs: [1, decision])
      network.append("up", .polyphaseUpsample(stride: 2), inputs: [network.output, decision])
      try checkGradients(network, seed: 8)
    }
  }

  @Test(arguments: AdaptiveFilter.Scope.allCases)
  func `Filters that a network chooses itself`(_ scope: AdaptiveFilter.Scope) throws {
    let modes: [PaddingMode] = [.reflect, .constant(0), .replicate, .circular]
    // Groups within a block of 16 channels, as wide as one, over two, and behind its border.
    for (index, (channels, groups)) in [(6, 2), (32, 2), (24, 1), (33, 3)].enumerated() {
      for stride: HW in [1, 2, [3, 2]] {
        let filter = AdaptiveFilter(
          kernel: [[3, 3], [1, 5], [3, 1], [5, 3]][index], groups: groups, scope: scope,
          paddingMode: modes[(index + stride.height) % 4])
        var network = Network(name: "adaptive", inputShape: [channels, 7, 6])
        let predictor = Convolution(
          weight: onGrid([filter.logits, channels, 1, 1], seed: 9, scale: 0.2))
        network.appendAdaptiveFilterPool("pool", filter, predictor: predictor, stride: stride)
        try checkGradients(network, seed: 10)
      }
    }
  }
}
