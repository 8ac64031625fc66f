import MoireAnalysis
import MoireLayers
import MoireModels
import MoireTensors
import Testing

@testable import MoireStudies
@testable import MoireTraining

struct SceneTests {
  private let scene = StudyScene(canvas: 16, object: 8)

  @Test func `An object stands where it was put, and is cut at the edge`() throws {
    let data = try corners(4, seed: 1)
    let pasted = try data.pasted(on: HW(12, 10), objectSize: 8) { HW($0 - 1, 3) }
    #expect(pasted.shape == [1, 12, 10])
    let whole = try data.tensor(0..<4, of: 4, scale: PixelScale(channels: 1))
    let canvas = try pasted.tensor(0..<4, of: 4, scale: PixelScale(channels: 1))
    for image in 0..<4 {
      for row in 0..<12 {
        for column in 0..<10 {
          let (y, x) = (row - image + 1, column - 3)
          let inside = (0..<8).contains(y) && (0..<8).contains(x)
          let value = inside ? whole[(image * 8 + y) * 8 + x] : 0
          // Half a gray level: pixels are rounded to 8 bits.
          #expect(abs(canvas[(image * 12 + row) * 10 + column] - value) <= 0.51 / 255)
        }
      }
    }
    #expect(throws: TrainingError.self) {
      try data.pasted(on: HW(0, 4), objectSize: 8) { _ in 0 }
    }
  }

  @Test func `A plain network has its depth and stride, and reads its own name`() throws {
    for (depth, pools, head) in [(1, 0, PlainNetwork.Head.mean), (3, 4, .mean), (5, 2, .flat)] {
      let plain = PlainNetwork(depth: depth, pools: pools, head: head)
      #expect(PlainNetwork(named: plain.name)?.name == plain.name)
      let network = try plain.network(inputSize: 32, padding: .circular)
      let convolutions = network.nodes.count {
        if case .convolution = $0.layer { true } else { false }
      }
      #expect(convolutions == depth)
      #expect(try network.samplingSites().last?.cumulativeStride.height ?? 1 == 1 << pools)
    }
    for name in ["plain-3", "plain-3-5", "plain-0-4", "plain-3-4-mean", "vgg-small"] {
      #expect(PlainNetwork(named: name) == nil)
    }
  }

  private func measure(_ pools: Int) throws -> SceneMeasure {
    let network = try StudyMethod.baseline.network(
      PlainNetwork(depth: 2, pools: pools), inputShape: [1, 16, 16], classes: 4, seed: 2)
    return SceneMeasure(
      scene: scene, evaluator: try BatchEvaluator(network, threads: 1),
      test: try corners(12, seed: 3), scale: PixelScale(channels: 1), passes: 2)
  }

  @Test func `Without subsampling the mean over the map sees no shift, with it it does`() throws {
    // Azulay and Weiss's first observation; sums in another order differ by rounding.
    func values(_ pools: Int) throws -> [String: Double] {
      let values = try measure(pools).sensitivity()
      return Dictionary(uniqueKeysWithValues: values.map { ($0.measure, $0.value) })
    }
    let (dense, strided) = (try values(0), try values(3))
    #expect(dense["mac"] ?? 1 < 1e-5)
    #expect(dense["accuracy_moved"] == dense["accuracy"])
    #expect(strided["mac"] ?? 0 > 1e-4)
    let offsets = try measure(0).offsets()
    #expect(offsets.count == 2 * 5)
    #expect(offsets.filter { $0.measure == "consistency" }.allSatisfy { $0.value == 1 })
    #expect(try measure(1).sizes().map(\.part).contains("size 12"))
  }

  @Test func `Distances are those of the nearest features, and quarters go by them`() throws {
    let (a, b): ([Float], [Float]) = (
      (0..<19).map { Float($0) }, (0..<19).map { Float($0) + ($0 % 2 == 0 ? 1 : -2) }
    )
    #expect(Typicality.squaredDistance(a, b) == 10 + 9 * 4)
    let network = try StudyMethod.baseline.network(
      PlainNetwork(depth: 1, pools: 1), inputShape: [1, 8, 8], classes: 4, seed: 2)
    let training = try corners(10, seed: 1)
    let typical = try Typicality(
      network, training: training, scale: PixelScale(channels: 1), threads: 1)
    // All ten are neighbours of each, itself at distance 0 among them.
    let distances = try typical.distances(training)
    #expect(distances.allSatisfy { $0 > 0 })
    let answer = ImageAnswers(label: 0, logits: [[1, 0]])
    let other = ImageAnswers(label: 0, logits: [[0, 1]])
    let pairs = [[(answer, other)], [(answer, answer)], [(other, other)], [(other, answer)]]
    let values = Typicality.quarters([0.4, 0.1, 0.2, 0.3], pairs)
    let change = values.filter { $0.measure == "p_top1_change" }.map(\.value)
    #expect(change == [0, 0, 1, 1])
  }

  @Test func `Filters alone make generated images move with their silhouettes`() throws {
    let data = try corners(4, seed: 1)
    func stability(_ method: StudyMethod) throws -> Double {
      let network = try SilhouetteNetwork.network(method, inputShape: [1, 8, 8], seed: 1)
      return try GenerationMeasure(network, threads: 1)
        .values(data, PixelScale(channels: 1))[0].value
    }
    // Untrained: the filters alone make the answers steadier.
    #expect(try stability(.bin5) > stability(.baseline) + 3)
    #expect(GenerationMeasure.variation([0, 1, 1, 0, 0, 1][...], width: 3) == 3.0 / 7)
  }

  @Test func `Images come back from silhouettes with a falling loss`() throws {
    var plan = StudyPlan(
      trainingImages: 64, epochs: 6, testImages: 4, mapImages: 1, corruptedImages: 4, threads: 1)
    plan.passes = 1
    let network = try SilhouetteNetwork.network(.baseline, inputShape: [1, 8, 8], seed: 1)
    var losses: [Double] = []
    let training = SilhouetteTraining(plan: plan, scale: PixelScale(channels: 1))
    let result = try training.run(network, corners(64, seed: 1), seed: 4) { _, _, loss in
      losses.append(loss)
    }
    #expect(losses.count == 6)
    #expect((losses.last ?? 1) < 0.7 * losses[0])
    #expect(result.network.nodes.count == network.nodes.count)
  }
}
