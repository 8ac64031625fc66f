import MoireAnalysis
import Testing

@testable import MoireReport

@Suite struct TextTests {
  @Test(arguments: [80, 100, 140])
  func linesKeepToTheWidth(width: Int) {
    let text = AuditText(Sample.document()).render(width: width)
    for line in text.split(separator: "\n") {
      #expect(DisplayText.width(line) <= width, "\(line)")
    }
    #expect(!text.contains("\u{1B}"))
    #expect(!text.lowercased().contains("nan"))
  }

  @Test func saysWhatWasMeasured() {
    let document = Sample.document()
    let text = AuditText(document).render(width: 200)
    for site in document.sites { #expect(text.contains(site.path)) }
    for shift in document.shift { #expect(text.contains(shift.protocolLine)) }
    for part in ["3,504,872 parameters", "preset imagenet", "FFTW 3.3.10", "skipped broken.png"] {
      #expect(text.contains(part))
    }
    #expect(text.contains("The worst place is features.2.conv.1.0"))
    #expect(text.contains("about 1 in 12 (8.44 %"))
  }

  @Test func colourOnlyAddsSequences() {
    let document = Sample.document()
    let plain = AuditText(document).render(width: 100)
    let colored = AuditText(document).render(width: 100, color: true)
    #expect(colored != plain)
    #expect(colored.replacing(#/\u{1B}\[\d+m/#, with: "") == plain)
  }

  @Test func columnsAreAligned() {
    var table = TextTable(columns: [.init(title: "name", isNumeric: false), .init(title: "n")])
    table.rows = [["a", "1"], ["bcdefgh", "1234"], ["猫", "5"]]
    let lines = table.render(width: 40, style: TextStyle(isColored: false))
    #expect(
      lines == ["name        n", "───────  ────", "a           1", "bcdefgh  1234", "猫          5"])
  }

  @Test func longTextIsShortenedInTheMiddle() {
    #expect(DisplayText.shortened("abcdefghij", to: 10) == "abcdefghij")
    #expect(DisplayText.shortened("abcdefghij", to: 6) == "ab…hij")
    #expect(DisplayText.shortened("abcdefghij", to: 1) == "…")
    #expect(DisplayText.shortened("abcdefghij", to: 0) == "")
    #expect(DisplayText.wrapped("aa bb cc", to: 5, indent: 2) == ["aa bb", "  cc"])
    #expect(DisplayText.wrapped("abcdefgh", to: 3) == ["abc", "def", "gh"])
    #expect(DisplayText.wrapped("", to: 3) == [""])
  }

  @Test func controlCharactersDoNotReachTheTerminal() {
    var document = Sample.document()
    document.sites[0].path = "conv\u{1B}[31m\n\u{202E}x"
    document.images.skipped = [.init(name: "a\u{7}.png", reason: "no\u{9B}")]
    let text = AuditText(document).render(width: 200)
    #expect(
      !text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
    #expect(!text.contains("\u{202E}"))
  }

  @Test func networksWithoutSitesOrClasses() {
    var document = Sample.document()
    document.sites = []
    document.shift = [
      ShiftReading(
        protocol: "circular", protocolLine: "circular: seed 0", seed: 0, images: 1, pairs: 3,
        consistency: nil, pTop1Change: nil, mac: nil, logitVariance: 0, logitVarianceRelative: 0,
        accuracy: nil, worstShiftAccuracy: nil)
    ]
    let text = AuditText(document).render()
    #expect(text.contains("No sampling site was found."))
    #expect(text.contains("–"))
    #expect(AuditReading(document).shift.isEmpty)
    var silent = Sample.document()
    for index in silent.sites.indices { silent.sites[index].aliasFractionAc = 0 }
    #expect(AuditReading(silent).worstIndex == nil)
    #expect(AuditReading(silent).worst.count == 1)
  }

  @Test(arguments: [(0, "never changed"), (0.25, "about 1 in 4"), (0.8, "for 80.0 % of")])
  func oneInN(change: Double, words: String) {
    var document = Sample.document()
    document.shift[0].pTop1Change = change
    #expect(AuditReading(document).shift[0].contains(words))
  }
}
