import MoireAnalysis

/// What the page template shows; names are those of the template's tags.
///
/// Strings are plain text that the template escapes; those that end in `SVG` are finished drawings.
struct PageModel {
  var title: String
  var facts: [Fact]
  var cards: [Card]
  var summary: [String]
  var remarks: [String]
  var hasRemarks: Bool
  var overviewSVG: String?
  var siteTable: [SiteRow]
  var shift: Shift?
  var sites: [SiteSection]
  var predictions: [PredictionRow]
  var skipped: [Skipped]

  /// A label with what it says.
  struct Fact {
    var label, value: String
  }

  /// One number that stands out.
  struct Card {
    var value, label, note: String
  }

  /// A row of the table of all sites.
  struct SiteRow {
    var anchor, path, place, alias, aliasAC, median, quartiles, preactivation, identity: String
    var isWorst: Bool
  }

  /// All that is shown about moving images.
  struct Shift {
    var titles: [String]
    var rows: [Row]
    var sweeps: [Sweep]
    var agreementSVG: String?
  }

  /// One protocol.
  struct Row {
    var name, line: String
    var cells: [String]
    var span: Int
  }

  /// One moving image.
  struct Sweep {
    var image, answer, changes, sweepSVG: String
  }

  /// One site in full.
  struct SiteSection {
    var anchor, path, lead, planes: String
    var readings: [ReadingRow]
    var spectrumSVG, foldSVG, radialSVG: String?
    var whiteNoise: String
    var filters: [FilterRow]
    var identity: String
  }

  /// One reading of a site, of all energy and without the constant.
  struct ReadingRow {
    var label, all, withoutConstant: String
  }

  /// What a filter would leave at a site.
  struct FilterRow {
    var filter, alias, left, kept: String
  }

  /// The answer for one image.
  struct PredictionRow {
    var image, label, prediction, probability, agreement: String
    var isWrong: Bool
  }

  /// An image that could not be used.
  struct Skipped {
    var name, reason: String
  }
}
