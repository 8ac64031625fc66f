public import MoireLayers
import MoireSpectral
import MoireTensors

/// Shift protocols on a network: each image is read by itself and gives one record.
///
/// Results are computed from the header and the records alone, in the order of the images, whoever
/// made them and when: ``ShiftDocument``. A record does not depend on the number of threads.
public struct ShiftRun: Sendable {
  /// The images of a run.
  public struct Images: Sendable {
    public var source: AuditSource
    /// The right class of each image, where it is known.
    public var labels: [Int?]
    /// By how many pixels every image is larger than the network's input after its resize.
    public var margin: Int?
    /// Whether they are photos.
    public var arePhotos: Bool
    /// Images that the network was trained on, for protocols that compare with them.
    public var training: AuditSource?

    public init(
      source: AuditSource, labels: [Int?], margin: Int?, arePhotos: Bool,
      training: AuditSource? = nil
    ) {
      self.source = source
      self.labels = labels
      self.margin = margin
      self.arePhotos = arePhotos
      self.training = training
    }
  }

  public let header: ShiftHeader
  private let trials: [ShiftTrial]
  private let images: Images
  private let evaluator: ViewEvaluator
  private let featureSums: FeatureSums?
  private let threads: Int

  /// - Parameters:
  ///   - protocols: names of ``ShiftCatalog``; nil for the usual ones that are possible.
  ///   - preprocessing: how images become inputs, for the document.
  /// - Throws: ``ShiftError`` for a protocol that is not known or not possible and for labels that are
  ///   missing or out of range; ``LayerError``, ``AuditError``.
  public init(
    network: Network, images: Images, protocols names: [String]? = nil,
    settings: ShiftSettings = ShiftSettings(), threads: Int = 1,
    preprocessing: AuditDocument.PreprocessingSummary, remarks: [String] = []
  ) throws {
    guard network.inputShape.count == 3 else { throw AuditError.notAMap(network.inputShape) }
    let analysed = network.withoutFinalSoftmax()
    let outputShape = try analysed.valueShapes()[analysed.output]
    let sites = try analysed.samplingSites()
    let context = ShiftContext(
      size: HW(network.inputShape[1], network.inputShape[2]), outputShape: outputShape,
      margin: images.margin, hasPhotos: images.arePhotos, sites: sites, settings: settings,
      reference: try Self.reference(analysed, images, names, threads))
    let (trials, left) = try ShiftCatalog.trials(names, context)
    try ShiftRun.check(images, trials, outputShape, context.isClassifier)
    self.trials = trials
    self.images = images
    self.threads = threads
    let evaluator = try ViewEvaluator(
      analysed, workers: threads, views: Self.views(of: trials, network: analysed))
    self.evaluator = evaluator
    let readsMaps = trials.contains {
      if case .featureSums = $0.task { true } else { false }
    }
    featureSums = readsMaps ? try FeatureSums(analysed, sites: sites) : nil
    let sharing =
      evaluator.isShared ? ["circular shifts: what they have in common is computed once"] : []
    let softmax =
      analysed.output == network.output
      ? [] : ["the softmax at the end is left out: outputs are the logits before it"]
    header = ShiftHeader(
      versions: AuditDocument.Versions(
        moire: MoireVersion.current, fftw: SpectralLibrary.fftwVersion,
        onednn: CompiledNetwork.engineVersion),
      network: AuditDocument.NetworkSummary(
        name: network.name, parameters: network.parameterCount, layers: analysed.nodes.count,
        inputShape: network.inputShape, outputShape: outputShape),
      networkFingerprint: network.fingerprint, preprocessing: preprocessing, settings: settings,
      protocols: trials.map(\.rules), isClassifier: context.isClassifier,
      images: images.source.count, imagesFingerprint: ShiftRun.fingerprint(images),
      remarks: remarks + softmax + sharing + left)
  }

  private static func reference(
    _ network: Network, _ images: Images, _ names: [String]?, _ threads: Int
  ) throws -> TypicalityReference? {
    let name = ShiftCatalog.typicalityName
    guard let training = images.training, names?.contains(name) ?? true else { return nil }
    do {
      return try TypicalityReference(network, training: training, threads: threads)
    } catch ShiftError.cannot(let reason) {
      throw ShiftError.impossible(protocol: name, reason: reason)
    }
  }

  /// What the answers to an image are asked for, where that does not depend on the image.
  private static func views(of trials: [ShiftTrial], network: Network) throws -> [ImageView] {
    let blank = AuditInput(
      name: "blank", tensor: try Tensor(shape: [1] + network.inputShape, repeating: 0))
    return [.plain] + trials.flatMap { $0.answeredViews(blank, 0) }
  }

