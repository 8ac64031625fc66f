import CMoire
import MoireKit

/// A shift by a fraction of a sample, or ideal pooling by 2.
final class CoreResampling: @unchecked Sendable {
  enum Kind: String, CaseIterable {
    case shift, pool

    var title: String { self == .shift ? "fractional shift" : "ideal pooling, stride 2" }
  }

  private let map: CoreMap
  private let resampler: OpaquePointer
  private let shares: [Range<Int>]
  private let workspaces: [UnsafeMutableRawPointer?]
  private let bytes: Int

  init(map: CoreMap, threads: Int, kind: Kind) throws {
    self.map = map
    shares = map.shares(threads)
    var made: OpaquePointer?
    switch kind {
    case .shift:
      var options = moire_shift_options()
      (options.height, options.width) = (map.size, map.size)
      (options.shift_height, options.shift_width) = (0.3, 1.7)
      try CoreComparison.check(moire_shift_create(&made, &options))
    case .pool:
      var options = moire_ideal_pool_options()
      (options.height, options.width, options.stride_height, options.stride_width) =
        (map.size, map.size, 2, 2)
      try CoreComparison.check(moire_ideal_pool_create(&made, &options))
    }
    guard let made else { throw Peer.Failure(description: "no resampler") }
    resampler = made
    let size = moire_resampler_workspace_size(made)
    bytes = size
    workspaces = shares.map { _ in moire_alloc(size) }
  }

  deinit {
    moire_resampler_destroy(resampler)
    workspaces.forEach { moire_free($0) }
  }

  func run() {
    let height = moire_resampler_output_height(resampler)
    let width = moire_resampler_output_width(resampler)
    CoreMap.each(shares.count) { share in
      let range = self.shares[share]
      var planes = self.map.planes(range)
      var output = self.map.outputPlanes(range, height: height, width: width)
      precondition(
        moire_resampler_execute(
          self.resampler, &planes, &output, self.workspaces[share], self.bytes) == .ok)
    }
  }
}
