import MoireLayers
import MoireSpectral
import MoireTensors

/// Theory beside measurement, under way.
struct TheoremRun {
  let filters: [SiteFilter]
  private let network: Network
  private let source: AuditSource
  private let options: Theorem.Options
  private let sites: [SamplingSite]
  private let exact: [Bool]
  private let compiled: CompiledNetwork
  private let original: (compiled: CompiledNetwork, changes: [String])?
  /// Per site, one for each filter; empty where the identities do not hold.
  private let readers: [[IdentityReader]]
  /// Per site, filter and channel.
  private var totals: [[[IdentityTotals]]]
  private var pointwise: PointwiseAudit?
  private let phases: PhaseChain?
  private var phaseReadings: [ChainReading.Image] = []
  private var explanation: ExplanationRun?
  private var images: [(prediction: AuditDocument.Prediction, before: Int?)] = []
  private var skipped: [AuditDocument.Skipped] = []
  private var ownRemarks: [String] = []
  private let parameters: Int
  private let outputShape: [Int]

  init(
    network: Network, padded: (network: Network, changes: [String])?, source: AuditSource,
    options: Theorem.Options
  ) throws {
    guard network.inputShape.count == 3 else { throw TheoremError.notAMap(network.inputShape) }
    let analysed = network.withoutFinalSoftmax()
    sites = try analysed.samplingSites()
    guard !sites.isEmpty else { throw TheoremError.noSites(network: network.name) }
    exact = sites.map { analysed.isExact($0, circular: padded != nil) }
    filters = Self.distinct([.lowPass(.none)] + options.filters)
    var readers: [[IdentityReader]] = []
    for (site, isExact) in zip(sites, exact) {
      let made = isExact ? filters : []
      readers.append(try made.map { try $0.reader(size: site.denseSize, stride: site.stride) })
    }
    self.readers = readers
    totals = zip(sites, readers).map { site, readers in
      readers.map { _ in Array(repeating: IdentityTotals(), count: site.channels) }
    }
    compiled = try CompiledNetwork(analysed, sites: sites)
    original = try padded.map {
      (try CompiledNetwork($0.network.withoutFinalSoftmax()), $0.changes)
    }
    pointwise = options.factor > 0 ? try PointwiseAudit(analysed, factor: options.factor) : nil
    var (chain, obstacle): (PhaseChain?, String?)
    do {
      let isAsked = options.exhaustive || options.explanation != nil
      chain = isAsked ? try PhaseChain(analysed, threads: options.threads) : nil
    } catch let found as PhaseChainObstacle {
      obstacle = found.description
    }
    phases = chain
    if let chain, let options = options.explanation {
      explanation = try ExplanationRun(analysed, options, chain)
    }
    parameters = network.parameterCount
    outputShape = compiled.outputShape.dropFirst().map { $0 }
    self.network = analysed
    self.source = source
    self.options = options
    if analysed.output != network.output {
      ownRemarks.append("the softmax at the end is left out: outputs are the logits before it")
    }
    if let obstacle { ownRemarks.append("there is no chain of phases: \(obstacle)") }
  }

  var remarks: [String] { ownRemarks + (explanation?.remarks ?? []) }

  private static func distinct(_ filters: [SiteFilter]) -> [SiteFilter] {
    var names: Set<String> = []
    return filters.filter { names.insert($0.name).inserted }
  }

  private var isClassifier: Bool { outputShape.count == 1 && outputShape[0] > 1 }

  // MARK: One image

  /// Loads image `index` and adds its readings, or lists it as skipped.
  mutating func add(_ index: Int) throws {
    do {
      let input = try source.load(index)
      guard input.tensor.firstNonFinite == nil else {
        throw LayerError.notFinite(path: "the input")
      }
      // All that may fail for an image comes before the first sum is touched.
      let before = try original?.compiled.run(input.tensor, threads: options.threads)
      let (answer, readings) = try readings(of: input.tensor)
      let answers = try phases?.exhaustive(input.tensor)
      let foretold = try explanation?.predictions(for: input.tensor)
      try pointwise?.read(input.tensor, threads: options.threads)
      if let answers, let phases {
        if options.exhaustive {
          phaseReadings.append(ChainReading.Image(input, answers, levels: phases.levels))
        }
        if let foretold { explanation?.add(input.name, answers, foretold) }
      }
      for (site, filters) in readings { add(filters, to: site) }
      add(input, Answer(answer), before: before.map(Answer.init))
    } catch let error as any InputError {
      skipped.append(AuditDocument.Skipped(name: source.name(index), reason: error.description))
    }
  }

