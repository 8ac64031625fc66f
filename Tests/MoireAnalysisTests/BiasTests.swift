import Foundation
import MoireAnalysis
import MoireTensors
import TestSupport
import Testing

@Suite struct BiasTests {
  static let folder = Fixtures.folder.appendingPathComponent("bias")

  /// SciPy's exact tests. Exact below 141 boxes and in the tails: 1e-9 of the probability; Stephens's
  /// series for 200 boxes elsewhere: 2 %.
  @Test func testsMatchSciPy() throws {
    let reference = try JSONDecoder().decode(
      [String: [String: [Double]]].self,
      from: Data(contentsOf: Self.folder.appendingPathComponent("bias.json")))
    let text = try String(
      contentsOf: Self.folder.appendingPathComponent("boxes.csv"), encoding: .utf8)
    let document = try PhotographersBias.test(BoxTable(csv: text, file: "boxes.csv"))
    #expect(document.boxes == 268 && document.classes.map(\.name) == reference.keys.sorted())
    for item in document.classes {
      let tests = [
        "centre_x": item.centreX, "centre_y": item.centreY, "height": item.height,
        "place_x": item.placeX, "place_y": item.placeY,
      ]
      for (name, test) in tests {
        let (test, expected) = (try #require(test), try #require(reference[item.name]?[name]))
        #expect(abs(test.distance - expected[0]) < 1e-12)
        let tolerance = item.boxes <= 140 || expected[1] < 1e-4 ? 1e-9 : 0.02
        #expect(
          abs(test.probability - expected[1]) < tolerance * expected[1], "\(item.name) \(name)")
      }
    }
    let middle = try #require(document.classes.first { $0.name == "middle, large" })
    #expect(middle.position < 1e-6 && middle.size < 1e-6 && (middle.place ?? 1) < 1e-6)
    #expect(document.position.nonUniform >= document.position.surely)
  }

  /// One value x: D is the larger of x and 1 − x, P(D ≥ d) = 2 (1 − d).
  @Test func oneValue() throws {
    for x in [0.1, 0.3, 0.9] {
      let test = try #require(UniformityTest([x]))
      let distance = max(x, 1 - x)
      #expect(abs(test.distance - distance) < 1e-15)
      #expect(abs(test.probability - 2 * (1 - distance)) < 1e-12)
    }
    #expect(UniformityTest([]) == nil)
    #expect(try #require(UniformityTest([0.25, 0.75])).distance == 0.25)
    #expect(try #require(UniformityTest([0, 0, 0])).probability == 0)
  }

  /// Boxes of uniform place are found uniform at the rate that the level promises: of 400 classes 5 %
  /// fall below 0.05, within 4 standard deviations.
  @Test func theLevelHolds() throws {
    var generator = SeededGenerator(seed: 3)
    let below = (0..<400).count { _ in
      (UniformityTest((0..<20).map { _ in generator.uniform() })?.probability ?? 1) < 0.05
    }
    #expect(abs(Double(below) - 20) < 4 * (400 * 0.05 * 0.95).squareRoot())
  }

  /// Fractions as in Open Images' tables; quotes, CR LF, columns in another order.
  @Test func otherTables() throws {
    let text =
      "YMax,YMin,LabelName,XMin,XMax,IsOccluded\r\n1,0.5,\"cup, \"\"old\"\"\",0,0.25,0\r\n\r\n"
      + "0.5,0.25,\"cup, \"\"old\"\"\",0.5,1,1\r\n"
    let table = try BoxTable(csv: text, file: "b.csv")
    #expect(
      table.boxes == [
        BoxTable.Box(name: "cup, \"old\"", left: 0, right: 0.25, top: 0.5, bottom: 1),
        BoxTable.Box(name: "cup, \"old\"", left: 0.5, right: 1, top: 0.25, bottom: 0.5),
      ])
    // A box that fills its picture has no place.
    let full = try PhotographersBias.test(
      BoxTable([.init(name: "a", left: 0, right: 1, top: 0, bottom: 1)]),
      options: PhotographersBias.Options(least: 1))
    #expect(full.classes[0].place == nil && full.place.classes == 0)
  }

  static let refusals: [(text: String, error: BiasError)] = [
    ("", .empty(file: "b.csv")),
    ("class,xmin,xmax,ymin,ymax\n", .empty(file: "b.csv")),
    (
      "class,xmin,xmax,ymin\n",
      .column(file: "b.csv", wanted: "ymax", header: ["class", "xmin", "xmax", "ymin"])
    ),
    (
      "class,xmin,xmax,ymin,ymax\na,0,1,0\n",
      .row(file: "b.csv", line: 2, reason: "it has 4 fields, the header has 5")
    ),
    (
      "class,xmin,xmax,ymin,ymax\na,0,b,0,1\n",
      .row(file: "b.csv", line: 2, reason: "'b' is no number")
    ),
    (
      "class,xmin,xmax,ymin,ymax\na,0.5,0.5,0,1\n",
      .row(file: "b.csv", line: 2, reason: "the box has no extent along x")
    ),
    (
      "class,xmin,xmax,ymin,ymax\na,0,20,0,1\n",
      .row(
        file: "b.csv", line: 2,
        reason: "the box leaves the picture along x: without width and height it must lie within "
          + "0 … 1")
    ),
  ]

  @Test(arguments: refusals) func refused(_ text: String, _ error: BiasError) {
    #expect(throws: error) { try BoxTable(csv: text, file: "b.csv") }
  }

  @Test func tooFewBoxes() {
    let box = BoxTable.Box(name: "a", left: 0, right: 0.5, top: 0, bottom: 0.5)
    #expect(throws: BiasError.few(least: 5, most: 2)) {
      try PhotographersBias.test(BoxTable([box, box]))
    }
  }
}
