import ArgumentParser
import Foundation
import MoireKit

/// `moire composites`: images of objects at exactly known places, to train on and to move.
struct CompositesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "composites",
    abstract: "Make images of objects pasted on photos at known sub-pixel places.",
    discussion: """
      Example: moire composites stamps/ photos/ --out composites --size 64

      STAMPS holds a folder for each class with PNG files that have alpha, PHOTOS two or more photos. OUT gets
      train/CLASS/NUMBER.png, test/CLASS/NUMBER.png, which 'moire train' and 'moire reproduce' read, and
      positions.csv with the object, the photo, the corner and the size in pixels of every image. Every
      fifth photo is for tests only. The same seed and files give the same bytes.
      """)

  @Argument(help: ArgumentHelp("PNG files with alpha, in a folder a class.", valueName: "stamps"))
  var objects: String

  @Argument(help: "A folder of photos, PNG or JPEG.")
  var photos: String

  @Option(help: ArgumentHelp("The folder to make; it must not hold anything.", valueName: "folder"))
  var out: String

  @Option(help: ArgumentHelp("The side of the images.", valueName: "pixels"))
  var size: Int = 64

  @Option(
    help: ArgumentHelp(
      "The longer side of the objects, as 32 or 24..40. (default: 3/8 to 5/8 of the side)",
      valueName: "pixels"))
  var object: String?

  @Option(help: ArgumentHelp("How many images to train on.", valueName: "images"))
  var count: Int = 4000

  @Option(help: ArgumentHelp("How many images to test on.", valueName: "images"))
  var test: Int = 1000

  @Option(help: "What all drawing starts from.")
  var seed: UInt64 = 0

  @OptionGroup var common: CommonOptions

  private func plan() throws -> Composites.Plan {
    var plan = Composites.Plan()
    (plan.side, plan.training, plan.test, plan.seed) = (size, count, test, seed)
    plan.objects = Double(size) * 3 / 8...max(Double(size) * 5 / 8, Double(size) * 3 / 8)
    guard let object else { return plan }
    let numbers = object.components(separatedBy: "..").map { Double($0) }
    guard let low = numbers[0], let high = numbers[numbers.count - 1], numbers.count <= 2,
      low <= high
    else {
      throw ValidationError("--object \(object): need a number of pixels, or two as 24..40")
    }
    plan.objects = low...high
    return plan
  }

  func run() throws {
    let composites = try Composites(
      objects: objects, photos: photos, plan: plan(), threads: common.threads)
    try CompositeFiles(composites, out).write(threads: common.threads, quiet: common.quiet)
    if let json = common.json {
      try JSONFile.write(CompositesDocument(composites), path: json)
    }
    guard !common.quiet else { return }
    print(
      "\(count) images to train on and \(test) to test on, \(size)×\(size), "
        + "\(composites.classes.count) classes, in \(out)")
  }
}

/// What was made, without the images.
private struct CompositesDocument: Encodable {
  let schema = 1
  let version = MoireVersion.current
  let size: Int
  let object: [Double]
  let train, test: Int
  let seed: UInt64
  let classes: [String]

  init(_ composites: Composites) {
    let plan = composites.plan
    (size, train, test, seed) = (plan.side, plan.training, plan.test, plan.seed)
    object = [plan.objects.lowerBound, plan.objects.upperBound]
    classes = composites.classes
  }
}

/// The files of a set of composites.
struct CompositeFiles {
  private let composites: Composites
  private let folder: String

  /// - Throws: ``CommandError/unwritable(path:reason:)`` for a folder with something in it.
  init(_ composites: Composites, _ folder: String) throws {
    self.composites = composites
    self.folder = folder
    let inside = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard inside.isEmpty else {
      throw CommandError.unwritable(
        path: folder, reason: "it holds \(inside.count) files; name a folder that is new or empty")
    }
  }

  /// Writes the images, and when all of them are there the table of their places.
  func write(threads: Int, quiet: Bool) throws {
    var table = "file,class,object,photo,top,left,height,width\r\n"
    for part in Composites.Part.allCases {
      try makeFolders(part)
      var progress = Progress(part.rawValue, quiet: quiet)
      let (count, step) = (composites.count(part), 256)
      for first in stride(from: 0, to: count, by: step) {
        let rows = try Parallel.map(min(step, count - first), threads: threads) { index in
          try write(part, first + index)
        }
        table += rows.joined()
        progress.show(min(first + step, count), of: count)
      }
      progress.finish()
    }
    try JSONFile.write(Data(table.utf8), path: "\(folder)/positions.csv")
  }

  private func makeFolders(_ part: Composites.Part) throws {
    for name in composites.classes {
      let path = "\(folder)/\(part.rawValue)/\(name)"
      do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      } catch {
        throw CommandError.unwritable(path: path, reason: systemReason(error))
      }
    }
  }

  /// Writes one image; its row of the table.
  private func write(_ part: Composites.Part, _ index: Int) throws -> String {
    let item = try composites.item(part, index)
    let name = composites.classes[item.label]
    let file = "\(part.rawValue)/\(name)/" + String(format: "%06d.png", index)
    try JSONFile.write(Data(item.image.pngData()), path: "\(folder)/\(file)")
    let numbers = [item.corner.row, item.corner.column, item.size.height, item.size.width]
    let cells =
      [file, name, item.object, item.photo].map(CSVField.quoted) + numbers.map { "\($0)" }
    return cells.joined(separator: ",") + "\r\n"
  }
}
