import Foundation
import MoireAnalysis
import MoireTensors
import Testing

@testable import MoireReport

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct PageTests {
  private func page(_ document: AuditDocument, pictures: [SitePicture]? = nil) throws -> String {
    try ReportPage(
      document, pictures: pictures ?? Sample.pictures(document), encodePNG: Sample.encoder
    ).render()
  }

  private func drawings(_ html: String) -> [String] {
    html.components(separatedBy: "<svg").dropFirst().map { part in
      "<svg" + part.components(separatedBy: "</svg>")[0] + "</svg>"
    }
  }

  @Test func drawingsAreWellFormed() throws {
    let svg = drawings(try page(Sample.document()))
    // Overview, agreement, four sweeps, three for each of six sites.
    #expect(svg.count == 2 + 4 + 18)
    for drawing in svg {
      let parser = XMLParser(data: Data(drawing.utf8))
      #expect(parser.parse(), "\(parser.parserError.debugDescription) \(drawing.prefix(200))")
      #expect(!drawing.contains("nan") && !drawing.contains("inf\""))
    }
  }

  @Test func nothingComesFromOutside() throws {
    let html = try page(Sample.document())
    for part in ["http:", "https:", "<script", "<link", "url(", "@import", "{{", "}}"] {
      #expect(!html.contains(part), "\(part)")
    }
    #expect(html.contains("@media print"))
    #expect(html.contains("prefers-color-scheme: dark"))
  }

  @Test func sourcesOfPicturesAreInThePage() throws {
    let html = try page(Sample.document())
    let sources = html.matches(of: #/href="([^"]*)"/#).map(\.1)
    #expect(sources.count { $0.hasPrefix("data:image/png;base64,") } == 6 * 4)
    for source in sources where !source.hasPrefix("data:") {
      #expect(source.hasPrefix("#"))
      #expect(html.contains("id=\"\(source.dropFirst())\""))
    }
  }

  @Test func namesAreEscaped() throws {
    let evil = "<b>\"x\" & 'y'</b>\u{0}.png"
    var document = Sample.document(names: [evil])
    document.network.name = evil
    document.remarks = [evil]
    document.images.skipped = [.init(name: evil, reason: evil)]
    document.shift[0].protocolLine = evil
    document.sites[0].path = evil
    document.sites[0].operation = evil
    document.sweeps[0].className = evil
    let html = try page(document)
    #expect(!html.contains("<b>\"x\""))
    #expect(!html.contains("\u{0}"))
    #expect(html.contains("&lt;b&gt;&quot;x&quot; &amp;"))
    for drawing in drawings(html) {
      #expect(XMLParser(data: Data(drawing.utf8)).parse())
    }
  }

  @Test func tellsTheWholeStory() throws {
    let document = Sample.document()
    let html = try page(document)
    for site in document.sites { #expect(html.contains(">\(site.path)</h3>")) }
    for shift in document.shift { #expect(html.contains(shift.protocolLine)) }
    for part in [
      "47.1\u{A0}% of its non-constant energy", "White noise", "broken.png", "oneDNN 2.6.0",
    ] {
      #expect(html.contains(part), "\(part)")
    }
    #expect(html.components(separatedBy: "class=\"worst\"").count == 2)
  }

  @Test func emptyAuditsStillMakeAPage() throws {
    var document = Sample.document()
    document.sites = []
    document.shift = []
    document.sweeps = []
    document.remarks = []
    document.images = .init(read: 1, labelled: 0, accuracy: nil, skipped: [], predictions: [])
    let html = try page(document, pictures: [])
    #expect(drawings(html).isEmpty)
    #expect(!html.contains("Site by site") && !html.contains("Remarks"))
    #expect(html.contains("so nothing was measured"))
  }

  @Test(arguments: [HW(1, 9), HW(7, 5), HW(1, 1), HW(300, 31), HW(2, 2)])
  func anySizeCanBeDrawn(size: HW) throws {
    var document = Sample.document()
    document.sites = [document.sites[0]]
    let output = HW((size.height + 1) / 2, (size.width + 1) / 2)
    document.sites[0].denseSize = size
    document.sites[0].outputSize = output
    document.sites[0].exact = false
    document.sites[0].foldMap = .init(
      size: output, inBand: [Float](repeating: 0, count: output.area),
      folded: [Float](repeating: 0, count: output.area))
    let picture = SitePicture(
      path: document.sites[0].path, size: size, stride: 2,
      power: Sample.spectrum(size, slope: 1, depth: 0))
    for drawing in drawings(try page(document, pictures: [picture])) {
      #expect(XMLParser(data: Data(drawing.utf8)).parse())
      #expect(!drawing.contains("nan"))
    }
  }

  @Test func numbersThatAreNotFiniteDoNotBreakTheDrawings() throws {
    for value in [Double.nan, .infinity] {
      var document = Sample.document()
      document.sites[0].aliasFractionAc = value
      document.sites[0].channelQuartilesAc = .init(lower: value, median: value, upper: value)
      document.sites[0].radialProfile.energy[3] = value
      document.sites[0].radialProfile.frequency[4] = value
      document.sites[0].foldMap.folded[5] = Float(value)
      document.sweeps[0].probability[2] = value
      for drawing in drawings(try page(document)) {
        #expect(XMLParser(data: Data(drawing.utf8)).parse())
        #expect(!drawing.contains("nan"))
      }
    }
  }

  @Test func manyImagesShareOneChart() throws {
    let document = Sample.document(names: (0..<300).map { "\($0).png" })
    let svg = drawings(try page(document))
    #expect(svg.contains { $0.contains("images, least stable first") })
  }

  @Test func picturesOfAnotherSizeAreRefused() {
    let document = Sample.document()
    var pictures = Sample.pictures(document)
    pictures[0].power.removeLast()
    #expect(throws: ReportError.self) { try page(document, pictures: pictures) }
    pictures = Sample.pictures(document)
    pictures[0].power[3] = -1
    #expect(throws: ReportError.self) { try page(document, pictures: pictures) }
    var broken = document
    broken.sites[0].foldMap.folded.removeLast()
    #expect(throws: ReportError.self) { try page(broken) }
  }
}
