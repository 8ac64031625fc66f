public import MoireSpectral
public import MoireTensors

/// Filters maps and measures what that did.
public struct FilterRun: Sendable {
  /// The subsampling that the filter prepares, by which aliasing is judged.
  public var stride: HW
  /// Whether the output is subsampled.
  public var downsamples: Bool
  /// For filters with taps; nil for the convention's own.
  public var padding: BorderMode?
  /// For filters with taps; others than ``BlurPool/Convention/zhang`` are for binomial filters.
  public var convention: BlurPool.Convention
  /// By which spectra are read: a window keeps the jump between opposite borders out, which a padding
  /// leaves in the spectrum of a periodic map.
  public var boundary: Boundary
  public var threads: Int

  public init(
    stride: HW, downsamples: Bool, padding: BorderMode? = nil,
    convention: BlurPool.Convention = .zhang, boundary: Boundary = .hann, threads: Int = 1
  ) {
    self.stride = stride
    self.downsamples = downsamples
    self.padding = padding
    self.convention = convention
    self.boundary = boundary
    self.threads = threads
  }

  /// What a filter makes of maps.
  public struct Output: Sendable {
    /// Filtered at the rate of the input, `[N, C, H, W]`.
    public var dense: Tensor
    /// ``dense``, or what the subsampling keeps.
    public var kept: Tensor
    /// Of one axis each; absent for a filter without taps.
    public var taps: HW?
    /// `reflect`, …, or `periodic`.
    public var border: String
    /// Output i stands at i · spacing + phase, in input samples.
    public var phase, spacing: [Double]
  }

  private var step: HW { downsamples ? stride : 1 }
  private var spacing: [Double] { [Double(step.height), Double(step.width)] }

  /// Filters maps `[N, C, H, W]`.
  ///
  /// - Throws: `SpectralError`, ``ReportError/convention(_:filter:)``.
  public func apply(_ filter: MapFilter, to maps: Tensor) throws -> Output {
    let size = HW(maps.shape[2], maps.shape[3])
    switch filter.kind {
    case .box(let cutoff):
      let rows = FilterRun.box(size.height, cutoff)
      let columns = FilterRun.box(size.width, cutoff)
      return try periodic(SpectralFilter(size: size, rows: rows, columns: columns), maps)
    case .lowPass(let lowPass):
      guard let rows = try lowPass.taps(stride: stride.height),
        let columns = try lowPass.taps(stride: stride.width)
      else {
        let output = try periodic(
          SpectralFilter(size: size, filter: lowPass, stride: stride), maps)
        return try downsamples ? pooled(output, lowPass, maps) : output
      }
      return try tapped(lowPass, rows, columns, maps)
    }
  }

  /// 1 at the bins below a frequency.
  private static func box(_ size: Int, _ cutoff: Double) -> [Double] {
    (0..<size).map { Double(min($0, size - $0)) / Double(size) < cutoff ? 1 : 0 }
  }

  private func periodic(_ filter: SpectralFilter, _ maps: Tensor) throws -> Output {
    let dense = try filter.apply(maps, threads: threads)
    let kept = try Polyphase(size: filter.size, stride: step).take(0, of: dense)
    return Output(
      dense: dense, kept: kept, taps: nil, border: "periodic", phase: [0, 0], spacing: spacing)
  }

  /// An ideal filter crops its spectrum: M outputs stand N / M apart, also where that is no whole number.
  private func pooled(_ output: Output, _ filter: LowPass, _ maps: Tensor) throws -> Output {
    guard filter == .ideal || filter == .idealHalving else { return output }
    let pool = try IdealPool(
      size: HW(maps.shape[2], maps.shape[3]), stride: stride,
      bandEdge: filter == .ideal ? .drop : .halve)
    var output = output
    output.kept = try pool(maps, threads: threads)
    output.spacing = [
      Double(pool.size.height) / Double(pool.outputSize.height),
      Double(pool.size.width) / Double(pool.outputSize.width),
    ]
    return output
  }

  private func tapped(
    _ filter: LowPass, _ rows: [Double], _ columns: [Double], _ maps: Tensor
  ) throws -> Output {
    let size = HW(maps.shape[2], maps.shape[3])
    var (rows, columns) = (rows, columns)
    let pool = BlurPool(
      convention, filterSize: HW(rows.count, columns.count), stride: step, padding: padding)
    let geometry = try pool.geometry(size: size)
    if convention != .zhang {
      guard let own = try filter.taps(likeBinomial: geometry) else {
        throw ReportError.convention("\(convention)", filter: filter.description)
      }
      (rows, columns) = own
    }
    func run(_ step: HW, _ output: HW) throws -> Tensor {
      func axis(_ taps: [Double], _ axis: BlurGeometry.Axis, _ step: Int, _ output: Int)
        -> FilterAxis
      {
        FilterAxis(
          taps: taps, stride: step, lead: axis.lead, output: output, padding: axis.padding)
      }
      return try SeparableFilter(
        size: size, rows: axis(rows, geometry.rows, step.height, output.height),
        columns: axis(columns, geometry.columns, step.width, output.width)
      ).apply(maps, threads: threads)
    }
    return Output(
      dense: try run(1, size), kept: try run(step, geometry.outputSize),
      taps: HW(rows.count, columns.count), border: geometry.rows.padding.description,
      phase: [geometry.rows.phase, geometry.columns.phase], spacing: spacing)
  }
}

extension LowPass {
  /// The taps of a binomial filter in the numbers that a geometry has; nil for another filter.
  fileprivate func taps(
    likeBinomial geometry: BlurGeometry
  ) throws -> (rows: [Double], columns: [Double])? {
    guard case .binomial = self,
      let rows = try LowPass.binomial(geometry.rows.taps).taps(),
      let columns = try LowPass.binomial(geometry.columns.taps).taps()
    else { return nil }
    return (rows, columns)
  }
}
