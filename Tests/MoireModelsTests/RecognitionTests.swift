import MoireLayers
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@testable import MoireModels

/// Anti-aliasing layers that files hold as several standard operators.
@Suite struct RecognitionTests {
  /// A network, written and read again, with the sites it has then: the same outputs to a few roundings.
  private func again(_ network: Network) throws -> Network {
    let again = try ONNXModel(bytes: network.onnx(), name: network.name).network()
    let input = LayerCases.random([3] + network.inputShape, seed: 6)
    let expected = try CompiledNetwork(network, batch: 3).run(input)
    let got = try CompiledNetwork(again, batch: 3).run(input)
    #expect(got.shape == expected.shape)
    #expect(Fixtures.errorOfRange(got.values, expected.values) < 2e-6, "\(network.name)")
    let sites = try network.samplingSites(), read = try again.samplingSites()
    #expect(read.map(\.path) == sites.map(\.path))
    #expect(read.map(\.operation) == sites.map(\.operation))
    #expect(read.map(\.stride) == sites.map(\.stride))
    #expect(read.map(\.phase) == sites.map(\.phase))
    #expect(read.map(\.denseSize) == sites.map(\.denseSize))
    return again
  }

  private func layers(_ layer: Layer, _ shape: [Int] = [5, 12, 9]) throws -> [Layer] {
    var network = Network(name: "\(layer)", inputShape: shape)
    network.append("body.layer", layer)
    let read = try again(network)
    #expect(read.nodes.map(\.path) == ["body.layer"])
    return read.nodes.map(\.layer)
  }

