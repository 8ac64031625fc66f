import Foundation
import MoireLayers
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

/// Whole runs on networks whose numbers are known.
@Suite struct ProtocolRunTests {
  static let untouched = AuditDocument.PreprocessingSummary(description: "test")

  /// Inputs that are 32 × 32 cuts of the fixture's photo.
  static func images(_ count: Int, labels: [Int?]? = nil) throws -> ShiftRun.Images {
    let photo = try ProtocolViewTests.input()
    let inputs = try (0..<count).map { index in
      var input = photo
      input.name = "photo \(index)"
      input.label = labels?[index]
      input.tensor = try photo.tensor.shiftedWithZeros(by: HW(index, 0))
      return input
    }
    return ShiftRun.Images(
      source: AuditSource(inputs), labels: labels ?? Array(repeating: nil, count: count),
      margin: 4, arePhotos: true)
  }

  static func values(_ shape: [Int], seed: UInt64) throws -> Tensor {
    var generator = SeededGenerator(seed: seed)
    return try Tensor(
      shape: shape, values: (0..<shape.reduce(1, *)).map { _ in Float(generator.normal()) })
  }

  /// Convolution, ReLU, optionally a pool, global pool, classes.
  static func classifier(
    classes: Int = 8, scale: Float = 1, padding: PaddingMode = .circular, pool: Layer? = nil
  ) throws -> Network {
    var network = Network(name: "test", inputShape: [3, 32, 32])
    network.append(
      "conv",
      .convolution(
        Convolution(
          weight: try values([8, 3, 3, 3], seed: 1), padding: 1, paddingMode: padding)))
    network.append("relu", .activation(.relu))
    if let pool { network.append("pool", pool) }
    network.append("gap", .globalPooling(.average(includesPadding: true)))
    network.append("flatten", .flatten)
    let weight = try values([classes, 8], seed: 2)
    network.append(
      "fc",
      .linear(
        Linear(
          weight: try Tensor(shape: weight.shape, values: weight.values.map { $0 * scale }),
          bias: try Tensor(shape: [classes], values: (0..<classes).map { Float($0) / 10 }))))
    return network
  }

  static func document(
    _ network: Network, _ images: ShiftRun.Images, _ protocols: [String]?,
    settings: ShiftSettings = ShiftSettings(passes: 2), threads: Int = 1
  ) throws -> ShiftDocument {
    let run = try ShiftRun(
      network: network, images: images, protocols: protocols, settings: settings,
      threads: threads, preprocessing: untouched)
    return ShiftDocument(
      run.header, try (0..<images.source.count).map { try run.record($0) })
  }

  static func metric(
    _ name: String, _ result: ShiftDocument.Result
  ) -> ShiftDocument.Metric? {
    result.metrics.first { $0.name == name }
  }

  static let classProtocols = ShiftCatalog.entries.filter(\.isForClasses).map(\.name)

  /// A constant classifier is 100 % consistent under every protocol, and as accurate as its labels.
  @Test func constantClassifier() throws {
    var images = try Self.images(3, labels: [7, 7, 2])
    images.training = try Self.images(10).source
    let document = try Self.document(
      Self.classifier(scale: 0), images, Self.classProtocols,
      settings: ShiftSettings(passes: 2, gridStep: 9))
    #expect(document.protocols.map(\.name) == Self.classProtocols)
    #expect(document.images.accuracy?.value == 2.0 / 3)
    for result in document.protocols {
      #expect(result.images == 3 && result.refused.isEmpty, "\(result.name): \(result.refused)")
      #expect(!result.metrics.isEmpty)
      for metric in result.metrics {
        switch ShiftTrial.Measure(rawValue: metric.name) {
        case .consistency, .allAgree, .consistencyAmongCorrect: #expect(metric.value == 1)
        case .variation:
          // The mean of equal numbers is rounded.
          #expect((metric.value ?? 1) < 1e-12)
        case .change, .mac, .jaggedness, .logitVariance, .sis:
          #expect(metric.value == 0)
        case .accuracy, .firstAccuracy, .shiftedAccuracy, .worstAccuracy:
          #expect(abs((metric.value ?? 0) - 2.0 / 3) < 1e-12)
        default: break
        }
        if let low = metric.low, let high = metric.high, let value = metric.value {
          #expect(low <= value && value <= high, "\(result.name) \(metric)")
        }
      }
    }
  }

