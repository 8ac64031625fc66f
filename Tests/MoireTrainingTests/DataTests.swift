import Foundation
import MoireTensors
import Testing

@testable import MoireTraining

struct DataTests {
  @Test func `Idx files plain and by gzip give the same images`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let values = (0..<12).map { UInt8($0 * 20) }
    let images = try folder.file("images", idx([3, 2, 2], values))
    let labels = try folder.file("labels", idx([3], [0, 2, 1]))
    let data = try ImageDataset(idxImages: images, labels: labels)
    #expect(data.shape == [1, 2, 2])
    #expect(data.labels == [0, 2, 1])
    var pixels = [Float](repeating: 0, count: 4)
    pixels.withUnsafeMutableBufferPointer { data.copy(1, to: $0) }
    #expect(pixels == [80, 100, 120, 140])
    // `gzip -n` of the same file, stored without compression.
    let zipped = try folder.file("images.gz", storedGZip(idx([3, 2, 2], values)))
    let again = try ImageDataset(idxImages: zipped, labels: labels)
    again.copyAll { #expect($0 == values.map(Float.init)) }
  }

  @Test func `Damaged, cut off and contradicting files are refused by name`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    let good = try folder.file("good", idx([2, 1, 1], [1, 2]))
    let labels = try folder.file("labels", idx([2], [0, 1]))
    func refused(_ images: String, _ labels: String) -> String {
      do {
        _ = try ImageDataset(idxImages: images, labels: labels, classes: nil)
        return "accepted"
      } catch { return "\(error)" }
    }
    let cut = try folder.file("cut", Array(idx([2, 1, 1], [1, 2]).dropLast()))
    #expect(refused(cut, labels).contains("cut: not an idx file"))
    let text = try folder.file("text", Array("hello".utf8))
    #expect(refused(text, labels).contains("does not begin with 0, 0, 8"))
    let empty = try folder.file("empty", [])
    #expect(refused(empty, labels).contains("empty"))
    #expect(refused("\(folder.path)/none", labels).contains("no such file"))
    let few = try folder.file("few", idx([1], [0]))
    #expect(refused(good, few).contains("sizes [1] for 2 images"))
    let gap = try folder.file("gap", idx([2], [0, 2]))
    #expect(refused(good, gap).contains("class 1 has no image"))
    var broken = storedGZip(idx([2, 1, 1], [1, 2]))
    broken[broken.count - 6] ^= 1
    #expect(refused(try folder.file("broken.gz", broken), labels).contains("checksum"))
    let short = try folder.file("short.gz", Array(storedGZip(idx([2, 1, 1], [1, 2])).prefix(20)))
    #expect(refused(short, labels).contains("gzip"))
    #expect(throws: TrainingError.label(path: labels, index: 1, label: 1, classes: 1)) {
      try ImageDataset(idxImages: good, labels: labels, classes: 1)
    }
  }

  @Test func `Folders need an image in every class, all of one size`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/cat", withIntermediateDirectories: true)
    #expect(throws: TrainingError.emptyClass(path: folder.path, name: "cat")) {
      try ImageDataset(folder: folder.path)
    }
    #expect(throws: TrainingError.self) { try ImageDataset(folder: folder.path + "/cat") }
  }

  @Test func `Batches depend on seed, epoch and step, not on what came before`() throws {
    let data = try corners(21, seed: 1)
    func loader(_ seed: UInt64) -> BatchLoader {
      BatchLoader(
        data, batch: 4, seed: seed,
        augmentations: [
          .flip, .crop(padding: 2), .circularShift(3), .scale(0.5...2),
          .resizedCrop(0.3...0.8), .subpixelShift(1),
        ], scale: PixelScale(channels: 1))
    }
    func contents(_ loader: BatchLoader, _ epoch: Int, _ step: Int) -> [Float] {
      loader.withBatch(epoch: epoch, step: step) { Array($0.images) + $0.labels.map(Float.init) }
    }
    let first = loader(3)
    #expect(first.steps == 5)
    let inOrder = (0..<5).map { contents(first, 0, $0) } + [contents(first, 1, 0)]
    let jumping = loader(3)
    #expect(contents(jumping, 1, 0) == inOrder[5])
    #expect(contents(jumping, 0, 3) == inOrder[3])
    #expect(contents(loader(4), 0, 3) != inOrder[3])
    let labels = inOrder.prefix(5).map { $0.suffix(4) }
    #expect(labels.joined().count == 20)
  }

  @Test func `Augmentations move what they say`() throws {
    var image = (0..<9).map { Float($0) }
    var scratch = image
    func applied(_ augmentation: Augmentation, seed: UInt64) -> [Float] {
      var result = image
      var generator = SeededGenerator(seed: seed)
      result.withUnsafeMutableBufferPointer { values in
        scratch.withUnsafeMutableBufferPointer {
          augmentation.apply(values, [1, 3, 3], scratch: $0, &generator)
        }
      }
      return result
    }
    let flips = Set((0..<8).map { applied(.flip, seed: $0) })
    #expect(flips == [image, [2, 1, 0, 5, 4, 3, 8, 7, 6]])
    for seed in 0..<20 as Range<UInt64> {
      #expect(applied(.circularShift(2), seed: seed).sorted() == image)
      let cropped = applied(.crop(padding: 1), seed: seed)
      #expect(Set(cropped).isSubset(of: Set(image)))
    }
    // Scaling by 1 and a crop of everything leave an image alone.
    #expect(applied(.scale(1...1), seed: 1) == image)
    image = Array(repeating: 5, count: 9)
    #expect(applied(.resizedCrop(0.5...0.5), seed: 1).allSatisfy { abs($0 - 5) < 1e-5 })
  }

  @Test(arguments: [
    "flip", "crop:4", "circular:3", "subpixel:0.5", "resized-crop:0.3-0.8",
    "scale:0.5-2",
  ])
  func `Augmentations are read as they are written`(_ text: String) throws {
    #expect(try !"\(Augmentation(parsing: text).description)".isEmpty)
    #expect(
      try Augmentation(parsing: Augmentation(parsing: text).description).description
        == Augmentation(parsing: text).description)
  }

  @Test(arguments: ["", "flop", "crop", "crop:0", "crop:x", "scale:2-1", "flip:1", "subpixel:-1"])
  func `Augmentations that are none are refused`(_ text: String) {
    #expect(throws: TrainingError.self) { try Augmentation(parsing: text) }
  }
}

extension ImageDataset {
  func copyAll(_ body: ([Float]) -> Void) {
    var all: [Float] = []
    for index in 0..<count {
      var pixels = [Float](repeating: 0, count: imageSize)
      pixels.withUnsafeMutableBufferPointer { copy(index, to: $0) }
      all += pixels
    }
    body(all)
  }
}

/// A gzip file with one stored block.
func storedGZip(_ bytes: [UInt8]) -> [UInt8] {
  let little = { (value: UInt32) in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  var register: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    register ^= UInt32(byte)
    for _ in 0..<8 { register = register & 1 == 1 ? 0xEDB8_8320 ^ register >> 1 : register >> 1 }
  }
  let size = UInt16(bytes.count)
  return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1]
    + [UInt8(size & 255), UInt8(size >> 8), UInt8(~size & 255), UInt8(~size >> 8)] + bytes
    + little(~register) + little(UInt32(bytes.count))
}
