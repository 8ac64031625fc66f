import Foundation
import MoireLayers
import MoireTensors
import TestSupport
import Testing

@Suite struct AdaptiveFilterTests {
  /// A map of so many channels, filtered by what a small convolution makes of it.
  static func network(
    _ shape: [Int], _ filter: AdaptiveFilter, stride: HW = 2, scale: Float = 1
  ) throws -> Network {
    var network = Network(name: "adaptive", inputShape: shape)
    let weight = random([filter.logits, shape[0], 3, 3], seed: 4)
    let predictor = Convolution(
      weight: try Tensor(shape: weight.shape, values: weight.values.map { $0 * scale }), padding: 1,
      paddingMode: .reflect)
    let normal = BatchNormalization(
      scale: random([filter.logits], seed: 5), shift: random([filter.logits], seed: 6),
      mean: random([filter.logits], seed: 7),
      variance: try Tensor(shape: [filter.logits], repeating: 1.5))
    network.appendAdaptiveFilterPool(
      "pool", filter, predictor: predictor, normalization: normal, stride: stride)
    return network
  }

  @Test(arguments: AdaptiveFilter.Scope.allCases)
  func matchesTheDefinition(_ scope: AdaptiveFilter.Scope) throws {
    let modes: [PaddingMode] = [.reflect, .constant(0), .replicate, .circular]
    let sizes: [HW] = [[12, 6], [9, 7], [1, 11], [2, 2], [1, 1]]
    for (index, size) in sizes.enumerated() {
      for (channels, groups) in [(1, 1), (6, 2), (16, 1), (20, 4), (33, 3), (32, 2), (7, 7)] {
        let filter = AdaptiveFilter(
          kernel: [[3, 3], [1, 5], [5, 3]][(index + channels) % 3], groups: groups, scope: scope,
          paddingMode: modes[(index + groups) % 4])
        let stride: HW = [[2, 2], [1, 1], [3, 2], [1, 2]][(index + channels) % 4]
        let network = try Self.network([channels, size.height, size.width], filter, stride: stride)
        try check(network, seed: 3, batch: index % 2 == 0 ? 3 : 1)
      }
    }
  }

  /// Positive weights that sum to 1 leave a constant alone, and nothing leaves the range of its window.
  @Test func aConstantStays() throws {
    for scope in AdaptiveFilter.Scope.allCases {
      let filter = AdaptiveFilter(groups: 2, scope: scope)
      let network = try Self.network([4, 8, 8], filter)
      let input = try Tensor(shape: [1, 4, 8, 8], repeating: 0.75)
      let answer = try CompiledNetwork(network).run(input)
      if scope == .group {
        #expect(answer.values.allSatisfy { abs($0 - 0.75) < 1e-6 })
      } else {
        // The two groups share the sum.
        for p in 0..<16 { #expect(abs(answer[p] + answer[32 + p] - 0.75) < 1e-6) }
      }
    }
  }

  /// Logits far apart: exp does not overflow, and the largest wins.
  @Test func extremeLogits() throws {
    let network = try Self.network([4, 6, 6], AdaptiveFilter(groups: 2), scale: 1e6)
    let input = random([1, 4, 6, 6], seed: 9)
    let answer = try CompiledNetwork(network).run(input)
    let (low, high) = (try #require(input.values.min()), try #require(input.values.max()))
    #expect(answer.values.allSatisfy { $0 >= low - 1e-5 && $0 <= high + 1e-5 })
  }

  /// The subsampling is a site, and its dense map is the filtered one.
  @Test func theSite() throws {
    let filter = AdaptiveFilter(groups: 2)
    let network = try Self.network([4, 9, 8], filter)
    let sites = try network.samplingSites()
    #expect(sites.map(\.path) == ["pool.subsample"] && sites[0].phase == [0, 0])
    #expect(sites[0].outputSize == HW(5, 4))
  }

  @Test func whatDoesNotFitIsRefused() throws {
    func failure(_ filter: AdaptiveFilter, _ map: [Int], _ logits: [Int]) -> String {
      do { return "\(try Layer.adaptiveFilter(filter).outputShape(of: [map, logits]))" } catch {
        return "\(error)"
      }
    }
    let filter = AdaptiveFilter(groups: 2)
    #expect(failure(filter, [4, 5, 6], [18, 5, 6]) == "[4, 5, 6]")
    #expect(failure(filter, [3, 5, 6], [18, 5, 6]).contains("3 channels"))
    #expect(failure(filter, [4, 5, 6], [18, 5, 5]).contains("[18, 5, 6]"))
    #expect(failure(AdaptiveFilter(kernel: 4, groups: 2), [4, 5, 6], [32, 5, 6]).contains("4×4"))
    #expect(
      failure(AdaptiveFilter(groups: 2, paddingMode: .constant(1)), [4, 5, 6], [18, 5, 6])
        .contains("not with 1.0"))
    #expect(failure(AdaptiveFilter(groups: .max), [4, 5, 6], [18, 5, 6]).contains("4 channels"))
  }

  // MARK: PyTorch

  struct Case: Decodable {
    let size, groups, stride: Int
    let joint: Bool
    let input, weight, scale, shift, mean, variance, output: PeerTests.Values
  }

  /// A batch normalisation, a softmax and sums of 25 products: a few roundings of 6e-8.
  @Test func matchesPyTorch() throws {
    let file = try Data(
      contentsOf: Fixtures.folder.appendingPathComponent("layers/adaptive.json"))
    for c in try JSONDecoder().decode([Case].self, from: file) {
      let input = try c.input.tensor
      let filter = AdaptiveFilter(
        kernel: HW(c.size, c.size), groups: c.groups, scope: c.joint ? .joint : .group)
      let pad = c.size / 2
      let predictor = Convolution(
        weight: try c.weight.tensor,
        padding: Padding(top: pad, left: pad, bottom: pad, right: pad), paddingMode: .reflect)
      let normal = BatchNormalization(
        scale: try c.scale.tensor, shift: try c.shift.tensor, mean: try c.mean.tensor,
        variance: try c.variance.tensor)
      var network = Network(name: "peer", inputShape: Array(input.shape.dropFirst()))
      network.appendAdaptiveFilterPool(
        "pool", filter, predictor: predictor, normalization: normal,
        stride: HW(c.stride, c.stride))
      let got = try CompiledNetwork(network, batch: 2).run(input)
      #expect(got.shape == c.output.shape)
      #expect(Fixtures.errorOfRange(got.values, c.output.values) < 2e-6)
    }
  }
}
