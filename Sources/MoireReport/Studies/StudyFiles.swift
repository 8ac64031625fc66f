import Foundation
public import MoireStudies

/// The files of a study.
public enum StudyFiles {
  /// Writes `NAME.json`, `NAME.csv`, `NAME.md`, `NAME.html` and the figures as SVG into a folder: all or
  /// none.
  ///
  /// - Returns: the paths of the files.
  /// - Throws: ``ReportError``.
  @discardableResult
  public static func write(_ document: StudyDocument, to directory: String) throws -> [String] {
    let page = StudyPage(document: document)
    let files = [
      ("\(document.study).json", Array(try DocumentJSON.encode(document))),
      ("\(document.study).csv", Array(csv(document).utf8)),
      ("\(document.study).md", Array(StudyText(document).markdown().utf8)),
      ("\(document.study).html", Array(page.html.utf8)),
    ]
    return try FolderWriter(directory: directory).write(
      files + page.figures.map { ("\(document.study)-\($0.name).svg", Array($0.drawing.svg.utf8)) })
  }

  /// One line for each number: row, measure, part, mean, interval, and the value of every seed.
  static func csv(_ document: StudyDocument) -> String {
    let header = [
      "network", "method", "augmentation", "seeds", "measure", "part", "mean", "low", "high",
      "values",
    ]
    let rows = document.rows.flatMap { row in
      row.means.map { mean -> [String] in
        [
          row.network, row.method.rawValue, row.augmentation, "\(row.seeds.count)", mean.measure,
          mean.part, "\(mean.mean)", mean.low.map { "\($0)" } ?? "",
          mean.high.map { "\($0)" } ?? "", mean.values.map { "\($0)" }.joined(separator: " "),
        ]
      }
    }
    return ([header] + rows).map { row in
      row.map(CSVField.quoted).joined(separator: ",") + "\r\n"
    }.joined()
  }
}
