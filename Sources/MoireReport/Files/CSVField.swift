/// A field of a CSV file, after RFC 4180.
public enum CSVField {
  /// In quotes where it holds a comma, a quote or a line break.
  public static func quoted(_ field: String) -> String {
    let special: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13]
    guard field.utf8.contains(where: special.contains) else { return field }
    return "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
