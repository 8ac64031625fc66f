import Foundation
public import MoireImages
import MoireTensors

/// Images of objects at exactly known places: cutouts by class, pasted on photos at positions that need
/// not be whole pixels.
///
/// Objects keep a pixel from the border, so that their soft edges are whole.
/// Image i of a part shows class i mod K; its object, size and place, the photo and the part of it that
/// stands behind are drawn by the seed, the part and i alone. Photos of the test part are not those of
/// training; objects are the same, for what is studied is where they stand.
public struct Composites: Sendable {
  public struct Plan: Sendable, Hashable {
    /// The side of every image.
    public var side = 64
    /// The longer side of the objects, uniform, in pixels.
    public var objects = 24.0...40.0
    public var training = 4000
    public var test = 1000
    public var seed: UInt64 = 0

    public init() {}

    /// - Throws: ``TrainingError/plan(option:reason:)``.
    func validate() throws {
      func need(_ holds: Bool, _ option: String, _ value: some Any, _ allowed: String) throws {
        guard holds else {
          throw TrainingError.plan(option: option, reason: "\(value); need \(allowed)")
        }
      }
      try need((8...4096).contains(side), "size", side, "8 to 4096 pixels")
      try need(
        objects.lowerBound >= 1 && objects.upperBound <= Double(side - 2), "object",
        "\(objects.lowerBound) to \(objects.upperBound) pixels",
        "1 to \(side - 2), a pixel less than the image on each side")
      try need(training >= 1, "count", training, "1 or more")
      try need(test >= 0, "test", test, "0 or more")
    }
  }

  public enum Part: String, Sendable, CaseIterable {
    case training = "train"
    case test
  }

  /// One image and what stands on it; its object reaches from the corner over the size.
  public struct Item: Sendable {
    public let image: Image
    /// The class, its number, and the names of the two files.
    public let label: Int
    public let object: String
    public let photo: String
    public let corner: (row: Double, column: Double)
    public let size: (height: Double, width: Double)
  }

  public let plan: Plan
  /// In the order of their names.
  public let classes: [String]
  private let objects: [[(name: String, cutout: Cutout)]]
  private let photos: [Part: [(name: String, image: Image)]]

  /// - Parameters:
  ///   - objects: a folder with a folder for each class, of PNG files with alpha, in folders below it too.
  ///   - photos: a folder of PNG or JPEG files, two or more; every fifth is for tests, one at least.
  /// - Throws: ``TrainingError``, `ImageError`.
  public init(objects: String, photos: String, plan: Plan, threads: Int = 1) throws {
    try plan.validate()
    self.plan = plan
    classes = try ImageDataset.classFolders(objects)
    let names = try classes.map { try Self.pictures(in: "\(objects)/\($0)", class: $0) }
    let files = names.flatMap { $0 }
    let labels = names.indices.flatMap { label in names[label].map { _ in label } }
    // Four samples a pixel leave nothing to be seen of the smaller grid.
    let limit = 4 * Int(plan.objects.upperBound.rounded(.up))
    let cutouts = try Parallel.map(files.count, threads: threads) { index in
      try Cutout(contentsOf: files[index]).reduced(to: limit)
    }
    var byClass: [[(name: String, cutout: Cutout)]] = classes.map { _ in [] }
    for (index, label) in labels.enumerated() {
      byClass[label].append((Self.name(files[index]), cutouts[index]))
    }
    self.objects = byClass
    let found = try Self.photos(photos)
    let side = plan.side
    let read = try Parallel.map(found.count, threads: threads) { index in
      let image = try Image(contentsOf: found[index]).rgb
      return try min(image.width, image.height) < side
        ? image.resized(shorterSide: side)
        : image.resized(shorterSide: min(min(image.width, image.height), 4 * side))
    }
    var parts: [Part: [(name: String, image: Image)]] = [:]
    for (index, image) in read.enumerated() {
      let part: Part = index % 5 == 4 || found.count < 5 && index == 1 ? .test : .training
      parts[part, default: []].append((Self.name(found[index]), image))
    }
    self.photos = parts
  }

  private static func name(_ path: String) -> String { (path as NSString).lastPathComponent }

  /// The PNG files of a class, in folders below it too.
  private static func pictures(in folder: String, class name: String) throws -> [String] {
    let place = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    let found = (try? FileManager.default.subpathsOfDirectory(atPath: place)) ?? []
    let pictures = found.filter { ($0 as NSString).pathExtension.lowercased() == "png" }.sorted()
    guard !pictures.isEmpty else { throw TrainingError.emptyClass(path: folder, name: name) }
    return pictures.map { "\(folder)/\($0)" }
  }

  private static func photos(_ path: String) throws -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path).filter {
        ["png", "jpg", "jpeg"].contains(($0 as NSString).pathExtension.lowercased())
      }.sorted()
    } catch {
      throw TrainingError.file(path: path, reason: "cannot be read: \(systemReason(error))")
    }
    guard names.count >= 2 else {
      throw TrainingError.invalidData(
        path: path,
        reason:
          "holds \(names.count) PNG or JPEG files; need two or more, for training and for tests")
    }
    return names.map { "\(path)/\($0)" }
  }

  /// How many images a part has.
  public func count(_ part: Part) -> Int { part == .training ? plan.training : plan.test }

  /// Image `index` of a part.
  ///
  /// - Throws: `ImageError` for an image above its limits.
  public func item(_ part: Part, _ index: Int) throws -> Item {
    var generator = SeededGenerator(seed: plan.seed, part == .training ? 1 : 2, index)
    let label = index % classes.count
    let photo = photos[part]![generator.integer(in: 0..<photos[part]!.count)]
    let background = try Self.window(of: photo.image, plan.side, &generator)
    let object = objects[label][generator.integer(in: 0..<objects[label].count)]
    let range = plan.objects
    let longer = range.lowerBound + (range.upperBound - range.lowerBound) * generator.uniform()
    let own = object.cutout.size
    let scale = longer / Double(max(own.height, own.width))
    let size = (height: scale * Double(own.height), width: scale * Double(own.width))
    let corner = (
      row: 1 + (Double(plan.side - 2) - size.height) * generator.uniform(),
      column: 1 + (Double(plan.side - 2) - size.width) * generator.uniform()
    )
    return Item(
      image: try object.cutout.pasted(on: background, corner: corner, size: size), label: label,
      object: object.name, photo: photo.name, corner: corner, size: size)
  }

  /// A square part of a photo, of any size from `side` on, brought to `side`.
  private static func window(
    of photo: Image, _ side: Int, _ generator: inout SeededGenerator
  ) throws -> Image {
    let length = generator.integer(in: side..<min(photo.width, photo.height) + 1)
    let corner = HW(
      generator.integer(in: 0..<photo.height - length + 1),
      generator.integer(in: 0..<photo.width - length + 1))
    return try photo.cropped(to: HW(length, length), at: corner).resized(to: HW(side, side))
  }
}
