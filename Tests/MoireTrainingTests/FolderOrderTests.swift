import Foundation
import MoireImages
import Testing

@testable import MoireTraining

struct FolderOrderTests {
  @Test func `The first images of folders are taken evenly over the classes`() throws {
    let folder = try TemporaryFolder()
    defer { folder.remove() }
    // The gray value tells which image it is.
    for (name, count) in [("ants", 6), ("bees", 3), ("cats", 1)] {
      try FileManager.default.createDirectory(
        atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
      for index in 0..<count {
        let value = UInt8(10 * count + index)
        let image = try Image(
          width: 2, height: 2, channels: 1, pixels: [value, value, value, value])
        _ = try folder.file("\(name)/\(index).png", image.pngData())
      }
    }
    let data = try ImageDataset(folder: folder.path, threads: 2)
    #expect(data.labels == [0, 1, 0, 0, 1, 2, 0, 0, 1, 0])
    let values: [Float] = [60, 30, 61, 62, 31, 10, 63, 64, 32, 65]
    data.copyAll { #expect($0 == values.flatMap { [Float](repeating: $0, count: 4) }) }
    #expect(try data.limited(to: 3).labels == [0, 1, 0])
  }

  @Test(arguments: [[5, 5, 5], [1, 1000], [7, 1, 30, 2], [1], [400, 400, 400, 400, 400, 400]])
  func `Every beginning of an even order holds each part's share`(_ counts: [Int]) throws {
    let order = ImageDataset.evenly(counts)
    for (part, count) in counts.enumerated() {
      #expect(order.filter { $0.part == part }.map(\.index) == Array(0..<count))
    }
    var held = counts.map { _ in 0 }
    let total = Double(counts.reduce(0, +))
    for (place, member) in order.enumerated() {
      held[member.part] += 1
      // (k + 1/2) / n leaves each part at most half an image off its share of the way, and the way is
      // at most half an image for each part off the place.
      for (part, count) in counts.enumerated() {
        let share = Double(count) / total
        let bound = 0.5 + share * 0.5 * Double(counts.count)
        #expect(abs(Double(held[part]) - share * Double(place + 1)) <= bound + 1e-9)
      }
    }
  }
}
