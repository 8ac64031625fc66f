public import MoireLayers
public import MoireSpectral
import MoireTensors

/// Where a network aliases and how its answers change when images move.
///
/// Each image is loaded once: the network runs with its sampling sites dense, the maps are read while
/// they are in memory, then the shifted images run through the plain network, one on each thread. The
/// result does not depend on the number of threads, and the memory not on the number of images.
public struct Audit: Sendable {
  /// What an audit may be told.
  public struct Options: Sendable {
    /// Pairs of shifts for each image and protocol; 0 leaves shifts out.
    public var passes: Int
    public var seed: UInt64
    public var threads: Int
    public var classNames: [String]?
    /// How many of the images that change most are swept along the diagonal.
    public var sweeps: Int

    public init(
      passes: Int = 5, seed: UInt64 = 0, threads: Int = 1, classNames: [String]? = nil,
      sweeps: Int = 3
    ) {
      self.passes = passes
      self.seed = seed
      self.threads = threads
      self.classNames = classNames
      self.sweeps = sweeps
    }
  }

  /// The numbers, as they stand in `audit.json`.
  public let document: AuditDocument
  /// The pooled power spectrum of each site, in the order of `document.sites`.
  public let spectra: [PowerSpectrum]

  /// Audits a network on images.
  ///
  /// - Parameters:
  ///   - preprocessing: how the images were made, for the document.
  ///   - remarks: what the document shall say besides.
  ///   - progress: told after each image how many of how many are done.
  /// - Throws: ``LayerError`` when the network cannot run. An image that cannot be loaded or gives an
  ///   answer that is not finite is skipped and listed.
  public init(
    network: Network, source: AuditSource, options: Options = Options(),
    preprocessing: AuditDocument.PreprocessingSummary, remarks: [String] = [],
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    var run = try AuditRun(network: network, source: source, options: options)
    for index in 0..<source.count {
      try run.add(index)
      progress(index + 1, source.count)
    }
    let sweeps = try run.sweeps()
    let readings = try run.siteReadings()
    spectra = readings.map(\.spectrum)
    document = AuditDocument(
      versions: AuditDocument.Versions(
        moire: MoireVersion.current, fftw: SpectralLibrary.fftwVersion,
        onednn: CompiledNetwork.engineVersion),
      network: run.networkSummary, images: run.imageSummary, preprocessing: preprocessing,
      sites: readings.map(\.reading), shift: run.shiftReadings, sweeps: sweeps,
      remarks: remarks + run.remarks)
  }
}
