import Foundation
import MoireLayers
import MoireTensors

/// The global sums of the subsampled maps at all sampling sites.
///
/// One thread uses it at a time.
final class FeatureSums: @unchecked Sendable {
  // Unchecked: the compiled network is what must not be shared, and callers take turns.
  private let compiled: CompiledNetwork
  let sites: [SamplingSite]

  init(_ network: Network, sites: [SamplingSite]) throws {
    self.sites = sites
    compiled = try CompiledNetwork(network, sites: sites)
  }

  /// For each site the sum of every channel's map, over the positions that the site keeps.
  func sums(of input: Tensor, threads: Int) throws -> [[Double]] {
    var result = [[Double]](repeating: [], count: sites.count)
    _ = try compiled.run(input, threads: threads) { map in
      guard map.isFinal else { return }
      result[map.site] = FeatureSums.sums(of: map, stride: sites[map.site].stride)
    }
    return result
  }

  private static func sums(of map: DenseMap, stride: HW) -> [Double] {
    let block = map.blockSize
    return (0..<map.channels).map { channel in
      let plane =
        map.base + channel / block * map.size.area * block + channel % block
      var sum = 0.0
      for row in Swift.stride(from: 0, to: map.size.height, by: stride.height) {
        for column in Swift.stride(from: 0, to: map.size.width, by: stride.width) {
          sum += Double(plane[(row * map.size.width + column) * block])
        }
      }
      return sum
    }
  }

  /// For each site the share of (map, translation) whose sum leaves the map's mean over translations
  /// by more than 20 % of it.
  ///
  /// - Parameter sums: by translation, site, channel.
  static func nonshiftability(_ sums: [[[Double]]]) -> [Double] {
    guard let first = sums.first else { return [] }
    return first.indices.map { site in
      let channels = first[site].count
      var leaving = 0
      for channel in 0..<channels {
        let values = sums.map { $0[site][channel] }
        let mean = values.reduce(0, +) / Double(values.count)
        leaving += values.count { abs($0 - mean) > 0.2 * abs(mean) }
      }
      return channels > 0 ? Double(leaving) / Double(channels * sums.count) : 0
    }
  }
}
