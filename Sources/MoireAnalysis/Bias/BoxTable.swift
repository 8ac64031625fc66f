import Foundation

/// Where objects stand in their pictures: a table of bounding boxes.
///
/// CSV after RFC 4180 with a header. Columns by name, in any order and case, other columns are left
/// alone: the class (`class`, `label` or `LabelName`); the box (`XMin`, `XMax`, `YMin`, `YMax`); the
/// picture's `width` and `height`, without which the box is in fractions of the picture, as in Open
/// Images' tables.
public struct BoxTable: Sendable {
  /// One object, in fractions of its picture.
  public struct Box: Sendable, Equatable {
    public var name: String
    public var left, right, top, bottom: Double

    public init(name: String, left: Double, right: Double, top: Double, bottom: Double) {
      self.name = name
      (self.left, self.right, self.top, self.bottom) = (left, right, top, bottom)
    }
  }

  public let boxes: [Box]

  public init(_ boxes: [Box]) { self.boxes = boxes }

  /// - Parameter file: what the table is called in errors.
  /// - Throws: ``BiasError``.
  public init(csv text: String, file: String) throws {
    var rows = CSVRows(text)
    guard let header = rows.next() else { throw BiasError.empty(file: file) }
    let columns = try Columns(header.fields, file: file)
    var boxes: [Box] = []
    while let row = rows.next() {
      guard row.fields.contains(where: { !$0.isEmpty }) else { continue }
      guard row.fields.count == header.fields.count else {
        throw BiasError.row(
          file: file, line: row.line,
          reason: "it has \(row.fields.count) fields, the header has \(header.fields.count)")
      }
      do {
        boxes.append(try columns.box(row.fields))
      } catch let error as Columns.Refusal {
        throw BiasError.row(file: file, line: row.line, reason: error.reason)
      }
    }
    guard !boxes.isEmpty else { throw BiasError.empty(file: file) }
    self.boxes = boxes
  }
}

/// Where the header puts what is needed.
private struct Columns {
  struct Refusal: Error {
    let reason: String
  }

  private let name: Int
  private let edges: [Int]
  private let size: (width: Int, height: Int)?

  init(_ header: [String], file: String) throws {
    let names = header.map { field in
      field.lowercased().filter { $0 != "_" && $0 != " " && $0 != "\u{FEFF}" }
    }
    func find(_ candidates: [String]) throws -> Int {
      for candidate in candidates {
        if let index = names.firstIndex(of: candidate) { return index }
      }
      throw BiasError.column(file: file, wanted: candidates[0], header: header)
    }
    name = try find(["class", "label", "labelname"])
    edges = try ["xmin", "xmax", "ymin", "ymax"].map { try find([$0]) }
    let (width, height) = (names.firstIndex(of: "width"), names.firstIndex(of: "height"))
    if (width == nil) != (height == nil) {
      throw BiasError.column(
        file: file, wanted: width == nil ? "width" : "height", header: header)
    }
    size = width.flatMap { width in height.map { (width, $0) } }
  }

  func box(_ fields: [String]) throws -> BoxTable.Box {
    func number(_ index: Int) throws -> Double {
      let text = fields[index].trimmingCharacters(in: .whitespaces)
      guard let value = Double(text), value.isFinite else {
        throw Refusal(reason: "'\(text)' is no number")
      }
      return value
    }
    let name = fields[self.name].trimmingCharacters(in: .whitespaces)
    guard !name.isEmpty else { throw Refusal(reason: "the class is empty") }
    let values = try edges.map(number)
    let (width, height) = try size.map { (try number($0.width), try number($0.height)) } ?? (1, 1)
    guard width > 0, height > 0 else {
      throw Refusal(reason: "a picture of \(width)×\(height) has no room for a box")
    }
    let (x, y) = (values[0...1].map { $0 / width }, values[2...3].map { $0 / height })
    for (low, high, axis) in [(x[0], x[1], "x"), (y[0], y[1], "y")] {
      guard low < high else {
        throw Refusal(reason: "the box has no extent along \(axis)")
      }
      guard low >= 0, high <= 1 else {
        throw Refusal(
          reason: "the box leaves the picture along \(axis)"
            + (size == nil ? ": without width and height it must lie within 0 … 1" : ""))
      }
    }
    return BoxTable.Box(name: name, left: x[0], right: x[1], top: y[0], bottom: y[1])
  }
}

/// The rows of a CSV text: fields may stand in quotes, a doubled quote is one.
private struct CSVRows: IteratorProtocol {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var line = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  /// The next row with the line that it begins in.
  mutating func next() -> (line: Int, fields: [String])? {
    guard position < scalars.count else { return nil }
    line += 1
    let start = line
    var fields: [String] = []
    var field = String.UnicodeScalarView()
    var isQuoted = false
    while position < scalars.count {
      let scalar = scalars[position]
      position += 1
      if isQuoted {
        if scalar != "\"" {
          if scalar == "\n" { line += 1 }
          field.append(scalar)
        } else if position < scalars.count, scalars[position] == "\"" {
          field.append(scalar)
          position += 1
        } else {
          isQuoted = false
        }
      } else if scalar == "\"" {
        isQuoted = true
      } else if scalar == "," {
        fields.append(String(field))
        field = String.UnicodeScalarView()
      } else if scalar == "\n" {
        break
      } else if scalar != "\r" {
        field.append(scalar)
      }
    }
    return (start, fields + [String(field)])
  }
}
