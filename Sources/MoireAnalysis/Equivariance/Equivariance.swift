public import MoireLayers
import MoireSpectral
import MoireTensors

/// How far each layer's features are from moving with the image: the internal feature distance of Zhang
/// (2019) over all shifts (Δh, Δw), layer by layer.
///
/// The image is rolled, X_Δ(p) = X(p + Δ). A map F of h × w positions shows at input position p what
/// stands at ⌊p · h/H⌋ (nearest upsampling), and the distance of a layer at Δ is the mean over all
/// input positions of 1 − cos ∠(F(X)(p + Δ), F(X_Δ)(p)), the angle between the vectors of all
/// channels; 0 between two zero vectors, 1 between a zero vector and another. As in Zhang's figure it is
/// calibrated by the distance between *different* images, F(X)(p) and F(X′)(p), X′ the next one.
public struct Equivariance: Sendable {
  /// What a measurement may be told.
  public struct Options: Sendable {
    /// A pattern for the paths of layers, as a shell's, `*` for all; nil for the sampling sites, the
    /// ends of blocks and the last map.
    public var layers: String?
    /// Shifts 0 ..< range on both axes; nil for one period, the total stride.
    public var range: Int?
    /// For the maps of the unshifted image, in bytes. Where they need more, the layers are measured
    /// in groups, each of which runs the network again.
    public var memory: Int
    public var threads: Int
    public var classNames: [String]?

    public init(
      layers: String? = nil, range: Int? = nil, memory: Int = 1_000_000_000, threads: Int = 1,
      classNames: [String]? = nil
    ) {
      self.layers = layers
      self.range = range
      self.memory = memory
      self.threads = threads
      self.classNames = classNames
    }
  }

  /// The numbers, as they stand in `equivariance.json`.
  public let document: EquivarianceDocument

  /// Measures the distances of a network's layers.
  ///
  /// Cost: for each image, group of layers and shift one run, sites dense, one more for the next image,
  /// and for every map at most four products a value. The result does not depend on threads or groups.
  /// - Parameters:
  ///   - circular: what was changed to make the network circular; nil where it is as it was.
  ///   - preprocessing: how the images were made, for the document.
  ///   - progress: told how many of how many runs are done; from any thread, one at a time.
  /// - Throws: ``EquivarianceError``, ``LayerError`` when the network cannot run. An image that cannot
  ///   be loaded or gives values that are not finite is skipped and listed.
  public init(
    network: Network, circular: [String]? = nil, source: AuditSource, options: Options = Options(),
    preprocessing: AuditDocument.PreprocessingSummary, remarks: [String] = [],
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    guard network.inputShape.count == 3 else {
      throw EquivarianceError.notAMap(network.inputShape)
    }
    let analysed = network.withoutFinalSoftmax()
    let plan = try LayerPlan(analysed, pattern: options.layers)
    let (period, range) = try Equivariance.range(of: analysed, options.range)
    let groups = try plan.groups(limit: options.memory)
    var sums = EquivarianceSums(maps: plan.maps, range: range, options.classNames)
    let runs = range.area * source.count * groups.count
    let make = { (group: [Int]) in
      try EquivarianceRun(
        analysed, maps: group.map { plan.maps[$0] }, pools: plan.pools, range: range,
        workers: options.threads)
    }
    let only = groups.count == 1 ? try make(groups[0]) : nil
    for index in 0..<source.count {
      let before = index * range.area * groups.count
      do {
        let input = try source.load(index)
        guard input.tensor.firstNonFinite == nil else {
          throw LayerError.notFinite(path: "the input")
        }
        let other = Equivariance.partner(of: index, in: source)
        // Networks of several groups would need the memory that groups are there to save.
        let images = try groups.enumerated().map { number, group in
          try (only ?? make(group)).read(input.tensor, beside: other) {
            progress(before + number * range.area + $0, runs)
          }
        }
        sums.add(input, images)
      } catch let error as any InputError {
        sums.skip(source.name(index), error.description)
      }
    }
    let shapes = try analysed.valueShapes()
    let outputShape = shapes[analysed.output]
    let isClassifier = outputShape.count == 1 && outputShape[0] > 1
    document = EquivarianceDocument(
      versions: AuditDocument.Versions(
        moire: MoireVersion.current, fftw: SpectralLibrary.fftwVersion,
        onednn: CompiledNetwork.engineVersion),
      network: AuditDocument.NetworkSummary(
        name: network.name, parameters: network.parameterCount, layers: analysed.nodes.count,
        inputShape: network.inputShape, outputShape: outputShape),
      images: sums.images(isClassifier: isClassifier), preprocessing: preprocessing,
      circular: circular, protocolLine: Equivariance.meaning(range), period: period, range: range,
      layers: sums.layers(inputSize: HW(network.inputShape[1], network.inputShape[2])),
      remarks: remarks + Equivariance.remarks(analysed, period))
  }

  /// The next image that can be read.
  private static func partner(of index: Int, in source: AuditSource) -> Tensor? {
    (1..<max(1, source.count)).lazy.compactMap {
      try? source.load((index + $0) % source.count).tensor
    }.first { $0.firstNonFinite == nil }
  }

  /// The total stride, and the shifts to measure.
  private static func range(of network: Network, _ count: Int?) throws -> (period: HW, range: HW) {
    let size = HW(network.inputShape[1], network.inputShape[2])
    let strides = try network.samplingSites().map(\.cumulativeStride)
    let period = HW(
      strides.map(\.height).max() ?? 1, strides.map(\.width).max() ?? 1)
    if let count {
      guard (1...min(size.height, size.width)).contains(count) else {
        throw EquivarianceError.range(count, size: size)
      }
      return (period, HW(count, count))
    }
    return (period, HW(min(period.height, size.height), min(period.width, size.width)))
  }

  private static func meaning(_ range: HW) -> String {
    "image rolled, shifts {0…\(range.height - 1)}×{0…\(range.width - 1)}; features brought to the "
      + "input's resolution by nearest neighbours; distance = 1 − cosine between the channel vectors "
      + "of the moved features and the features of the moved image, mean over positions and images; calibrated by (of other): the "
      + "same between each image and the next one, both unmoved"
  }

  private static func remarks(_ network: Network, _ period: HW) -> [String] {
    let (height, width) = (network.inputShape[1], network.inputShape[2])
    guard height % period.height != 0 || width % period.width != 0 else { return [] }
    return [
      "the total stride \(period) does not divide the input \(HW(height, width)): no layer behind "
        + "all strides is exactly periodic"
    ]
  }
}
