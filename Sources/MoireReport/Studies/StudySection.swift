import MoireStudies

/// One table of a study.
struct StudySection {
  var title: String
  var columns: [StudyColumn]
  /// The kinds of measurement whose protocols stand below it.
  var measures: [String]

  /// The rows that have one of its numbers.
  func rows(_ document: StudyDocument) -> [StudyDocument.Row] {
    document.rows.filter { row in
      columns.contains { row.mean($0.measure, part: $0.part) != nil }
    }
  }

  /// The sections of which there is a number.
  static func all(_ document: StudyDocument) -> [StudySection] {
    let sections = [
      StudySection(
        title: "One pixel's move of an object, %; P(change) by the object's size",
        columns: document.protocols["sizes"] == nil ? [] : StudyColumn.moves, measures: ["sizes"]),
      StudySection(
        title: "Accuracy by the distance from the place of training, %",
        columns: StudyColumn.offsets, measures: ["offsets"]),
      StudySection(
        title: "By the distance to the training set, %", columns: StudyColumn.typicality,
        measures: ["typicality"]),
      StudySection(
        title: "Answers under shifts, % but for the variation",
        columns: document.protocols["shift"] == nil ? [] : StudyColumn.shift,
        measures: ["shift"]),
      StudySection(
        title: "Inside the network, alias fractions without the constant in %",
        columns: StudyColumn.inside, measures: ["alias", "features", "filters"]),
      StudySection(
        title: "Corrupted and perturbed images, %; relative to the baseline",
        columns: StudyColumn.corruption, measures: ["corruption"]),
      StudySection(
        title: "Images from silhouettes", columns: StudyColumn.generation,
        measures: ["generation"]),
    ]
    return sections.compactMap { section in
      var section = section
      section.columns = section.columns.filter { column in
        document.rows.contains { $0.mean(column.measure, part: column.part) != nil }
      }
      return section.columns.isEmpty ? nil : section
    }
  }
}