  private func readings(
    of input: Tensor
  ) throws -> (answer: Tensor, sites: [(site: Int, filters: [[Identities]])]) {
    var readings: [(site: Int, filters: [[Identities]])] = []
    var broken: SamplingSite?
    let answer = try compiled.run(input, threads: options.threads) { map in
      guard map.isFinal, broken == nil else { return }
      do {
        let layout = MapLayout.blocked(channels: map.channels, size: map.size)
        readings.append(
          (
            map.site,
            try IdentityReader.read(
              readers[map.site], map.base, layout: layout, threads: options.threads)
          ))
      } catch SpectralError.notFinite {
        broken = sites[map.site]
      }
    }
    if let broken { throw LayerError.notFinite(path: "layer \(broken.path)") }
    return (answer, readings)
  }

  private mutating func add(_ readings: [[Identities]], to site: Int) {
    for (filter, planes) in readings.enumerated() {
      for (channel, plane) in planes.enumerated() { totals[site][filter][channel].add(plane) }
    }
  }

  private mutating func add(_ input: AuditInput, _ answer: Answer, before: Answer?) {
    let prediction = answer.prediction
    let names = isClassifier ? options.classNames : nil
    images.append(
      (
        AuditDocument.Prediction(
          image: input.name, label: input.label, prediction: prediction,
          className: names.flatMap { prediction < $0.count ? $0[prediction] : nil },
          probability: answer.probability(of: prediction), agreement: nil), before?.prediction
      ))
  }

  // MARK: The end

  var siteReadings: [TheoremSite] {
    sites.indices.map { index in
      let (site, filters) = (sites[index], totals[index])
      func reading(_ filter: Int, _ of: ([IdentityTotals]) -> IdentityTotals) -> IdentityReading {
        of(filters[filter]).reading(
          self.filters[filter].name, size: site.denseSize, stride: site.stride,
          reference: of(filters[0]))
      }
      let plain = filters.first?.reduce(into: IdentityTotals()) { $0 += $1 }
      func meanSquare(_ part: KeyPath<IdentityTotals.Side, Double>) -> Double? {
        guard let plain, plain.compared > 0 else { return nil }
        // Both sums are 1 / S of those over the full spectrum.
        let samples = Double(site.denseSize.area)
        return plain.predicted[keyPath: part] * Double(site.stride.area) / (samples * samples)
          / Double(images.count)
      }
      return TheoremSite(
        path: site.path, operation: site.operation.rawValue, stride: site.stride,
        channels: site.channels, denseSize: site.denseSize, outputSize: site.outputSize,
        cumulativeStride: site.cumulativeStride, exact: exact[index],
        energy: meanSquare(\.energy), aliasEnergy: meanSquare(\.deviation),
        filters: filters.indices.map { filter in
          reading(filter) { $0.reduce(into: IdentityTotals()) { $0 += $1 } }
        },
        channelReadings: (0..<site.channels).map { channel in
          filters.indices.map { filter in reading(filter) { $0[channel] } }
        })
    }
  }

  /// The phase chain beside the alias energies of its levels' sites.
  var chainReading: ChainReading? {
    phases.flatMap { ChainReading($0, images: phaseReadings, sites: siteReadings) }
  }

  /// What one forward pass foretold of it.
  var explanationReading: ExplanationReading? { explanation?.reading }

  var pointwiseReadings: [PointwiseReading] { images.isEmpty ? [] : pointwise?.readings() ?? [] }

  var networkSummary: AuditDocument.NetworkSummary {
    AuditDocument.NetworkSummary(
      name: network.name, parameters: parameters, layers: network.nodes.count,
      inputShape: network.inputShape, outputShape: outputShape)
  }

  private var labelled: [(prediction: AuditDocument.Prediction, before: Int?)] {
    isClassifier ? images.filter { $0.prediction.label != nil } : []
  }

  private func share(
    _ images: [(prediction: AuditDocument.Prediction, before: Int?)],
    _ holds: ((prediction: AuditDocument.Prediction, before: Int?)) -> Bool
  ) -> Double? {
    images.isEmpty ? nil : Double(images.count(where: holds)) / Double(images.count)
  }

  var imageSummary: AuditDocument.ImageSummary {
    AuditDocument.ImageSummary(
      read: images.count, labelled: labelled.count,
      accuracy: share(labelled) { $0.prediction.label == $0.prediction.prediction },
      skipped: skipped, predictions: isClassifier ? images.map(\.prediction) : [])
  }

  var circular: TheoremDocument.Circular? {
    original.map { original in
      TheoremDocument.Circular(
        changes: original.changes,
        accuracyBefore: share(labelled) { $0.prediction.label == $0.before },
        accuracy: share(labelled) { $0.prediction.label == $0.prediction.prediction },
        agreement: isClassifier ? share(images) { $0.prediction.prediction == $0.before } : nil)
    }
  }
}
