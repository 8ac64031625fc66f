import Foundation
import MoireAnalysis
import MoireSpectral
import MoireTensors
import Testing

@testable import MoireReport

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct SpectrumReportTests {
  static func noise(_ shape: [Int], seed: UInt64 = 3) throws -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<shape.reduce(1, *)).map { _ in Float(generator.normal()) }
    return try Tensor(shape: shape, values: values)
  }

  static func document(
    _ inputs: [Tensor], stride: HW = 2, boundary: Boundary = .periodic
  ) throws -> SpectrumDocument {
    let read = try inputs.enumerated().map { index, maps in
      SpectrumDocument.Input(
        name: "input \(index) with a name that is as long as names of files sometimes are.npy",
        values: "float32", shape: maps.shape,
        sums: try SpectrumSums(maps, stride: stride, boundary: boundary, threads: 2))
    }
    return try SpectrumDocument(
      read, stride: stride, boundary: boundary,
      filters: [("none", .none), ("bin-3", .binomial(3))])
  }

  static let png: PNGEncoder = { pixels in
    #expect(pixels.rgb.count == 3 * pixels.width * pixels.height)
    return [1, 2, 3]
  }

  static let shapes: [[Int]] = [
    [1, 1, 1, 1], [2, 3, 8, 12], [1, 2, 7, 9], [1, 1, 1, 30], [3, 1, 4, 4], [1, 0, 4, 4],
  ]

  @Test(arguments: shapes, [HW(2, 2), HW(4, 1), HW(1, 1)])
  func documentsGoToAndFro(_ shape: [Int], _ stride: HW) throws {
    for boundary in [Boundary.periodic, .mirror, .hann] {
      let maps = try Self.noise(shape)
      let document = try Self.document([maps, maps], stride: stride, boundary: boundary)
      var kept = document
      for index in kept.inputs.indices { kept.inputs[index].power = [] }
      kept.pooled?.power = []
      let back = try DocumentJSON.decode(
        SpectrumDocument.self, from: DocumentJSON.encode(document))
      #expect(back == kept)
      let text = SpectrumText(document).render()
      #expect(text.split(separator: "\n").allSatisfy { DisplayText.width($0) <= 100 }, "\(text)")
      #expect(!text.contains("nan"))
      let svg = try SpectrumChart(document, encodePNG: Self.png).svg()
      #expect(XMLParser(data: Data(svg.utf8)).parse())
      #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
  }

  /// Pooling inputs is reading them as one.
  @Test func poolsAreSums() throws {
    let (a, b) = (try Self.noise([1, 3, 12, 8], seed: 1), try Self.noise([1, 3, 12, 8], seed: 2))
    let both = try Tensor(shape: [2, 3, 12, 8], values: a.values + b.values)
    let pooled = try #require(try Self.document([a, b]).pooled)
    let whole = try Self.document([both]).inputs[0]
    // Planes share transforms of single precision in another order.
    #expect(abs(pooled.aliasFraction - whole.aliasFraction) < 1e-6)
    #expect(abs(pooled.channelQuartilesAc.median - whole.channelQuartilesAc.median) < 1e-6)
    #expect(pooled.planes == 6 && pooled.identities?.planesCompared == 6)
    #expect(try Self.document([a, Self.noise([1, 3, 12, 9])]).pooled == nil)
  }

  /// Predicted and measured agree in double precision, also with unequal strides and phases.
  @Test(arguments: [HW(2, 2), HW(3, 4), HW(6, 1)]) func identitiesHold(_ stride: HW) throws {
    let entry = try Self.document([Self.noise([2, 2, 12, 8])], stride: stride).inputs[0]
    let found = try #require(entry.identities)
    #expect(found.planesCompared == 4 && found.largestDifference < 1e-11)
    for sides in [found.polyphase, found.shift, found.pool] { #expect(sides.difference < 1e-11) }
    #expect(abs(found.polyphase.predicted - entry.aliasFraction) < 1e-5)
    #expect(abs(found.pool.predicted - (entry.poolLeak ?? -1)) < 1e-5)
  }
}

@Suite struct FilterReportTests {
  @Test(arguments: SpectrumReportTests.shapes.dropLast(), [true, false])
  func comparisonsOfAnySize(_ shape: [Int], _ downsamples: Bool) throws {
    let maps = try SpectrumReportTests.noise(shape)
    let filters = try ["none", "ideal", "bin-4", "raised-cosine:rolloff=0.5"].map {
      try MapFilter(parsing: $0)
    }
    for stride in [HW(2, 2), HW(5, 1)] {
      let run = FilterRun(stride: stride, downsamples: downsamples, threads: 2)
      let reading = try FilterReading(maps, filters: filters, run: run)
      let document = FilterDocument(
        input: "x.npy", values: "float32", shape: shape, reading: reading)
      #expect(
        try DocumentJSON.decode(FilterDocument.self, from: DocumentJSON.encode(document))
          == document)
      let text = FilterText(document).render()
      #expect(text.split(separator: "\n").allSatisfy { DisplayText.width($0) <= 100 }, "\(text)")
      let chart = ComparisonChart(
        document, reading, range: -3...3, encodePNG: SpectrumReportTests.png)
      let svg = try chart.svg()
      #expect(XMLParser(data: Data(svg.utf8)).parse())
      #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
  }

  /// What a step of a box does behind the ideal filter: the overshoot of Gibbs, 9 % at each side.
  @Test func ringingIsThatOfGibbs() throws {
    let values = (0..<256 * 4).map { (n: Int) -> Float in Float(n % 256 / 128) }
    let maps = try Tensor(shape: [1, 1, 4, 256], values: values)
    let reading = try FilterReading(
      maps, filters: [MapFilter(parsing: "ideal")],
      run: FilterRun(stride: [1, 8], downsamples: false))
    // Si(π)/π − ½ = 0.0895 for a sharp cut; the samples lie beside its peak by up to 1/16 of a lobe.
    #expect(abs(reading.results[0].entry.ringing - 0.0895) < 0.006)
    let soft = try FilterReading(
      maps, filters: [MapFilter(parsing: "bin-5")],
      run: FilterRun(stride: [1, 8], downsamples: false))
    #expect(soft.results[0].entry.ringing == 0)
  }

  @Test func cutoffsGoWhereTheyAreOpen() throws {
    #expect(try MapFilter(parsing: "ideal", cutoff: 0.2).name == "ideal:cutoff=0.2")
    #expect(try MapFilter(parsing: "bin-3", cutoff: 0.2).name == "bin-3")
    #expect(
      try MapFilter(parsing: "hann:taps=5,cutoff=0.1", cutoff: 0.2).name == "hann:taps=5,cutoff=0.1"
    )
    #expect(
      try MapFilter(parsing: "gaussian:loss=3", cutoff: 0.2).name == "gaussian:loss=3,cutoff=0.2")
    #expect(!MapFilter.takesCutoff("ideal:halve") && MapFilter.takesCutoff("kaiser:stop=60"))
  }
}
