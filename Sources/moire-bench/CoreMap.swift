import CMoire
import Dispatch
import MoireKit

/// Random maps [channels][size][size], once in planes and once in blocks of 16 channels, and room for
/// what comes out of them.
final class CoreMap {
  let channels: Int
  let size: Int
  let planar: UnsafeMutablePointer<Float>
  let blocked: UnsafeMutablePointer<Float>
  let output: UnsafeMutablePointer<Float>

  var area: Int { size * size }
  var name: String { "\(channels)×\(size)²" }

  init(channels: Int, size: Int) {
    (self.channels, self.size) = (channels, size)
    let count = channels * size * size
    func memory() -> UnsafeMutablePointer<Float> {
      guard let memory = moire_alloc(count * MemoryLayout<Float>.stride) else {
        fatalError("no memory for \(count) floats")
      }
      return memory.bindMemory(to: Float.self, capacity: count)
    }
    (planar, blocked, output) = (memory(), memory(), memory())
    var generator = SeededGenerator(seed: 1)
    for index in 0..<count {
      planar[index] = Float(generator.normal())
      output[index] = 0
    }
    let area = size * size
    for index in 0..<count {
      let (plane, sample) = index.quotientAndRemainder(dividingBy: area)
      blocked[(plane / 16 * area + sample) * 16 + plane % 16] = planar[index]
    }
  }

  deinit {
    moire_free(planar)
    moire_free(blocked)
    moire_free(output)
  }

  /// The planes of some channels, in planes.
  func planes(_ range: Range<Int>) -> moire_planes {
    moire_planes(
      data: planar + range.lowerBound * area, count: range.count, plane_stride: area,
      row_stride: size, column_stride: 1)
  }

  /// The planes of a block of 16 channels.
  func block(_ index: Int) -> moire_planes {
    moire_planes(
      data: blocked + index * 16 * area, count: 16, plane_stride: 1, row_stride: 16 * size,
      column_stride: 16)
  }

  /// Where smaller maps of some channels go, in planes.
  func outputPlanes(_ range: Range<Int>, height: Int, width: Int) -> moire_output {
    moire_output(
      data: output + range.lowerBound * height * width, plane_stride: height * width,
      row_stride: width, column_stride: 1)
  }

  /// Where the smaller maps of a block go.
  func outputBlock(_ index: Int, height: Int, width: Int) -> moire_output {
    moire_output(
      data: output + index * 16 * height * width, plane_stride: 1, row_stride: 16 * width,
      column_stride: 16)
  }

  /// Shares of whole blocks, one a thread.
  func shares(_ threads: Int) -> [Range<Int>] {
    let blocks = channels / 16
    return (0..<threads).map { thread in
      blocks * thread / threads * 16..<blocks * (thread + 1) / threads * 16
    }
  }

  /// Runs `body` for each share at once.
  static func each(_ threads: Int, _ body: @Sendable (Int) -> Void) {
    if threads == 1 {
      body(0)
    } else {
      DispatchQueue.concurrentPerform(iterations: threads, execute: body)
    }
  }
}
