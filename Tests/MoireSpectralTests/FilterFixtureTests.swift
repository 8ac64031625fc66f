import Foundation
import MoireSpectral
import TestSupport
import Testing

/// Filters against SciPy; `Fixtures/filters/make_filters.py` made the values.
@Suite("Filters against SciPy")
struct FilterFixtureTests {
  struct File: Decodable, Sendable {
    let frequencies: [Double]
    let fir: [FIR]
    let responses: [Response]
    let kaiserOrders: [Order]
  }

  struct FIR: Decodable, Sendable, CustomTestStringConvertible {
    let spec: String
    let stride: Int
    let taps, amplitude: [Double]
    let nyquistGain, stopBandGain, noiseGain, alias, overshoot, edgeGain: Double
    let beta: Double?
    var testDescription: String { spec }
  }

  struct Response: Decodable, Sendable, CustomTestStringConvertible {
    let spec: String
    let stride: Int
    let amplitude: [Double]
    let nyquistGain, noiseGain, alias, overshoot, edgeGain: Double
    var testDescription: String { spec }
  }

  struct Order: Decodable, Sendable {
    let attenuation, width, beta, attenOfTaps: Double
    let taps: Int
  }

  static let file: File = {
    let url = Fixtures.folder.appendingPathComponent("filters/filters.json")
    // A missing fixture fails the tests that use it.
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return (try? decoder.decode(File.self, from: Data(contentsOf: url)))
      ?? File(frequencies: [], fir: [], responses: [], kaiserOrders: [])
  }()

  @Test func fixturesAreThere() {
    #expect(Self.file.fir.count == 22 && Self.file.responses.count == 11)
    #expect(Self.file.kaiserOrders.count == 36)
  }

  // Taps below 1 summed over 97 terms at most: 1e-13 is a hundred roundings of a unit.
  @Test("taps and amplitudes", arguments: file.fir)
  func fir(_ expected: FIR) throws {
    let filter = try LowPass(parsing: expected.spec)
    let taps = try #require(try filter.taps(stride: expected.stride))
    #expect(taps.count == expected.taps.count)
    for (got, wanted) in zip(taps, expected.taps) { #expect(abs(got - wanted) < 1e-13) }
    let amplitude = try filter.response(at: Self.file.frequencies, stride: expected.stride)
    for (got, wanted) in zip(amplitude, expected.amplitude) { #expect(abs(got - wanted) < 1e-13) }
    if let beta = expected.beta, case .kaiser(_, let got, _) = filter {
      #expect(abs(got - beta) <= 1e-13 * max(1, beta))
    }
  }

  // The reference looks for the stop-band's maximum on 200,001 points: its error is of second order,
  // below 1e-8 of the gain. Its alias integral is good to 1e-11.
  @Test("report of filters with taps", arguments: file.fir)
  func reportOfTaps(_ expected: FIR) throws {
    let report = try FilterResponse(
      LowPass(parsing: expected.spec), stride: expected.stride, size: 16)
    #expect(abs(report.nyquistGain - expected.nyquistGain) < 1e-13)
    #expect(
      abs(report.stopBandGain - expected.stopBandGain) <= 1e-8 * expected.stopBandGain + 1e-15)
    #expect(abs(report.noiseGainLine - expected.noiseGain) < 1e-13)
    #expect(abs(report.whiteAliasLine - expected.alias) <= 1e-9 * expected.alias)
    #expect(abs(report.overshoot - expected.overshoot) < 1e-13)
    #expect(abs(report.edgeGain - expected.edgeGain) < 1e-13)
    #expect(report.phase == (expected.taps.count.isMultiple(of: 2) ? 0.5 : 0))
    #expect(report.groupDelay == Double(expected.taps.count - 1) / 2)
  }

  // Both sides integrate numerically, to 1e-12 of the largest values.
  @Test("report of filters without taps", arguments: file.responses)
  func reportOfResponses(_ expected: Response) throws {
    let filter = try LowPass(parsing: expected.spec)
    #expect(try filter.taps(stride: expected.stride) == nil)
    let amplitude = try filter.response(at: Self.file.frequencies, stride: expected.stride)
    for (got, wanted) in zip(amplitude, expected.amplitude) { #expect(abs(got - wanted) < 1e-14) }
    let report = try FilterResponse(filter, stride: expected.stride, size: 16)
    #expect(abs(report.nyquistGain - expected.nyquistGain) < 1e-14)
    #expect(abs(report.noiseGainLine - expected.noiseGain) < 1e-11)
    #expect(abs(report.whiteAliasLine - expected.alias) <= 1e-9 * expected.alias + 1e-14)
    #expect(abs(report.overshoot - expected.overshoot) < 1e-10)
    #expect(abs(report.edgeGain - expected.edgeGain) < 1e-11)
    #expect(report.sideLobeGain == 0 && report.phase == 0 && report.groupDelay == 0)
    #expect(report.taps == nil)
  }

  @Test func kaiserOrders() throws {
    for order in Self.file.kaiserOrders {
      let made = try LowPass.kaiser(attenuation: order.attenuation, width: order.width)
      guard case .kaiser(let taps, let beta, nil) = made else {
        Issue.record("\(made)")
        continue
      }
      #expect(taps == order.taps)
      #expect(abs(beta - order.beta) <= 1e-13 * max(1, order.beta))
    }
  }
}
