import CMoire
import Foundation
import MoireKit

/// BlurPool at stride 2 in planes or in blocks of 16 channels.
final class CoreBlur: @unchecked Sendable {
  private let map: CoreMap
  private let filter: OpaquePointer
  private let blocked: Bool
  private let shares: [Range<Int>]
  private let workspaces: [UnsafeMutableRawPointer?]
  private let bytes: Int
  private let height: Int
  private let width: Int

  init(map: CoreMap, threads: Int, taps: Int, blocked: Bool) throws {
    (self.map, self.blocked) = (map, blocked)
    shares = map.shares(threads)
    var options = moire_blur_options(
      convention: .zhang, padding: moire_blur_padding(.zhang), filter_height: taps,
      filter_width: taps, stride_height: 2, stride_width: 2, height: map.size, width: map.size)
    var made: OpaquePointer?
    try CoreComparison.check(moire_blur_create(&made, nil, nil, &options))
    guard let made else { throw Peer.Failure(description: "no filter") }
    filter = made
    let size = moire_fir_workspace_size(made)
    bytes = size
    workspaces = shares.map { _ in moire_alloc(size) }
    (height, width) = (moire_fir_output_height(made), moire_fir_output_width(made))
  }

  deinit {
    moire_fir_destroy(filter)
    workspaces.forEach { moire_free($0) }
  }

  func run() {
    CoreMap.each(shares.count) { share in
      let range = self.shares[share]
      if self.blocked {
        for block in range.lowerBound / 16..<range.upperBound / 16 {
          self.filter(
            self.map.block(block),
            self.map.outputBlock(block, height: self.height, width: self.width), share)
        }
      } else {
        self.filter(
          self.map.planes(range),
          self.map.outputPlanes(range, height: self.height, width: self.width), share)
      }
    }
  }

  private func filter(_ planes: moire_planes, _ output: moire_output, _ share: Int) {
    var (planes, output) = (planes, output)
    precondition(
      moire_fir_execute(filter, &planes, &output, workspaces[share], bytes) == .ok)
  }

  /// As many bytes as the filter reads and writes, copied: those of the input, then those of the output.
  func copy() {
    CoreMap.each(shares.count) { share in
      let range = self.shares[share]
      let float = MemoryLayout<Float>.stride
      let (area, small) = (self.map.area, self.height * self.width)
      let from = self.map.planar + range.lowerBound * area
      let to = self.map.output + range.lowerBound * area
      memcpy(to, from, range.count * area * float)
      memcpy(to, from, range.count * small * float)
    }
  }
}
