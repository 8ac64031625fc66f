import Foundation
import MoireImages
import MoireLayers
import MoireModels
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

@Suite struct ShiftTests {
  /// The metrics over the reference's own list of shifts.
  static func reading(
    _ network: Network, _ inputs: [AuditInput], _ shift: Reference.Shift
  ) throws -> ShiftReading {
    let compiled = try CompiledNetwork(network)
    let kind = try #require(ShiftProtocol.Kind(rawValue: shift.protocol))
    let shiftProtocol = ShiftProtocol(kind: kind, range: 0..<1, passes: shift.pairs.count, seed: 0)
    var metrics = ShiftMetrics(shiftProtocol, isClassifier: true)
    for input in inputs {
      func answer(_ shift: HW) throws -> Answer {
        let image: Tensor? = shiftProtocol.image(of: input, at: shift)
        return Answer(try compiled.run(try #require(image)))
      }
      let passes = try shift.pairs.map { pair in
        let pass = ShiftProtocol.Pass(first: pair[0], second: pair[1])
        return (
          first: try answer(pass.first), second: try answer(pass.second),
          neighbour: try answer(pass.neighbour)
        )
      }
      metrics.add(
        label: input.label, unshifted: Answer(try compiled.run(input.tensor)), passes: passes)
    }
    return try #require(metrics.reading)
  }

  @Test func embeddedNetworkShiftsAsTheReference() throws {
    let network = try SiteAuditTests.embedded()
    for shift in try Reference.embedded().shift ?? [] {
      let got = try Self.reading(network, Reference.fashion(), shift)
      #expect(got.consistency == shift.consistency && got.pTop1Change == shift.pTop1Change)
      #expect(relativeDifference(got.mac ?? 0, shift.mac) < 1e-4)
      #expect(relativeDifference(got.logitVariance, shift.logitVariance) < 1e-4)
      #expect(relativeDifference(got.logitVarianceRelative, shift.logitVarianceRelative) < 1e-4)
    }
  }

  /// Pixels are equal to the reference's; single precision moves logits by about 1e-6 of their range.
  @Test func mobileNetShiftsAsTheReference() throws {
    guard let path = Fixtures.model("mobilenet_v2.ts") else { return }
    let network = try ONNXModel(contentsOf: path).network()
    let shifts = try #require(try Reference.network("mobilenet_v2.ts")?.shift)
    for shift in shifts {
      let got = try Self.reading(network, Reference.photos(.imagenet), shift)
      #expect(got.consistency == shift.consistency && got.pTop1Change == shift.pTop1Change)
      #expect(relativeDifference(got.mac ?? 0, shift.mac) < 1e-3)
      #expect(relativeDifference(got.logitVariance, shift.logitVariance) < 1e-3)
    }
  }

  @Test func shiftsDependOnSeedAndIndexAlone() {
    let a = ShiftProtocol.circular(size: 224, passes: 3, seed: 5)
    #expect(a.range == -32..<32)
    #expect(ShiftProtocol.circular(size: [28, 30], passes: 1, seed: 0).range == -4..<4)
    #expect(ShiftProtocol.circular(size: 3, passes: 1, seed: 0).range == -1..<1)
    #expect(a.passes(ofImage: 0) == a.passes(ofImage: 7))
    #expect(a.passes(ofImage: 0) != a.passes(ofImage: 8))
    #expect(
      a.passes(ofImage: 0)
        != ShiftProtocol.circular(size: 224, passes: 3, seed: 6).passes(ofImage: 0))
    let crop = ShiftProtocol.crop(margin: 32, passes: 200, seed: 1)
    let values = crop.passes(ofImage: 0).flatMap { [$0.first.height, $0.second.width] }
    #expect(values.allSatisfy { (0..<32).contains($0) } && Set(values).count > 25)
    #expect(
      crop.passes(ofImage: 0).allSatisfy {
        $0.neighbour == HW($0.first.height + 1, $0.first.width + 1)
      })
  }

  @Test func rollingAndCropping() throws {
    let tensor = try Tensor(shape: [1, 1, 2, 3], values: [0, 1, 2, 3, 4, 5])
    #expect(tensor.rolled(by: [1, 1]).values == [4, 5, 3, 1, 2, 0])
    #expect(tensor.rolled(by: [-1, -4]).values == [5, 3, 4, 2, 0, 1])
    #expect(tensor.rolled(by: 0) == tensor)
    #expect(tensor.cropped(at: [1, 1], size: [1, 2])?.values == [4, 5])
    #expect(tensor.cropped(at: [1, 2], size: [1, 2]) == nil)
    #expect(tensor.cropped(at: [-1, 0], size: [1, 2]) == nil)
  }

  /// Three images by hand: what each metric counts.
  @Test func metricsCountWhatTheySay() throws {
    func answer(_ values: [Float]) throws -> Answer {
      Answer(try Tensor(shape: [1, 2], values: values))
    }
    var metrics = ShiftMetrics(.circular(size: 8, passes: 1, seed: 0), isClassifier: true)
    let (zero, one) = (try answer([2, 0]), try answer([0, 2]))
    metrics.add(label: 0, unshifted: zero, passes: [(zero, zero, zero)])
    metrics.add(label: 0, unshifted: zero, passes: [(zero, one, one)])
    metrics.add(label: 1, unshifted: zero, passes: [(one, one, one)])
    let reading = try #require(metrics.reading)
    #expect(reading.consistency == 2.0 / 3 && reading.pTop1Change == 1.0 / 3)
    #expect(reading.accuracy == 7.0 / 9 && reading.worstShiftAccuracy == 1.0 / 3)
    let p = 1 / (1 + exp(-2.0))
    #expect(abs((reading.mac ?? 0) - (2 * p - 1) / 3) < 1e-12)
    // Two classes, each 1 away from its mean, in one image of three; spread of (2, 0) is 2.
    #expect(abs(reading.logitVariance - 2.0 / 3) < 1e-12)
    #expect(abs(reading.logitVarianceRelative - 1.0 / 3) < 1e-12)
  }
}
