import Foundation
import MoireImages
import MoireLayers
import MoireModels
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

/// Against NumPy; the script stands beside the numbers.
@Suite struct TheoremReferenceTests {
  struct Reference: Decodable {
    struct Filter: Decodable {
      let planesCompared: [Int]
      let aliasFraction, equivarianceError, poolLeak: [Double]
    }
    struct Site: Decodable {
      let path: String
      let filters: [String: Filter]
    }
    struct Activation: Decodable {
      let size: HW
      let channels: [Double]
      let aliasFraction, error: Double
    }
    let images, factor: Int
    let sites: [Site]
    let activations: [Activation]
  }

  static func reference() throws -> Reference {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let path = Fixtures.folder.appendingPathComponent("theorem/theorem.json")
    return try decoder.decode(Reference.self, from: Data(contentsOf: path))
  }

  /// The first images that the program embeds, as the script prepares them.
  static func inputs(_ count: Int) throws -> [Tensor] {
    let path = Fixtures.embedded.appendingPathComponent("fashion-images.idx3")
    let bytes = [UInt8](try Data(contentsOf: path))
    return try (0..<count).map { index in
      let pixels = bytes[(16 + 784 * index)..<(16 + 784 * (index + 1))]
      return try Tensor(
        shape: [1, 1, 28, 28],
        values: pixels.map { Float((Double($0) / 255 - 0.2860) / 0.3530) })
    }
  }

  /// Maps in single precision differ from the script's by about 1e-6 of their largest value, a
  /// fraction by twice that: 1e-5 of max(fraction, 1e-3) holds, ten times that for the small leaks
  /// and fractions behind long filters, whose energy cancels.
  @Test func identitiesAndActivationsOfTheEmbeddedNetwork() throws {
    let reference = try Self.reference()
    let document = try TheoremTests.document(
      SiteAuditTests.embedded(), Self.inputs(reference.images), factor: reference.factor)
    #expect(document.sites.map(\.path) == reference.sites.map(\.path))
    for (site, wanted) in zip(document.sites, reference.sites) {
      #expect((site.largestDifference ?? 1) < 1e-9)
      for (channel, readings) in (site.channelReadings ?? []).enumerated() {
        for reading in readings {
          guard let expected = wanted.filters[reading.filter] else { continue }
          let place = "\(site.path) \(channel) \(reading.filter)"
          #expect(reading.planesCompared == expected.planesCompared[channel], "\(place)")
          let pairs = [
            (reading.aliasFraction, expected.aliasFraction[channel]),
            (reading.equivarianceError, expected.equivarianceError[channel]),
            (reading.poolLeak, expected.poolLeak[channel]),
          ]
          for (got, value) in pairs where reading.planesCompared > 0 {
            let sides = try #require(got)
            #expect(relativeDifference(sides.measured, value, floor: 1e-3) < 1e-4, "\(place)")
            #expect(relativeDifference(sides.predicted, value, floor: 1e-3) < 1e-4, "\(place)")
          }
        }
      }
    }
    #expect(document.pointwise.map(\.size) == reference.activations.map(\.size))
    for (got, wanted) in zip(document.pointwise, reference.activations) {
      #expect(got.function == "ReLU")
      #expect(relativeDifference(got.aliasFraction, wanted.aliasFraction, floor: 1e-3) < 1e-4)
      #expect(abs(got.error - wanted.error) < 1e-6, "\(got.path)")
      for (channel, fraction) in (got.channelFractions ?? []).enumerated() {
        #expect(
          relativeDifference(fraction ?? 0, wanted.channels[channel], floor: 1e-2) < 1e-3,
          "\(got.path) \(channel)")
      }
    }
  }
}
