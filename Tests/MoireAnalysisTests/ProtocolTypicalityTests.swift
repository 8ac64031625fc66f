import Foundation
import MoireLayers
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

/// Distances from training images, and what images are grouped by.
@Suite struct ProtocolTypicalityTests {
  struct Expected: Decodable {
    let training, images: [[Float]]
    let distances: [Double]
  }

  static func source(_ features: [[Float]]) throws -> AuditSource {
    AuditSource(
      try features.enumerated().map {
        AuditInput(name: "\($0)", tensor: try Tensor(shape: [1, 6, 1, 1], values: $1))
      })
  }

  /// The last layer reads the input itself; differences are squared in single precision: 1e-6.
  @Test func distancesMatchNumPy() throws {
    let file = ProtocolViewTests.folder.appendingPathComponent("typicality.json")
    let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file))
    var network = Network(name: "last", inputShape: [6, 1, 1])
    network.append("flatten", .flatten)
    network.append(
      "fc",
      .linear(Linear(weight: try ProtocolRunTests.values([3, 6], seed: 1), bias: nil)))
    network.append("softmax", .softmax)
    for threads in [1, 3] {
      let reference = try TypicalityReference(
        network, training: Self.source(expected.training), threads: threads)
      #expect(reference.path == "fc" && reference.count == 17 && reference.skipped == 0)
      for (image, distance) in zip(expected.images, expected.distances) {
        let found = try reference.distance(of: Tensor(shape: [1, 6, 1, 1], values: image))
        #expect(abs(found - distance) < 1e-6 * distance)
      }
    }
    #expect(throws: ShiftError.self) {
      try TypicalityReference(
        network, training: Self.source(Array(expected.training.prefix(9))), threads: 1)
    }
  }

  /// Five images in four groups: one, one, one and two, the nearest ones first, on the pairs of aw-crop.
  @Test func imagesAreGroupedByDistance() throws {
    var images = try ProtocolRunTests.images(5, labels: [0, 1, 2, 3, 4])
    images.training = try ProtocolRunTests.images(12).source
    let document = try ProtocolRunTests.document(
      ProtocolRunTests.classifier(), images, ["aw-typicality", "aw-crop"])
    let (result, crop) = (document.protocols[0], document.protocols[1])
    #expect(result.series.count == 4)
    let distances = result.series.map(\.value)
    #expect(distances == distances.sorted() && distances[0] > 0)
    #expect(ProtocolRunTests.metric("mac", result) == ProtocolRunTests.metric("mac", crop))
    let macs = result.series.compactMap { point in
      point.metrics.first { $0.name == "mac" }?.value
    }
    let mean = (macs[0] + macs[1] + macs[2] + 2 * macs[3]) / 5
    #expect(abs(mean - (ProtocolRunTests.metric("mac", result)?.value ?? 0)) < 1e-12)
    #expect(result.protocolLine.contains("what layer fc reads"))
    #expect(throws: ShiftError.self) {
      try ProtocolRunTests.document(
        ProtocolRunTests.classifier(), ProtocolRunTests.images(1), ["aw-typicality"])
    }
  }

  /// Windows of the photo's own pixels, one pixel further to the right each.
  @Test func croppedJaggednessShowsTheOriginal() throws {
    let context = ShiftContext(
      size: 32, outputShape: [8], margin: 4, hasPhotos: true, sites: [], settings: ShiftSettings())
    let input = try ProtocolViewTests.input()
    let views = try context.make(ShiftCatalog.entry("aw-jaggedness-crop")).views(input, 0)
    // 88 pixels of 224 to the left and 87 to the right.
    #expect(views.count == 13 + 12 + 1)
    let maker = ViewMaker(input)
    let (a, b) = (try maker.tensor(views[3]), try maker.tensor(views[4]))
    for row in [0, 17] {
      #expect(a.values[row * 32 + 1..<row * 32 + 32] == b.values[row * 32..<row * 32 + 31])
    }
    let adversary = try context.make(ShiftCatalog.entry("afc-adversary-crop"))
    #expect(try adversary.views(input, 0).count == 16)
  }
}
