import Foundation
import MoireStudies
import Testing

@testable import MoireReport

struct StudyFilesTests {
  private func document() throws -> StudyDocument {
    func row(_ method: String, _ accuracy: String, _ before: Double, _ after: Double) -> String {
      """
      {"network": "net <1>", "method": "\(method)", "augmentation": "none", "seeds": [0, 1],
       "training_seconds": 2, "measuring_seconds": 1, "means": [
        {"measure": "accuracy", "part": "", \(accuracy), "values": [0.9, 0.91]},
        {"measure": "consistency_circular", "part": "", "mean": 0.95, "values": [0.95, 0.95]},
        {"measure": "alias_before_ac", "part": "site 1", "mean": \(before), "values": []},
        {"measure": "alias_after_ac", "part": "site 1", "mean": \(after), "values": []},
        {"measure": "p_top1_change", "part": "size 8", "mean": 0.2, "values": []},
        {"measure": "p_top1_change", "part": "size 12", "mean": 0.1, "low": 0.05, "high": 0.15,
         "values": []}]}
      """
    }
    let rows = [
      row("baseline", "\"mean\": 0.905, \"low\": 0.9, \"high\": 0.91", 0.3, 0.3),
      row("bin-5", "\"mean\": 0.92", 0.4, 0.05),
    ]
    let text = """
      {"schema": 1, "study": "zhang", "title": "A study", "version": "1", "libraries": ["a"],
       "plan": "briefly", "protocols": {"shift": "all shifts"}, "seconds": 12.5, "unfinished": 3,
       "rows": [\(rows.joined(separator: ","))]}
      """
    return try DocumentJSON.decode(StudyDocument.self, from: Data(text.utf8))
  }

  @Test func `Tables have means with their intervals and the protocol`() throws {
    let text = StudyText(try document())
    let page = text.render()
    #expect(page.contains("90.50 ± 0.50"))
    #expect(page.contains("92.00"))
    #expect(page.contains("not finished: 3 trainings, not in the tables"))
    #expect(page.contains("shift: all shifts"))
    #expect(!page.contains("corruption error"))
    let lines = text.markdown().split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("| net <1> | bin-5 | none | 92.00 |") })
    #expect(lines.contains("*shift*: all shifts."))
  }

  @Test func `Every number has its line of CSV`() throws {
    let lines = StudyFiles.csv(try document()).split(separator: "\r\n")
    #expect(lines.count == 1 + 2 * 6)
    #expect(lines[1] == "net <1>,baseline,none,2,accuracy,,0.905,0.9,0.91,0.9 0.91")
  }

  @Test func `The page has the figures of what was measured`() throws {
    let page = StudyPage(document: try document())
    #expect(page.figures.map(\.name) == ["accuracy-consistency", "object-size", "alias-site-1"])
    let html = page.html
    #expect(html.contains("net &lt;1&gt;") && !html.contains("net <1>"))
    #expect(html.components(separatedBy: "<svg").count == 4)
    #expect(page.figures.allSatisfy { $0.drawing.svg.contains("</svg>") })
  }
}
