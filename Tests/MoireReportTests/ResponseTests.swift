import Foundation
import MoireReport
import MoireSpectral
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct ResponseTests {
  static func document(_ specs: [String], stride: Int = 2) throws -> ResponseDocument {
    try ResponseDocument(
      filters: specs.map { ($0, try LowPass(parsing: $0)) }, stride: stride, size: 32)
  }

  static let many = [
    "none", "bin-2", "ideal", "ideal:halve", "kaiser:stop=80,width=0.05", "raised-cosine:rolloff=0",
    "gaussian:sigma=2", "hann:taps=9,cutoff=nyquist", "bin-300",
  ]

  @Test(arguments: [1, 2, 3, 7]) func documentsGoToAndFro(stride: Int) throws {
    let document = try Self.document(Self.many, stride: stride)
    #expect(try ResponseJSON.decode(ResponseJSON.encode(document)) == document)
    for filter in document.filters {
      #expect(filter.response.frequency.first == 0 && filter.response.frequency.last == 0.5)
      #expect(filter.response.amplitude.count == filter.response.frequency.count)
      #expect(filter.response.amplitude[0] == 1)
      #expect((filter.nyquistDecibels == nil) == (filter.nyquistGain == 0))
    }
  }

  @Test(arguments: [1, 2, 5]) func drawingsAreWellFormed(stride: Int) throws {
    let svg = ResponseChart(try Self.document(Self.many, stride: stride)).svg()
    let parser = XMLParser(data: Data(svg.utf8))
    #expect(parser.parse(), "\(parser.parserError.debugDescription)")
    #expect(svg.components(separatedBy: "class=\"curve").count - 1 == 3 * Self.many.count)
    #expect(!svg.contains("nan") && !svg.contains("inf"))
    #expect(!svg.contains("\u{FFFD}"))
    #expect(svg.contains("new Nyquist 1/\(2 * stride)"))
  }

  @Test func tables() throws {
    let text = ResponseText(try Self.document(Self.many + ["gaussian:sigma=1.250001,taps=123"]))
      .render()
    let lines = text.components(separatedBy: "\n")
    #expect(lines.allSatisfy { $0.count <= 100 })
    #expect(lines.contains("gaussian:sigma=1.250001,taps=123"))
    #expect(!text.contains("\u{1B}"))
    let colored = ResponseText(try Self.document(["none"])).render(color: true)
    #expect(colored.contains("\u{1B}[1m"))
  }
}
