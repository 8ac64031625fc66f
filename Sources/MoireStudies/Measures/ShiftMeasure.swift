import MoireLayers
import MoireTensors
import MoireTraining

/// Sensitivity to shifts of a circular network: circular shifts exactly, by all their phases; shifts
/// over black and sub-pixel shifts by drawn pairs.
struct ShiftMeasure {
  /// Beyond this many pixels shifts over black cut into the objects of Fashion-MNIST.
  static let reach = 4
  let period: HW
  let passes: Int
  let seed: UInt64

  /// - Throws: ``StudyError/unfit(network:reason:)`` where the total stride does not divide the input,
  ///   so that phases do not stand for all shifts.
  init(_ network: Network, passes: Int, seed: UInt64 = 0) throws {
    let strides = try network.samplingSites().map(\.cumulativeStride)
    period = HW(strides.map(\.height).max() ?? 1, strides.map(\.width).max() ?? 1)
    self.passes = passes
    self.seed = seed
    let size = HW(network.inputShape[1], network.inputShape[2])
    guard size.height % period.height == 0, size.width % period.width == 0 else {
      throw StudyError.unfit(
        network: network.name,
        reason: "the total stride \(period) does not divide the input \(size)")
    }
  }

  var protocolLine: String {
    "circular: all shifts, by the \(period.area) phases of the total stride \(period), which answer for "
      + "all (consistency of two independent shifts, deviation of the label's probability, right at "
      + "every shift; P(top-1 change) and MAC of 1-pixel diagonal neighbours); crop: \(passes) pairs "
      + "of independent shifts in {−\(Self.reach)…\(Self.reach)}² over black; sub-pixel: \(passes) "
      + "ideal shifts in (−1, 1)² against the unshifted image; shifts shared by "
      + "\(BatchEvaluator.batch) images in a row, seed \(seed)"
  }

  private var phases: [HW] {
    (0..<period.height).flatMap { row in (0..<period.width).map { HW(row, $0) } }
  }

  /// The views of the images of a batch: phases, then pairs over black, then sub-pixel shifts.
  private func views(_ batch: Int) -> [StudyView] {
    var generator = SeededGenerator(seed: seed, 0x517, batch)
    let crops = (0..<2 * passes).map { _ in
      let down = generator.integer(in: -Self.reach..<Self.reach + 1)
      return StudyView.overBlack(HW(down, generator.integer(in: -Self.reach..<Self.reach + 1)))
    }
    let parts = (0..<passes).map { _ in
      let down = 2 * generator.uniform() - 1
      return StudyView.fourier(down, 2 * generator.uniform() - 1)
    }
    return phases.map { .rolled($0) } + crops + parts
  }

  /// - Throws: `LayerError`.
  func values(
    _ evaluator: BatchEvaluator, _ data: ImageDataset, _ scale: PixelScale
  ) throws -> [CellResult.Value] {
    let answers = try evaluator.answers(data, scale: scale) { views($0) }
    let (phases, crops) = (period.area, 2 * passes)
    let circular = answers.map { $0.part(0..<phases) }
    let cropped = answers.map { $0.part(phases..<phases + crops) }
    let moved = answers.map { $0.part(phases + crops..<phases + crops + passes) }
    let pairs = (0..<passes).map { (2 * $0, 2 * $0 + 1) }
    let neighbours = phasePairs
    return [
      .init("accuracy", answers.mean { $0.predictions[0] == $0.label ? 1 : 0 }),
      .init("consistency_circular", circular.mean(\.agreement)),
      .init("consistency_crop", cropped.mean { $0.agreement(of: pairs) }),
      .init(
        "consistency_subpixel",
        zip(circular, moved).reduce(0) { sum, pair in
          let same = pair.1.predictions.count { $0 == pair.0.predictions[0] }
          return sum + Double(same) / Double(passes)
        } / Double(answers.count)),
      .init("classification_variation", circular.mean(\.variation)),
      .init("worst_shift_accuracy", circular.mean { $0.isAlwaysRight ? 1 : 0 }),
      .init("worst_shift_accuracy_crop", cropped.mean { $0.isAlwaysRight ? 1 : 0 }),
      .init("p_top1_change", circular.mean { 1 - $0.agreement(of: neighbours) }),
      .init(
        "mac",
        circular.mean { image in
          neighbours.reduce(0) { $0 + image.change(from: $1.0, to: $1.1) }
            / Double(neighbours.count)
        }),
    ]
  }

  /// Every phase with the one a pixel further down and right.
  private var phasePairs: [(Int, Int)] {
    phases.enumerated().map { index, shift in
      let down = (shift.height + 1) % period.height
      return (index, down * period.width + (shift.width + 1) % period.width)
    }
  }
}

extension ImageAnswers {
  /// The views of a range.
  func part(_ range: Range<Int>) -> ImageAnswers {
    ImageAnswers(
      label: label, predictions: Array(predictions[range]),
      probabilities: Array(probabilities[range]))
  }

  /// The share of pairs of views with one answer.
  func agreement(of pairs: [(Int, Int)]) -> Double {
    Double(pairs.count { predictions[$0.0] == predictions[$0.1] }) / Double(pairs.count)
  }
}