  /// A circular network of stride 1 with a global pool sees nothing of a circular shift, whole or not.
  @Test func circularStrideOneIsInvariant() throws {
    let document = try Self.document(
      Self.classifier(), Self.images(2, labels: [0, 1]),
      ["aps-circular", "zhang-circular", "lps-circular", "afc-integer", "sis", "circular"])
    for result in document.protocols {
      let consistency =
        Self.metric("consistency", result) ?? Self.metric("consistency_all", result)
      #expect(consistency?.value == 1, "\(result.name)")
      // Sums over positions in another order round differently.
      if let variance = Self.metric("logit_variance", result)?.value { #expect(variance < 1e-8) }
    }
  }

  /// Every whole circular shift of a circular network of stride 1 without a pool: no difference at all.
  @Test func circularNetworkHasInfiniteEquivariance() throws {
    var network = Network(name: "maps", inputShape: [3, 32, 32])
    network.append(
      "conv",
      .convolution(
        Convolution(
          weight: try Self.values([3, 3, 3, 3], seed: 4), padding: 1, paddingMode: .circular)))
    let images = try Self.images(2)
    let document = try Self.document(network, images, ["eq-t", "eq-t-frac", "massc"])
    #expect(document.protocols[0].pairs == 4)
    let error = try #require(Self.metric("equivariance_error", document.protocols[0]))
    let decibel = try #require(Self.metric("eq_t_db", document.protocols[0]))
    #expect(error.value == 0 && decibel.value == nil && decibel.interval != nil)
    // A linear convolution commutes with fractional shifts too; Lanczos-3 differs from the ideal.
    let fraction = try #require(Self.metric("eq_t_db", document.protocols[1])?.value)
    #expect(fraction > 0 && fraction < 60)
    #expect(try #require(Self.metric("massc", document.protocols[2])?.value) > 0.8)
  }

  /// Zhang's example: under max-pool [0,0,1,1,0,0,1,1] gives [0,1,0,1], and shifted by one [1,1,1,1];
  /// under MaxBlurPool [½,1,½,1] and [¾,¾,¾,¾]: the mean of the second does not change.
  @Test func maxPoolAndMaxBlurPool() throws {
    func outputs(_ network: Network) throws -> [[Float]] {
      let row: [Float] = [0, 0, 1, 1, 0, 0, 1, 1]
      let x = try Tensor(
        shape: [1, 1, 8, 8], values: (0..<8).flatMap { _ in row })
      let maker = ViewMaker(AuditInput(name: "toy", tensor: x))
      let evaluator = try ViewEvaluator(network, workers: 1)
      return try evaluator.map(maker, [.plain, .rolled([0, 1])]) { Array($1.values[0..<4]) }
    }
    var plain = Network(name: "max", inputShape: [1, 8, 8])
    plain.append("pool", .pooling(Pooling(.max, kernel: 2, stride: 2)))
    #expect(try outputs(plain) == [[0, 1, 0, 1], [1, 1, 1, 1]])
    var blurred = Network(name: "blur", inputShape: [1, 8, 8])
    blurred.append("pad", .pad(Padding(top: 0, left: 0, bottom: 1, right: 1), .circular))
    blurred.append("max", .pooling(Pooling(.max, kernel: 2, stride: 1)))
    blurred.append(
      "blur",
      .separablePool(
        SeparablePooling(
          FilterAxis(taps: [0.25, 0.5, 0.25], stride: 2, lead: 1, padding: .circular))))
    #expect(try outputs(blurred) == [[0.5, 1, 0.5, 1], [0.75, 0.75, 0.75, 0.75]])
  }

  /// `circular` and `crop` are the audit's own, number by number.
  @Test func theAuditsProtocolsAreTheSame() throws {
    let network = try Self.classifier(
      padding: .constant(0), pool: .pooling(Pooling(.max, kernel: 2, stride: 2)))
    let images = try Self.images(3, labels: [1, 2, 3])
    let settings = ShiftSettings(passes: 3, seed: 4)
    let document = try Self.document(
      network, images, ["circular", "crop"], settings: settings, threads: 2)
    let audit = try Audit(
      network: network, source: images.source, options: Audit.Options(passes: 3, seed: 4),
      preprocessing: Self.untouched
    ).document
    for (result, reading) in zip(document.protocols, audit.shift) {
      #expect(result.name == reading.protocol)
      let pairs: [(String, Double?)] = [
        ("consistency", reading.consistency), ("p_top1_change", reading.pTop1Change),
        ("mac", reading.mac), ("logit_variance", reading.logitVariance),
        ("accuracy", reading.accuracy), ("worst_shift_accuracy", reading.worstShiftAccuracy),
      ]
      for (name, value) in pairs {
        let got = Self.metric(name, result)?.value
        #expect(abs((got ?? -1) - (value ?? -1)) < 1e-12, "\(result.name) \(name)")
      }
    }
  }

  @Test func numbersDoNotDependOnThreadsAndViewsAreSeenOnce() throws {
    let network = try Self.classifier(pool: .pooling(Pooling(.max, kernel: 2, stride: 2)))
    let images = try Self.images(2, labels: [1, 2])
    let protocols = ["zhang-crop", "aw-crop-code", "nonshiftability", "afc-half"]
    let documents = try [1, 3].map {
      try Self.document(network, images, protocols, threads: $0)
    }
    #expect(documents[0] == documents[1])
    let twice = try Self.document(network, images, ["sis", "sis"])
    // The unshifted image and four shifts.
    #expect(twice.images.evaluations == 2 * 5)
    // 4 windows of 9 different crops, whose 64 views overlap.
    let code = try Self.document(network, images, ["aw-crop-code"])
    #expect(code.images.evaluations == 2 * (1 + 4 * 9) && code.protocols[0].pairs == 64)
    #expect(code.protocols[0].series.map(\.value) == [0.1, 0.4, 0.7, 1])
  }
}
