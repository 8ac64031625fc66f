public import MoireLayers
import MoireSpectral
public import MoireTensors

/// Reads the sampling sites of a network while it runs, image by image.
///
/// The dense run replaces the strided one: it gives the network's answer and, on the way, the maps
/// that are read. Readings add up over images in the order in which they are given and do not depend
/// on the number of threads.
public struct SiteAudit {
  public let sites: [SamplingSite]
  private let compiled: CompiledNetwork
  private let readers: [MapReader]
  private let workspace = MapReader.Workspace()
  private(set) var sums: [SiteSums]

  /// Compiles the network with all its sites dense.
  ///
  /// - Throws: ``LayerError``.
  public init(_ network: Network) throws {
    let sites = try network.samplingSites()
    self.sites = sites
    compiled = try CompiledNetwork(network, sites: sites)
    readers = try sites.map { try MapReader.shared(size: $0.denseSize, stride: $0.stride) }
    sums = try sites.map(SiteSums.init)
  }

  /// Runs one image `[1, C, H, W]` and adds its readings.
  ///
  /// - Returns: the network's answer.
  /// - Throws: ``LayerError/notFinite(path:)`` when the input, a map that is read or the answer is not
  ///   finite; then nothing is added.
  @discardableResult
  public mutating func read(_ input: Tensor, threads: Int = 1) throws -> Tensor {
    guard input.firstNonFinite == nil else { throw LayerError.notFinite(path: "the input") }
    var broken: SamplingSite?
    var readings: [(site: Int, isFinal: Bool, reading: MapReading)] = []
    readings.reserveCapacity(2 * sites.count)
    let answer = try compiled.run(input, threads: threads) { map in
      // One map stands beside the final one: before the activation, or else before the filter.
      if map.stage == .unfiltered, sites[map.site].hasActivation { return }
      let reader = readers[map.site]
      let layout = MapLayout(
        channels: map.channels, blockSize: map.blockSize,
        blockStride: map.blockSize * map.size.area, planeStride: 1,
        rowStride: map.blockSize * map.size.width, columnStride: map.blockSize)
      do {
        let reading = try reader.read(
          map.base, layout: layout, pooling: map.isFinal,
          registering: map.isFinal && reader.isExact, threads: threads, workspace: workspace)
        readings.append((map.site, map.isFinal, reading))
      } catch SpectralError.notFinite {
        // The run goes on to its end, where the first layer at fault is looked for and named; an
        // activation that swallows a NaN hides it from there.
        broken = broken ?? sites[map.site]
      }
    }
    if let broken { throw LayerError.notFinite(path: "layer \(broken.path)") }
    for item in readings { try sums[item.site].add(item.reading, isFinal: item.isFinal) }
    return answer
  }

  /// What the sites read so far, in order of execution; empty fractions before the first image.
  public func readings() throws -> [SiteReading] { try sums.map { try $0.reading() } }
}
