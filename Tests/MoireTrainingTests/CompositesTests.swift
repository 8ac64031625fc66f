import Foundation
import MoireImages
import MoireTensors
import MoireTraining
import Testing

/// Images of objects at known places.
struct CompositesTests {
  /// Two classes of square objects, one white and one red, and so many photos of one gray level each.
  private func write(_ folder: TemporaryFolder, photos: Int = 6) throws {
    func put(_ name: String, _ pixel: [UInt8], _ size: Int) throws {
      let path = "\(folder.path)/\(name)"
      try FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
      let pixels = (0..<size * size).flatMap { _ in pixel }
      let image = try Image(width: size, height: size, channels: 3, pixels: pixels)
      try Data(image.pngData()).write(to: URL(fileURLWithPath: path))
    }
    try put("objects/red/a.png", [255, 0, 0], 36)
    try put("objects/white/a.png", [255, 255, 255], 48)
    try put("objects/white/b.png", [255, 255, 255], 31)
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/photos", withIntermediateDirectories: true)
    for photo in 0..<photos {
      try put("photos/\(photo).png", [0, 0, UInt8(photo)], 20 + 7 * photo)
    }
  }

  private func plan() -> Composites.Plan {
    var plan = Composites.Plan()
    (plan.side, plan.objects, plan.training, plan.test, plan.seed) = (24, 6...11, 40, 20, 3)
    return plan
  }

  /// The object's covered area, its centre of gravity, class and photo are those that are told.
  @Test func `What is told is what is seen`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try write(folder)
    let composites = try Composites(
      objects: "\(folder.path)/objects", photos: "\(folder.path)/photos", plan: plan())
    #expect(composites.classes == ["red", "white"])
    var fractions: Set<Double> = []
    for part in Composites.Part.allCases {
      for index in 0..<composites.count(part) {
        let item = try composites.item(part, index)
        #expect(item.label == index % 2)
        #expect(item.image.size == HW(24, 24))
        let red = (0..<24 * 24).map { Double(item.image.pixels[$0 * 3]) / 255 }
        let mass = red.reduce(0, +)
        // Sampled by triangles of three samples or more a side, whose sums vary by below 1 % with the place, and
        // ½ a level of rounding for each pixel of the border.
        #expect(abs(mass - item.size.height * item.size.width) < 0.6)
        let row = red.indices.reduce(0.0) { $0 + red[$1] * (Double($1 / 24) + 0.5) } / mass
        let column = red.indices.reduce(0.0) { $0 + red[$1] * (Double($1 % 24) + 0.5) } / mass
        #expect(abs(row - item.corner.row - item.size.height / 2) < 0.03)
        #expect(abs(column - item.corner.column - item.size.width / 2) < 0.03)
        #expect((6...11).contains(max(item.size.height, item.size.width)))
        let blue = item.image.pixels[(row < 12 ? 23 * 24 : 0) * 3 + 2]
        #expect(item.photo == "\(blue).png")
        #expect((item.photo == "4.png") == (part == .test))
        fractions.insert(((item.corner.row - item.corner.row.rounded(.down)) * 8).rounded(.down))
      }
    }
    #expect(fractions.count > 4)
  }

  @Test func `Items depend on seed, part and number alone`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try write(folder, photos: 2)
    func made(_ seed: UInt64, threads: Int) throws -> [Image] {
      var plan = plan()
      plan.seed = seed
      let composites = try Composites(
        objects: "\(folder.path)/objects", photos: "\(folder.path)/photos", plan: plan,
        threads: threads)
      return try (0..<4).reversed().map { try composites.item(.training, $0).image }
    }
    #expect(try made(1, threads: 1) == made(1, threads: 3))
    #expect(try made(1, threads: 1) != made(2, threads: 1))
  }

  @Test func `Wrong folders and plans are refused`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try write(folder, photos: 1)
    func make(_ objects: String = "objects", _ change: (inout Composites.Plan) -> Void = { _ in })
      throws
    {
      var plan = plan()
      change(&plan)
      _ = try Composites(
        objects: "\(folder.path)/\(objects)", photos: "\(folder.path)/photos", plan: plan)
    }
    #expect(throws: TrainingError.self) { try make() }
    try write(folder, photos: 2)
    try make()
    #expect(throws: TrainingError.self) { try make("nowhere") }
    #expect(throws: TrainingError.self) { try make("photos") }
    #expect(throws: TrainingError.self) { try make { $0.side = 4 } }
    #expect(throws: TrainingError.self) { try make { $0.objects = 6...22.5 } }
    #expect(throws: TrainingError.self) { try make { $0.objects = 0...5 } }
    #expect(throws: TrainingError.self) { try make { $0.training = 0 } }
    #expect(throws: TrainingError.self) { try make { $0.test = -1 } }
  }
}
