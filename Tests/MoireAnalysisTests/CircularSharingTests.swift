import Foundation
import MoireLayers
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

/// What circular shifts of a circular network have in common is computed once, and no number changes.
@Suite struct CircularSharingTests {
  static let protocols = [
    "zhang-circular", "aps-circular", "lps-circular", "afc-integer", "afc-adversary", "afc-half",
    "zhang-adversary", "zhang-crop", "circular", "sis",
  ]

  /// Strides 2, 2 and 2, circular or with zeros around the last convolution, 8 classes.
  static func network(isCircular: Bool = true, weight: Float? = nil) throws -> Network {
    var network = Network(name: "strides", inputShape: [3, 32, 32])
    var channels = 3
    for (index, outputs) in [8, 12, 8].enumerated() {
      let mode: PaddingMode = isCircular || index < 2 ? .circular : .constant(0)
      network.append(
        "conv\(index)",
        .convolution(
          Convolution(
            weight: try ProtocolRunTests.values([outputs, channels, 3, 3], seed: UInt64(index)),
            stride: 2, padding: 1, paddingMode: mode)))
      network.append("relu\(index)", .activation(.relu))
      channels = outputs
    }
    network.append("gap", .globalPooling(.average(includesPadding: true)))
    network.append("flatten", .flatten)
    let last =
      try weight.map { try Tensor(shape: [8, 8], repeating: $0) }
      ?? ProtocolRunTests.values([8, 8], seed: 9)
    network.append("fc", .linear(Linear(weight: last)))
    return network
  }

  /// The same network behind zeros that are put around the image and taken off again: they say nothing, but
  /// hide that the network is circular.
  static func hidden(_ network: Network) -> Network {
    var result = Network(name: network.name, inputShape: network.inputShape)
    result.append("on", .pad(1, .constant(0)))
    result.append("off", .pad(-1, .constant(0)))
    for node in network.nodes {
      result.append(node.path, node.layer, inputs: node.inputs.map { $0 + 2 })
    }
    return result
  }

  static func shared(_ document: ShiftDocument) -> Bool {
    document.remarks.contains { $0.contains("computed once") }
  }

  @Test(arguments: [1, 7], [true, false]) func numbersAreThoseOfWholeRuns(
    _ step: Int, _ isCircular: Bool
  ) throws {
    let network = try Self.network(isCircular: isCircular)
    let images = try ProtocolRunTests.images(2, labels: [0, 1])
    let settings = ShiftSettings(passes: 3, gridStep: step)
    let own = try ProtocolRunTests.document(network, images, Self.protocols, settings: settings)
    let whole = try ProtocolRunTests.document(
      Self.hidden(network), images, Self.protocols, settings: settings)
    #expect(Self.shared(own) && !Self.shared(whole))
    #expect(own.images.evaluations == whole.images.evaluations)
    for (a, b) in zip(own.protocols, whole.protocols) {
      #expect(a.metrics.map(\.name) == b.metrics.map(\.name))
      for (x, y) in zip(a.metrics, b.metrics) {
        // Logits differ by rounding, some 1e-7 of 10; variances are squares of them.
        let (x, y) = (x.value ?? -1, y.value ?? -1)
        #expect(abs(x - y) <= 1e-5 * max(1, abs(y)), "\(a.name) \(x) \(y)")
      }
    }
  }

  /// A network that answers with maps.
  @Test func mapsToo() throws {
    var network = Network(name: "maps", inputShape: [3, 32, 32])
    func convolution(_ seed: UInt64) throws -> Layer {
      .convolution(
        Convolution(
          weight: try ProtocolRunTests.values([3, 3, 3, 3], seed: seed), padding: 1,
          paddingMode: .circular))
    }
    network.append("a", try convolution(1))
    network.append("pool", .pooling(Pooling(.max, kernel: 2, stride: 2)))
    network.append("b", try convolution(2))
    network.append("up", .resize(Resize(.factors(height: 2, width: 2), mode: .bilinear)))
    let images = try ProtocolRunTests.images(2)
    let own = try ProtocolRunTests.document(network, images, ["eq-t", "eq-t-frac"])
    let whole = try ProtocolRunTests.document(
      Self.hidden(network), images, ["eq-t", "eq-t-frac"])
    #expect(Self.shared(own) && !Self.shared(whole))
    for (a, b) in zip(own.protocols, whole.protocols) {
      let x = try #require(ProtocolRunTests.metric("eq_t_db", a)?.value)
      let y = try #require(ProtocolRunTests.metric("eq_t_db", b)?.value)
      #expect(abs(x - y) < 1e-4 && y < 60)
    }
  }

  /// The same bytes from any number of threads, few shifts or many.
  @Test(arguments: [["zhang-circular", "sis"], ["zhang-adversary"]]) func threadsChangeNothing(
    _ protocols: [String]
  ) throws {
    let images = try ProtocolRunTests.images(2, labels: [0, 1])
    let documents = try [1, 2, 3, 5].map { threads in
      try ProtocolRunTests.document(
        Self.network(), images, protocols, settings: ShiftSettings(passes: 4), threads: threads)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    for document in documents {
      #expect(Self.shared(document))
      #expect(try encoder.encode(document) == encoder.encode(documents[0]))
    }
  }

  @Test func whatIsNotSharedIsNotSaidToBe() throws {
    let images = try ProtocolRunTests.images(1, labels: [0])
    let zeros = try ProtocolRunTests.document(
      ProtocolRunTests.classifier(padding: .constant(0)), images, ["zhang-circular"])
    #expect(!Self.shared(zeros))
    let crops = try ProtocolRunTests.document(Self.network(), images, ["zhang-crop"])
    #expect(!Self.shared(crops))
  }

  /// An image without a finite answer is skipped with the reason.
  @Test func notFinite() throws {
    let images = try ProtocolRunTests.images(1, labels: [0])
    let document = try ProtocolRunTests.document(
      Self.network(weight: .nan), images, ["zhang-circular"])
    #expect(Self.shared(document) && document.images.read == 0)
    #expect(try #require(document.images.skipped.first).reason.contains("finite"))
  }

  @Test func treesShareWhatPhasesAgreeOn() {
    let strides: [HW] = [2, HW(1, 3), 2]
    let shifts: [HW] = [HW(0, 0), HW(0, 1), HW(2, 0), HW(0, 2), HW(1, 2)]
    let tree = ShiftTree(shifts, strides: strides)
    #expect(Set(tree.phases[0][0] ?? []) == [HW(0, 0), HW(0, 1), HW(1, 0)])
    // Behind (0, 0): 0 by (0, 0) and (2, 0), 1 by (0, 2).
    #expect(Set(tree.phases[1][0] ?? []) == [HW(0, 0), HW(0, 1)])
    #expect(Set(tree.phases[2][0] ?? []) == [HW(0, 0), HW(1, 0)])
    #expect(tree.branching == [3, 2, 2])
    #expect(tree.cost([1, 10, 100, 1000]) == 1 + 30 + 400 + 5000)
    for count in 1...7 {
      let parts = ShiftTree.parts(shifts, strides: strides, count: count)
      #expect(parts.count == count)
      let leaves = parts.map { $0.phases[2].values.reduce(0) { $0 + $1.count } }
      #expect(leaves.reduce(0, +) == 5 && leaves.allSatisfy { $0 <= (5 + count - 1) / count })
    }
  }
}
