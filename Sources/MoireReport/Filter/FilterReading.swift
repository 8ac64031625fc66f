public import MoireSpectral
public import MoireTensors

/// One input through several filters, with the spectra that show it.
public struct FilterReading: Sendable {
  public let size: HW
  public let run: FilterRun
  /// Of what spectra are read of: behind a window the largest part, from the first sample on, that the
  /// stride divides, so that the box is exact; else all.
  public let readSize: HW
  /// Pooled over the planes of the input.
  public let before: PowerSpectrum
  public let input: Tensor
  public let results: [Result]

  /// What one filter made of it.
  public struct Result: Sendable {
    public var entry: FilterDocument.Entry
    public var output: FilterRun.Output
    /// Behind the filter, before the subsampling.
    public var power: PowerSpectrum
  }

  /// Applies filters to maps `[N, C, H, W]`.
  ///
  /// - Throws: `SpectralError`, ``ReportError``.
  public init(_ maps: Tensor, filters: [MapFilter], run: FilterRun) throws {
    guard maps.shape.count == 4 else {
      throw SpectralError.mapMismatch(expected: 1, shape: maps.shape)
    }
    let size = HW(maps.shape[2], maps.shape[3])
    let readSize = run.readSize(of: size)
    let reader = try MapReader(size: readSize, stride: run.stride, boundary: run.boundary)
    let before = try reader.read(maps.cropped(to: readSize), threads: run.threads).power
    let ranges = PlaneRanges(maps)
    results = try filters.map { filter in
      let output = try run.apply(filter, to: maps)
      let power = try reader.read(output.dense.cropped(to: readSize), threads: run.threads)
        .power
      return Result(
        entry: FilterDocument.Entry(
          filter, output, before: before.energies, after: power.energies,
          ringing: ranges.exceeded(by: output.dense)),
        output: output, power: power)
    }
    (self.size, self.readSize, self.run) = (size, readSize, run)
    (self.before, input) = (before, maps)
  }
}

extension FilterDocument.Entry {
  init(
    _ filter: MapFilter, _ output: FilterRun.Output, before: PlaneEnergies, after: PlaneEnergies,
    ringing: (most: Double, share: Double)
  ) {
    let gone = { (before: Double, after: Double) in
      before > 0 ? 1 - max(0, after) / before : 0
    }
    // Energy at the level of rounding is no energy: a constant input loses nothing.
    let varies = before.kind == .alive
    self.init(
      name: filter.name, taps: output.taps, border: output.border, phase: output.phase,
      spacing: output.spacing,
      outputSize: HW(output.kept.shape[2], output.kept.shape[3]),
      energyRemoved: varies ? gone(before.total - before.dc, after.total - after.dc) : 0,
      aliasFraction: after.aliasFraction, aliasFractionAc: after.aliasFractionAC,
      aliasEnergyRemoved: varies ? gone(before.alias, after.alias) : 0,
      aliasEnergyLeft: varies && before.alias > 0 ? after.alias / before.alias : 0,
      detailLost: varies
        ? gone(before.total - before.dc - before.alias, after.total - after.dc - after.alias) : 0,
      ringing: ringing.most, ringingShare: ringing.share)
  }
}

extension FilterRun {
  fileprivate func readSize(of size: HW) -> HW {
    switch boundary {
    case .periodic, .mirror: return size
    case .hann, .kaiser:
      let whole = HW(
        size.height / stride.height * stride.height, size.width / stride.width * stride.width)
      return min(whole.height, whole.width) > 0 ? whole : size
    }
  }
}

extension Tensor {
  /// The first rows and columns of every plane of `[N, C, H, W]`.
  fileprivate func cropped(to size: HW) throws -> Tensor {
    let (height, width) = (shape[2], shape[3])
    guard size != HW(height, width) else { return self }
    var part: [Float] = []
    part.reserveCapacity(shape[0] * shape[1] * size.area)
    for plane in 0..<shape[0] * shape[1] {
      for row in 0..<size.height {
        let start = (plane * height + row) * width
        part += values[start..<start + size.width]
      }
    }
    return try Tensor(shape: [shape[0], shape[1], size.height, size.width], values: part)
  }
}

/// The smallest and largest value of each plane of a tensor `[N, C, H, W]`.
struct PlaneRanges {
  private let ranges: [ClosedRange<Float>]
  private let area: Int

  init(_ maps: Tensor) {
    let area = maps.shape[2] * maps.shape[3]
    self.area = area
    ranges = (0..<maps.shape[0] * maps.shape[1]).map { plane in
      let values = maps.values[plane * area..<(plane + 1) * area]
      return (values.min() ?? 0)...(values.max() ?? 0)
    }
  }

  /// How far a tensor of the same shape leaves the ranges, in units of each: the worst, and the share
  /// of the samples that do. Rounding is not counted.
  func exceeded(by maps: Tensor) -> (most: Double, share: Double) {
    var (most, count) = (0.0, 0)
    for (plane, range) in ranges.enumerated() {
      let width = Double(range.upperBound) - Double(range.lowerBound)
      guard width > 0 else { continue }
      for value in maps.values[plane * area..<(plane + 1) * area] {
        let excess =
          max(
            Double(value) - Double(range.upperBound), Double(range.lowerBound) - Double(value))
          / width
        guard excess > 1e-5 else { continue }
        most = max(most, excess)
        count += 1
      }
    }
    return (most, maps.count > 0 ? Double(count) / Double(maps.count) : 0)
  }
}