  private static func check(
    _ images: Images, _ trials: [ShiftTrial], _ outputShape: [Int], _ isClassifier: Bool
  ) throws {
    guard isClassifier else { return }
    for (index, label) in images.labels.enumerated() {
      let name = images.source.name(index)
      if let label, !(0..<outputShape[0]).contains(label) {
        throw ShiftError.label(label, image: name, classes: outputShape[0])
      }
      if label == nil, let trial = trials.first(where: \.needsLabels) {
        throw ShiftError.unlabelled(protocol: trial.rules.name, image: name)
      }
    }
  }

  private static func fingerprint(_ images: Images) -> String {
    var fingerprint = Fingerprint()
    for index in 0..<images.source.count {
      fingerprint.add(images.source.name(index))
      fingerprint.add(UInt64(bitPattern: Int64(images.labels[index] ?? -1)))
    }
    return fingerprint.text
  }

  // MARK: One image

  /// Reads image `index`. An image that cannot be loaded or has no finite answer is skipped, and a
  /// protocol that cannot show it refuses it; both stand in the record.
  public func record(_ index: Int) throws -> ImageRecord {
    let label = images.labels[index]
    var record = ImageRecord(index: index, name: images.source.name(index), label: label)
    do {
      let pictures = ViewMaker(try images.source.load(index))
      var known: [ImageView: Answer] = [:]
      if header.isClassifier {
        let shifts = trials.flatMap { evaluator.circular($0.answeredViews(pictures.input, index)) }
        let answer = try evaluator.answers(pictures, [.plain] + shifts, &known)[0]
        record.prediction = answer.prediction
        record.probability = answer.probability(of: answer.prediction)
      }
      for trial in trials {
        record.protocols.append(
          try self.record(trial, pictures, index, label, &known, &record.evaluations))
      }
      record.evaluations += known.count
    } catch let error as any InputError {
      record = ImageRecord(index: index, name: record.name, label: label)
      record.skipped = error.description
    }
    return record
  }

  private func record(
    _ trial: ShiftTrial, _ pictures: ViewMaker, _ index: Int, _ label: Int?,
    _ known: inout [ImageView: Answer], _ evaluations: inout Int
  ) throws -> ShiftRecord {
    do {
      let views = try trial.views(pictures.input, index)
      switch trial.task {
      case .answers:
        let answers = try evaluator.answers(pictures, views, &known)
        guard let unshifted = known[.plain] else { return ShiftRecord() }
        return ShiftRecord(
          answers, pairing: trial.rules.pairing, measures: trial.rules.measures, label: label,
          unshifted: unshifted)
      case .typicality(let reference):
        let answers = try evaluator.answers(pictures, views, &known)
        guard let unshifted = known[.plain] else { return ShiftRecord() }
        var record = ShiftRecord(
          answers, pairing: trial.rules.pairing, measures: trial.rules.measures, label: label,
          unshifted: unshifted)
        record.typicality = try reference.distance(of: pictures.input.tensor)
        evaluations += 1
        return record
      case .equivariance:
        evaluations += views.count
        return try equivariance(pictures, views)
      case .overlap:
        evaluations += views.count
        return try overlap(pictures, views)
      case .featureSums:
        evaluations += views.count
        var record = ShiftRecord()
        record.sites = FeatureSums.nonshiftability(
          try views.map {
            try featureSums?.sums(of: pictures.tensor($0), threads: threads) ?? []
          })
        return record
      }
    } catch ShiftError.cannot(let reason) {
      return ShiftRecord(refused: reason)
    }
  }

  private func equivariance(
    _ pictures: ViewMaker, _ views: [ImageView]
  ) throws -> ShiftRecord {
    let errors = EquivarianceErrors(views)
    _ = try evaluator.map(pictures, views) { try errors.add($0, $1) }
    var record = ShiftRecord()
    record.errors = errors.all
    return record
  }

  private func overlap(_ pictures: ViewMaker, _ views: [ImageView]) throws -> ShiftRecord {
    var record = ShiftRecord()
    record.overlap = try evaluator.map(views.count / 2) { pair, run in
      let couple = [views[2 * pair], views[2 * pair + 1]]
      let maps = try couple.map { try run(pictures.tensor($0)) }
      guard case .crop(let a) = couple[0], case .crop(let b) = couple[1] else { return [0, 0] }
      return MapComparison.overlap(
        maps[0], maps[1], offset: HW(b.height - a.height, b.width - a.width))
    }
    return record
  }
}
