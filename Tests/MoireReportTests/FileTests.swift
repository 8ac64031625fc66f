import Foundation
import MoireAnalysis
import MoireReport
import Testing

@Suite struct FileTests {
  @Test func jsonGivesTheDocumentBack() throws {
    let document = Sample.document()
    #expect(try AuditJSON.decode(AuditJSON.encode(document)) == document)
    var odd = document
    odd.remarks = ["a [1,\n 2] \"quoted\" \\ ] {", ""]
    odd.sites[0].identity = nil
    odd.sites[0].identityDifference = nil
    odd.sites[0].phase = []
    #expect(try AuditJSON.decode(AuditJSON.encode(odd)) == odd)
  }

  @Test func jsonHasTheKeysOfItsSchema() throws {
    let data = try AuditJSON.encode(Sample.document())
    let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      Set(json.keys) == [
        "schema", "versions", "network", "images", "preprocessing", "sites", "shift", "sweeps",
        "remarks",
      ])
    let site = try #require((json["sites"] as? [[String: Any]])?.first)
    for key in [
      "path", "operation", "stride", "dense_size", "output_size", "alias_fraction",
      "alias_fraction_ac", "preactivation", "exact", "identity_difference",
    ] { #expect(site[key] != nil, "\(key)") }
    #expect(site["stride"] as? [Int] == [2, 2])
    #expect(site["dense_size"] as? [Int] == [224, 224])
    let before = try #require(site["preactivation"] as? [String: Any])
    #expect(Set(before.keys) == ["alias_fraction", "alias_fraction_ac"])
    let shift = try #require((json["shift"] as? [[String: Any]])?.first)
    for key in [
      "protocol", "images", "pairs", "consistency", "p_top1_change", "mac", "logit_variance",
    ] { #expect(shift[key] != nil, "\(key)") }
  }

  @Test func listsOfNumbersStandOnOneLine() throws {
    let text = String(decoding: try AuditJSON.encode(Sample.document()), as: UTF8.self)
    #expect(text.contains("\"stride\" : [2, 2]"))
    #expect(text.split(separator: "\n").count < 1000)
  }

  @Test func numbersThatAreNotFiniteAreRefused() {
    var document = Sample.document()
    document.sites[1].aliasFraction = .nan
    #expect(throws: ReportError.notFinite(key: "sites.1.alias_fraction")) {
      try AuditJSON.encode(document)
    }
  }

  @Test func csvFollowsRFC4180() throws {
    var document = Sample.document()
    document.sites[0].path = "a,\"b\"\nc"
    document.sites[1].filters = []
    document.sites[1].identity = nil
    let rows = parse(SitesCSV(document).render())
    #expect(rows.count == document.sites.count + 1)
    #expect(rows.allSatisfy { $0.count == rows[0].count })
    #expect(rows[1][0] == "a,\"b\"\nc")
    let column = try #require(rows[0].firstIndex(of: "alias_fraction_ac"))
    #expect(Double(rows[3][column]) == document.sites[2].aliasFractionAc)
    #expect(rows[2].last == "")
    #expect(rows[0].suffix(3).first == "ideal_alias_fraction")
  }

  /// A reader of RFC 4180 that shares nothing with the writer.
  private func parse(_ text: String) -> [[String]] {
    var rows: [[String]] = [[""]]
    var isQuoted = false
    var scalars = Array(text.unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      let end = (rows.count - 1, rows[rows.count - 1].count - 1)
      switch (scalar, isQuoted) {
      case ("\"", true) where scalars.first == "\"":
        scalars.removeFirst()
        rows[end.0][end.1] += "\""
      case ("\"", _): isQuoted.toggle()
      case (",", false): rows[end.0].append("")
      case ("\r", false): break
      case ("\n", false): rows.append([""])
      default: rows[end.0][end.1].unicodeScalars.append(scalar)
      }
    }
    return rows.dropLast()
  }
}
