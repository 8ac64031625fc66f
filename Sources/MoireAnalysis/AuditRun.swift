import MoireLayers
import MoireSpectral
import MoireTensors

/// An audit under way.
struct AuditRun {
  let network: Network
  let source: AuditSource
  let options: Audit.Options
  let isClassifier: Bool
  private var siteAudit: SiteAudit
  private let evaluator: ViewEvaluator
  private let outputShape: [Int]
  private var metrics: [ShiftMetrics] = []
  private var skipped: [AuditDocument.Skipped] = []
  private var images: [(index: Int, prediction: AuditDocument.Prediction, sensitivity: Double)] = []
  private(set) var remarks: [String] = []
  private let parameters: Int

  init(network: Network, source: AuditSource, options: Audit.Options) throws {
    guard network.inputShape.count == 3 else { throw AuditError.notAMap(network.inputShape) }
    parameters = network.parameterCount
    let analysed = network.withoutFinalSoftmax()
    self.network = analysed
    self.source = source
    self.options = options
    if analysed.output != network.output {
      remarks.append("the softmax at the end is left out: outputs are the logits before it")
    }
    let shapes = try analysed.valueShapes()
    outputShape = shapes[analysed.output]
    isClassifier = outputShape.count == 1 && outputShape[0] > 1
    siteAudit = try SiteAudit(analysed)
    evaluator = try ViewEvaluator(
      analysed, workers: options.passes == 0 ? 0 : options.threads)
    if siteAudit.sites.isEmpty {
      remarks.append("the network has no sampling site: it keeps its input's grid")
    }
    if !isClassifier {
      remarks.append(
        "the answer has shape \(outputShape) and is not [classes]: classification metrics are left "
          + "out"
          + (outputShape.count == 3 ? "; logit variance is that of each channel's mean" : ""))
    }
  }

  // MARK: One image

  /// Loads image `index` and adds its readings, or lists it as skipped.
  mutating func add(_ index: Int) throws {
    let input: AuditInput
    let answer: Answer
    do {
      input = try source.load(index)
      answer = Answer(try siteAudit.read(input.tensor, threads: options.threads))
    } catch let error as any InputError {
      skipped.append(AuditDocument.Skipped(name: source.name(index), reason: error.description))
      return
    }
    let shifts = try shifts(of: input, index, unshifted: answer)
    let prediction = answer.prediction
    images.append(
      (
        index,
        AuditDocument.Prediction(
          image: input.name, label: input.label, prediction: prediction,
          className: className(prediction), probability: answer.probability(of: prediction),
          agreement: shifts.agreement), shifts.sensitivity
      ))
  }

  /// Runs the shifted images of one input and adds them to the metrics.
  private mutating func shifts(of input: AuditInput, _ index: Int, unshifted: Answer) throws
    -> (agreement: Double?, sensitivity: Double)
  {
    guard options.passes > 0 else { return (nil, 0) }
    prepareMetrics(for: input)
    let pictures = ViewMaker(input)
    var (agreeing, evaluated, sensitivity) = (0, 0, 0.0)
    for number in metrics.indices {
      let views = metrics[number].shiftProtocol.views(ofImage: index, size: pictures.size)
      let answers: [Answer]
      do {
        answers = try evaluator.answers(pictures, views)
      } catch is ShiftError {
        continue
      }
      metrics[number].add(label: input.label, unshifted: unshifted, answers)
      let prediction = unshifted.prediction
      agreeing += answers.count { $0.prediction == prediction }
      evaluated += answers.count
      let probability = unshifted.probability(of: prediction)
      sensitivity += answers.reduce(0) { $0 + abs($1.probability(of: prediction) - probability) }
    }
    guard evaluated > 0, isClassifier else { return (nil, 0) }
    return (Double(agreeing) / Double(evaluated), sensitivity / Double(evaluated))
  }

  /// The protocols are fixed by the first image: the crop's range is its margin.
  private mutating func prepareMetrics(for input: AuditInput) {
    guard metrics.isEmpty else { return }
    let size = HW(input.tensor.shape[2], input.tensor.shape[3])
    var protocols = [
      ShiftProtocol.circular(size: size, passes: options.passes, seed: options.seed)
    ]
    if let wide = input.wide {
      protocols.append(
        .crop(
          margin: wide.shape[2] - size.height, passes: options.passes, seed: options.seed))
    } else {
      remarks.append(
        "the crop protocol is left out: the images are not larger than the network's input")
    }
    metrics = protocols.map { ShiftMetrics($0, isClassifier: isClassifier) }
  }

  private func className(_ index: Int) -> String? {
    guard isClassifier, let names = options.classNames, index < names.count else { return nil }
    return names[index]
  }

  // MARK: The end

  /// The images that change most, moved along the diagonal.
  func sweeps() throws -> [ShiftSweep] {
    guard isClassifier, options.passes > 0 else { return [] }
    let chosen = images.sorted {
      (1 - ($0.prediction.agreement ?? 1), $0.sensitivity, $1.index)
        > (1 - ($1.prediction.agreement ?? 1), $1.sensitivity, $0.index)
    }.prefix(options.sweeps)
    return try chosen.map { image in
      let input = try source.load(image.index)
      let size = min(input.tensor.shape[2], input.tensor.shape[3])
      let stride = siteAudit.sites.map {
        max($0.cumulativeStride.height, $0.cumulativeStride.width)
      }.max()
      let count = min(size, max(16, stride ?? 1)) + 1
      let pictures = ViewMaker(input)
      let answers = try evaluator.answers(
        pictures, (0..<count).map { .rolled(by: HW($0, $0), size: pictures.size) })
      let prediction = image.prediction.prediction
      return ShiftSweep(
        image: input.name, class: prediction, className: className(prediction),
        probability: answers.map { $0.probability(of: prediction) },
        predictions: answers.map(\.prediction))
    }
  }

  func siteReadings() throws -> [(reading: SiteReading, spectrum: PowerSpectrum)] {
    images.isEmpty ? [] : try siteAudit.sums.map { (try $0.reading(), $0.power) }
  }

  var shiftReadings: [ShiftReading] { metrics.compactMap(\.reading) }

  var networkSummary: AuditDocument.NetworkSummary {
    AuditDocument.NetworkSummary(
      name: network.name, parameters: parameters, layers: network.nodes.count,
      inputShape: network.inputShape, outputShape: outputShape)
  }

  var imageSummary: AuditDocument.ImageSummary {
    let labelled = isClassifier ? images.filter { $0.prediction.label != nil } : []
    let right = labelled.count { $0.prediction.label == $0.prediction.prediction }
    return AuditDocument.ImageSummary(
      read: images.count, labelled: labelled.count,
      accuracy: labelled.isEmpty ? nil : Double(right) / Double(labelled.count), skipped: skipped,
      predictions: isClassifier ? images.map(\.prediction) : [])
  }
}