  @Test(
    arguments: BlurPool.Convention.allCases, [BorderMode.reflect, .zero, .circular, .replicate])
  func blurPools(_ convention: BlurPool.Convention, _ padding: BorderMode) throws {
    for (filter, stride) in [
      (HW(4, 4), HW(2, 2)), ([3, 5], [2, 2]), ([7, 2], [3, 1]), ([5, 1], [2, 4]),
    ] {
      for shape in [[5, 12, 9], [1, 7, 16], [16, 3, 4]] {
        let blur = BlurPool(convention, filterSize: filter, stride: stride, padding: padding)
        guard let geometry = try? blur.geometry(size: HW(shape[1], shape[2])) else { continue }
        let read = try layers(.blurPool(blur), shape)
        guard case .blurPool(let found)? = read.first else {
          Issue.record("\(blur) of \(shape) came back as \(read)")
          continue
        }
        // Conventions that agree on a size are the same filter.
        let other = try found.geometry(size: HW(shape[1], shape[2]))
        #expect(
          other.rows.lead == geometry.rows.lead && other.columns.lead == geometry.columns.lead)
        #expect(other.outputSize == geometry.outputSize)
        let edges = [
          geometry.rows.lead, geometry.rows.trail, geometry.columns.lead, geometry.columns.trail,
        ]
        #expect(found.padding == padding || edges.allSatisfy { $0 <= 0 })
      }
    }
  }

  @Test func separablePools() throws {
    let haar = FilterAxis(
      taps: [0.5, 0.5].map { $0 * 2.0.squareRoot() }, stride: 2, padding: .zero)
    let rows = FilterAxis(taps: [0.2, 0.7, 0.3, -0.1], stride: 3, lead: 2, padding: .replicate)
    let early = FilterAxis(taps: [0.1, 0.6], stride: 2, lead: -1, output: 3, padding: .reflect)
    for pool in [
      SeparablePooling(haar), SeparablePooling(rows: rows, columns: haar),
      SeparablePooling(rows: early, columns: rows),
    ] {
      guard case .separablePool(let found)? = try layers(.separablePool(pool)).first else {
        Issue.record("\(pool) is no separable pool any more")
        continue
      }
      #expect(found.stride == pool.stride)
      #expect(found.rows.lead == pool.rows.lead && found.columns.lead == pool.columns.lead)
      #expect(found.rows.output == pool.rows.output)
    }
  }

  /// A depthwise convolution whose channels differ, or that has a bias, stays what it is.
  @Test func learnedFiltersStayConvolutions() throws {
    let plane: [Float] = [1, 2, 1, 2, 4, 2, 1, 2, 1]
    func depthwise(_ weight: [Float], bias: Float? = nil, stride: HW = 2) throws -> Layer {
      let count = weight.count / 9
      return .convolution(
        Convolution(
          weight: try Tensor(shape: [count, 1, 3, 3], values: weight),
          bias: try bias.map { try Tensor(shape: [count], repeating: $0) }, stride: stride,
          padding: 1, groups: count))
    }
    let same = plane + plane
    for layer in [
      try depthwise(plane + plane.map { $0 + 0.001 }), try depthwise(same, bias: 1),
      try depthwise(same, stride: 1), try depthwise(plane),
      try depthwise((0..<18).map { Float($0 % 9) * Float($0 % 9) }),
    ] {
      let count = if case .convolution(let layer) = layer { layer.groups } else { 0 }
      #expect(try layers(layer, [count, 9, 8]) == [layer])
    }
    guard case .separablePool? = try layersOfFile(depthwise(same)).first else {
      Issue.record("the same separable filter in both channels is a filter")
      return
    }
  }

  private func layersOfFile(_ layer: Layer) throws -> [Layer] {
    var network = Network(name: "n", inputShape: [2, 9, 8])
    network.append("l", layer)
    return try ONNXModel(bytes: network.onnx(), name: "n").network().nodes.map(\.layer)
  }

  @Test(arguments: [BandEdge.drop, .halve, .keep])
  func idealPools(_ edge: BandEdge) throws {
    for (shape, stride) in [
      ([3, 12, 16], HW(2, 2)), ([3, 12, 8], [3, 1]), ([17, 9, 11], [2, 2]), ([1, 7, 13], [3, 4]),
      ([2, 1, 10], [1, 2]), ([2, 16, 16], [4, 4]),
    ] {
      let layer = Layer.idealPool(IdealPooling(stride: stride, bandEdge: edge))
      guard case .idealPool(let found)? = try layers(layer, shape).first else {
        Issue.record("\(layer) of \(shape) is no ideal pool any more")
        continue
      }
      #expect(found.stride == stride)
    }
    for size in [HW(8, 18), [7, 4], [20, 20], [11, 9]] {
      let layer = Layer.spectralPool(SpectralPooling(size: size, bandEdge: edge))
      #expect(try layers(layer, [3, 10, 9]).count == 1)
    }
  }

  @Test(arguments: [IdealPooling.Taper.rootHamming, .hann])
  func taperedPools(_ taper: IdealPooling.Taper) throws {
    for (shape, stride) in [
      ([3, 12, 16], HW(2, 2)), ([3, 12, 8], [3, 1]), ([17, 9, 11], [2, 2]), ([2, 1, 10], [1, 2]),
    ] {
      let layer = Layer.idealPool(IdealPooling(stride: stride, taper: taper))
      #expect(try layers(layer, shape) == [layer])
    }
  }

  @Test func filteredActivations() throws {
    for function in [
      FilteredFunction(.relu, factor: 3), FilteredFunction(.gelu), FilteredFunction(.silu),
      FilteredFunction(.polynomial([0.25, 0.5, 0.125])), FilteredFunction(.polynomial([0, 1])),
      FilteredFunction(.polynomial([0.5, 0, 0, -2]), factor: 2),
    ] {
      #expect(try layers(.filteredActivation(function)) == [.filteredActivation(function)])
    }
  }

  @Test(arguments: Polyphase.Criterion.allCases)
  func decisions(_ criterion: Polyphase.Criterion) throws {
    for (shape, stride) in [
      ([3, 10, 8], HW(2, 2)), ([5, 9, 7], [2, 2]), ([2, 7, 6], [3, 1]), ([1, 1, 9], [1, 4]),
    ] {
      var network = Network(name: "aps \(stride)", inputShape: shape)
      let decision = PolyphaseDecision(stride: stride, criterion: criterion)
      let choice = network.append("choice", .polyphaseDecision(decision), inputs: [0])
      let down = network.append("down", .polyphase(stride: stride), inputs: [0, choice])
      network.append("up", .polyphaseUpsample(stride: stride), inputs: [down, choice])
      let read = try again(network)
      #expect(read.nodes.map(\.layer) == network.nodes.map(\.layer))
      #expect(read.nodes.map(\.inputs) == network.nodes.map(\.inputs))
      #expect(read.nodes.map(\.path) == network.nodes.map(\.path))
    }
  }

  @Test(arguments: AdaptiveFilter.Scope.allCases)
  func adaptiveFilters(_ scope: AdaptiveFilter.Scope) throws {
    for (kernel, groups) in [(HW(3, 3), 1), ([3, 3], 2), ([5, 3], 6), ([1, 3], 3)] {
      for mode in [PaddingMode.reflect, .constant(0), .circular, .replicate] {
        let filter = AdaptiveFilter(kernel: kernel, groups: groups, scope: scope, paddingMode: mode)
        let network = LayerCases.adaptiveFilter("filters", filter)
        let read = try again(network)
        // Over one group both scopes are the same.
        var expected = network.nodes.map(\.layer)
        if groups == 1 {
          expected[1] = .adaptiveFilter(
            AdaptiveFilter(kernel: kernel, groups: 1, paddingMode: mode))
        }
        #expect(read.nodes.map(\.layer) == expected)
        #expect(read.nodes.map(\.path) == network.nodes.map(\.path))
      }
    }
  }

  /// Learned scores (LPS): a small network on every phase, the argmax of its means.
  @Test func learnedDecisions() throws {
    var network = Network(name: "lps", inputShape: [2, 8, 6])
    let filters = Convolution(
      weight: LayerCases.random([1, 2, 3, 3], seed: 8), padding: 1, paddingMode: .circular)
    let scores = (0..<4).map { phase -> Int in
      network.append(
        "phase\(phase)", .subsample(stride: 2, offset: HW(phase / 2, phase % 2)), inputs: [0])
      network.append("score\(phase)", .convolution(filters))
      network.append("mean\(phase)", .globalPooling(.average(includesPadding: false)))
      return network.append("flat\(phase)", .flatten)
    }
    network.append("scores", .concatenate, inputs: scores)
    let choice = network.append("choice", .oneHotArgmax)
    network.append("down", .polyphase(stride: 2), inputs: [0, choice])
    let read = try again(network)
    #expect(read.nodes.map(\.layer) == network.nodes.map(\.layer))
  }

  @Test(arguments: [PaddingMode.circular, .reflect, .replicate])
  func paddedConvolutions(_ mode: PaddingMode) throws {
    for padding in [Padding(1), Padding(top: 2, left: 0, bottom: 1, right: 3), Padding(left: 2)] {
      let layer = Layer.convolution(
        Convolution(
          weight: LayerCases.random([4, 5, 3, 3], seed: 2), stride: [2, 1], padding: padding,
          paddingMode: mode))
      #expect(try layers(layer) == [layer])
    }
  }
}

extension Padding {
  fileprivate init(_ all: Int) { self.init(top: all, left: all, bottom: all, right: all) }
}
