import MoireStudies

/// One table of a study.
struct StudySection {
  var title: String
  var columns: [StudyColumn]
  /// The kinds of measurement whose protocols stand below it.
  var measures: [String]

  /// The sections of which there is a number.
  static func all(_ document: StudyDocument) -> [StudySection] {
    let sections = [
      StudySection(
        title: "Answers under shifts, % but for the variation", columns: StudyColumn.shift,
        measures: ["shift"]),
      StudySection(
        title: "Inside the network, alias fractions without the constant in %",
        columns: StudyColumn.inside, measures: ["alias", "features", "filters"]),
      StudySection(
        title: "Corrupted and perturbed images, %; relative to the baseline",
        columns: StudyColumn.corruption, measures: ["corruption"]),
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
