import Foundation
import MoireStudies

/// A study as one HTML page: figures, tables, protocols.
struct StudyPage {
  let document: StudyDocument

  /// The figures with the names of their files.
  var figures: [(name: String, drawing: Drawing)] {
    var figures: [(String, Drawing?)] = [
      (
        "accuracy-consistency",
        StudyScatter(
          title: "Accuracy against consistency under circular shifts",
          x: StudyColumn(
            title: "consistency, all circular shifts", measure: "consistency_circular"),
          y: StudyColumn(title: "accuracy", measure: "accuracy"), rows: document.rows
        ).draw()
      ),
      (
        "corruption-flips",
        StudyScatter(
          title: "Errors on corrupted images against flips under perturbation",
          x: StudyColumn(title: "flip rate", measure: "flip_rate"),
          y: StudyColumn(title: "corruption error", measure: "corruption_error"),
          rows: document.rows
        ).draw()
      ),
    ]
    figures += lines
    for site in 1...2 {
      figures.append(
        (
          "alias-site-\(site)",
          StudyBars(
            title: "What folds at site \(site)",
            before: StudyColumn(
              title: "before the filter", measure: "alias_before_ac", part: "site \(site)"),
            after: StudyColumn(
              title: "after the filter", measure: "alias_after_ac", part: "site \(site)"),
            rows: document.rows
          ).draw()
        ))
    }
    return figures.compactMap { name, drawing in drawing.map { (name, $0) } }
  }

  private var lines: [(String, Drawing?)] {
    let change = StudyColumn(title: "P(top-1 change)", measure: "p_top1_change")
    let accuracy = StudyColumn(title: "accuracy", measure: "accuracy")
    return [
      (
        "object-size",
        StudyLines(
          title: "One pixel's move by the size of the object", axis: "side of the object, pixels",
          y: change, part: "size", rows: document.rows
        ).draw()
      ),
      (
        "offset",
        StudyLines(
          title: "Accuracy away from the place of training",
          axis: "pixels from the middle, both axes",
          y: accuracy, part: "offset", rows: document.rows
        ).draw()
      ),
      (
        "typicality",
        StudyLines(
          title: "One pixel's move by the distance to the training set",
          axis: "quarter of the test images, the nearest first", y: change, part: "quarter",
          rows: document.rows
        ).draw()
      ),
    ]
  }

  /// The page, with no need for any other file.
  var html: String {
    let head = Element(
      "head",
      [
        Element("meta", ["charset": "utf-8"]), Element("title", text: document.title),
        Element("style", text: StudyPage.style),
      ])
    let text = StudyText(document)
    var body = [Element("h1", text: document.title)]
    body.append(Element("ul", text.facts.map { Element("li", text: $0) }))
    let pictures = figures.map { Element("figure", [$0.drawing.element]) }
    body += pictures
    for section in StudySection.all(document) {
      body.append(Element("h2", text: section.title))
      body.append(table(text, section))
      body += section.measures.compactMap { name in
        document.protocols[name].map { Element("p", text: "\(name): \($0)") }
      }
    }
    let root = Element("html", ["lang": "en"], [head, Element("body", body)])
    return "<!DOCTYPE html>\n" + root.markup + "\n"
  }

  private func table(_ text: StudyText, _ section: StudySection) -> Element {
    let titles = StudyText.head + section.columns.map(\.title)
    let header = Element("tr", titles.map { Element("th", text: $0) })
    let rows = section.rows(document).map { row in
      Element("tr", text.cells(row, section.columns).map { Element("td", text: $0) })
    }
    return Element("table", [header] + rows)
  }

  private static let style =
    "body { font-family: system-ui, sans-serif; margin: 2em; color: #1b1f27; } table { "
    + "border-collapse: collapse; } td, th { padding: 2px 10px; text-align: right; border-bottom: "
    + "1px solid #d9dde3; white-space: nowrap; } td:nth-child(-n+3), th:nth-child(-n+3) { "
    + "text-align: left; } p { color: #5a6270; max-width: 70em; } figure { margin: 1em 0; }"
}

extension Element {
  /// An element without attributes.
  init(_ name: String, _ children: [Element]) {
    self.init(name, [:], text: nil, children)
  }
}
