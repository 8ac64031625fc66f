import Foundation
import MoireAnalysis
import MoireLayers
import MoireTensors
import MoireTraining

/// How stable generated images are when their input moves: Zhang's generation stability.
struct GenerationMeasure {
  let evaluator: BatchEvaluator
  let period: HW

  /// - Throws: ``StudyError/unfit(network:reason:)`` where the total stride does not divide the input.
  init(_ network: Network, threads: Int) throws {
    period = try ShiftMeasure(network, passes: 1).period
    evaluator = try BatchEvaluator(network, threads: threads)
  }

  static func line(_ plan: StudyPlan, _ training: SilhouetteTraining) -> String {
    "\(training.line); generation stability: mean PSNR (peak 1) of the moved answer against the answer to "
      + "the moved silhouette, all circular shifts of one period but 0; quality: mean PSNR against the "
      + "image; variation: mean |difference of neighbours| of the answers; first "
      + "\(plan.corruptedImages) test images"
  }

  /// - Throws: `LayerError`.
  func values(_ data: ImageDataset, _ scale: PixelScale) throws -> [CellResult.Value] {
    let shifts = (0..<period.height).flatMap { row in (0..<period.width).map { HW(row, $0) } }
    let size = data.shape.reduce(1, *)
    let sums = try evaluator.map(data, scale: scale) { range, images, run in
      let input = try SilhouetteTraining.silhouettes(images)
      let still = try run(input)
      var (stability, quality, variation) = (0.0, 0.0, 0.0)
      for place in 0..<range.count {
        let part = place * size..<(place + 1) * size
        quality += psnr(still.values[part], images.values[part])
        variation += Self.variation(still.values[part], width: data.shape[2])
      }
      for shift in shifts.dropFirst() {
        let (moved, other) = (still.rolled(by: shift), try run(input.rolled(by: shift)))
        for place in 0..<range.count {
          let part = place * size..<(place + 1) * size
          stability += psnr(moved.values[part], other.values[part])
        }
      }
      return [stability / Double(max(shifts.count - 1, 1)), quality, variation]
    }
    let totals = (0..<3).map { index in sums.reduce(0) { $0 + $1[index] } / Double(data.count) }
    return [
      .init("generation_stability_db", totals[0]), .init("generation_quality_db", totals[1]),
      .init("generation_variation", totals[2]),
    ]
  }

  /// 10 log₁₀ (1 / mean squared difference); 100 dB where there is is less than that leaves to tell.
  private func psnr(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    let error = zip(a, b).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    return 10 * log10(1 / max(error / Double(a.count), 1e-10))
  }

  /// The mean absolute difference of horizontal and vertical neighbours.
  static func variation(_ image: ArraySlice<Float>, width: Int) -> Double {
    let values = Array(image)
    var (sum, count) = (0.0, 0)
    for place in values.indices {
      if place % width + 1 < width {
        sum += Double(abs(values[place + 1] - values[place]))
        count += 1
      }
      if place + width < values.count {
        sum += Double(abs(values[place + width] - values[place]))
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : 0
  }
}
