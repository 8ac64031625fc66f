public import MoireLayers
import MoireSpectral
import MoireTensors

/// Theory beside measurement: what one spectrum foretells of shifts, and what shifting shows.
///
/// At every sampling site the dense map is handed out while it is in memory. From its one spectrum the
/// three exact identities foretell the alias fraction, the equivariance error and the pool leak, as it
/// is and behind every filter; then the map is filtered, subsampled at every phase, registered and
/// compared, channel by channel and in double precision. Activations are read at their own rate.
public struct Theorem: Sendable {
  /// What is to be compared.
  public struct Options: Sendable {
    /// One without any filter stands in front if it is not there.
    public var filters: [SiteFilter]
    /// u of the pointwise readings; 0 leaves them out.
    public var factor: Int
    /// Answer every circular shift of every image, for the phase chain.
    public var exhaustive: Bool
    /// Foretell the shares of the levels beside that; answers every circular shift once for both.
    public var explanation: Explanation.Options?
    public var threads: Int
    public var classNames: [String]?

    public init(
      filters: [SiteFilter] = SiteFilter.usual, factor: Int = 4, exhaustive: Bool = false,
      explanation: Explanation.Options? = nil, threads: Int = 1, classNames: [String]? = nil
    ) {
      self.filters = filters
      self.factor = factor
      self.exhaustive = exhaustive
      self.explanation = explanation
      self.threads = threads
      self.classNames = classNames
    }
  }

  /// The numbers, those of single channels included.
  public let document: TheoremDocument

  /// Holds theory against a network's maps.
  ///
  /// Cost an image: one run of the network dense at its sites and one for the activations; at every
  /// site and for every filter three complex FFTs in double a plane; 4u² values of every activation.
  /// - Parameters:
  ///   - padded: the network as it was before it was made circular, and what was changed; nil where
  ///     it is taken as it is.
  ///   - preprocessing: how the images were made, for the document.
  ///   - progress: told after each image how many of how many are done.
  /// - Throws: ``TheoremError/noSites(network:)``, ``TheoremError/notAMap(_:)``, ``LayerError`` when the
  ///   network cannot run, ``SpectralError`` for a filter that its parameters do not allow. An image
  ///   that cannot be loaded or gives values that are not finite is skipped and listed.
  public init(
    network: Network, padded: (network: Network, changes: [String])? = nil, source: AuditSource,
    options: Options = Options(), preprocessing: AuditDocument.PreprocessingSummary,
    remarks: [String] = [], progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    var run = try TheoremRun(network: network, padded: padded, source: source, options: options)
    for index in 0..<source.count {
      try run.add(index)
      progress(index + 1, source.count)
    }
    document = TheoremDocument(
      versions: AuditDocument.Versions(
        moire: MoireVersion.current, fftw: SpectralLibrary.fftwVersion,
        onednn: CompiledNetwork.engineVersion),
      network: run.networkSummary, images: run.imageSummary, preprocessing: preprocessing,
      circular: run.circular, protocolLine: Self.meaning(options), filters: run.filters.map(\.name),
      factor: options.factor > 0 ? options.factor : nil, sites: run.siteReadings,
      pointwise: run.pointwiseReadings,
      phaseChain: run.chainReading, explanation: run.explanationReading,
      remarks: remarks + run.remarks)
  }

  private static func meaning(_ options: Options) -> String {
    "Every site's dense map, at the end of its pointwise chain, taken as periodic: predicted from its"
      + " one spectrum; measured by filtering it circularly, subsampling it at every phase d, and"
      + " registering the subsamplings in the spectrum (Z_d). Alias fraction: Σ|Z_d − mean|² / Σ|Z_d|²."
      + " Equivariance error: mean |Z_d − Z_0|² / mean |Z_d|². Pool leak: variance of the"
      + " subsamplings' means / mean square of the map. All of the filtered map, pooled over channels"
      + " and images by energy; dead and constant planes are counted, not compared. Difference:"
      + " |predicted − measured| / max(predicted, 1e-3), the largest of any plane."
      + (options.factor > 0
        ? " Activations: what of φ of the map, evaluated \(options.factor) times as densely, the map's"
          + " own grid cannot hold; error: what doubling that changes." : "")
  }
}
