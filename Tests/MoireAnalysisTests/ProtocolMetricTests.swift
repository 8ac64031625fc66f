import Foundation
import MoireTensors
import TestSupport
import Testing

@testable import MoireAnalysis

/// The numbers of the protocols against NumPy (`Fixtures/shift/make_shift.py`).
@Suite struct ProtocolMetricTests {
  struct Expected: Decodable {
    let labels: [Int]
    let metrics: [String: [String: Double]]
    let equivariance, fractional, overlap, nonshiftability: [Double]
    let sums: [[[Double]]]
    let wilson: [[Double]]
  }

  static func expected() throws -> Expected {
    let path = ProtocolViewTests.folder.appendingPathComponent("metrics.json")
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: path))
  }

  static func rules(
    _ pairing: ShiftTrial.Pairing, series: ShiftTrial.Series? = nil
  ) -> ShiftTrial.Rules {
    ShiftTrial.Rules(
      name: "test", source: "test", pictures: "", shifts: "", pairing: pairing, pairs: "",
      measures: ShiftTrial.Measure.allCases, series: series, seed: 0)
  }

  /// The fixture's answers as records.
  static func records(
    _ rules: ShiftTrial.Rules
  ) throws -> [(image: ImageRecord, record: ShiftRecord)] {
    let logits = try NPY.read(
      path: ProtocolViewTests.folder.appendingPathComponent("answers.npy").path)
    let classes = logits.shape[2]
    return try expected().labels.enumerated().map { index, label in
      let answers = try (0..<logits.shape[1]).map { view in
        let start = (index * logits.shape[1] + view) * classes
        return Answer(
          try Tensor(
            shape: [1, classes], values: Array(logits.values[start..<start + classes])))
      }
      var image = ImageRecord(index: index, name: "\(index)", label: label)
      image.prediction = answers[0].prediction
      return (
        image,
        ShiftRecord(
          answers, pairing: rules.pairing, measures: rules.measures, label: label,
          unshifted: answers[0])
      )
    }
  }

  static let pairings: [(String, ShiftTrial.Pairing)] = [
    ("couples", .couples), ("first", .first), ("steps", .steps),
  ]

  /// All of it is double precision on the same logits; sums in another order move the last digits.
  @Test(arguments: pairings) func numbersEqualTheReference(
    _ name: String, _ pairing: ShiftTrial.Pairing
  ) throws {
    let rules = Self.rules(pairing)
    let records = try Self.records(rules)
    for (metric, expected) in try #require(Self.expected().metrics[name]) {
      let measure = try #require(ShiftTrial.Measure(rawValue: metric))
      let got = try #require(Tally(measure, rules, records).value)
      #expect(abs(got - expected) < 1e-9, "\(metric): \(got) for \(expected)")
    }
  }

  @Test func partsOfASeriesAreTheViewsOfEachPart() throws {
    let rules = Self.rules(
      .couples, series: ShiftTrial.Series(name: "part", values: [0, 1, 2]))
    let records = try Self.records(rules)
    let whole = Tally(.change, rules, records)
    let parts = (0..<3).map { Tally(.change, rules, records, part: $0, of: 3) }
    #expect(parts.allSatisfy { $0.denominators.allSatisfy { $0 == 1 } && $0.isOneTrialEach })
    let sum = parts.reduce(0) { $0 + $1.numerators.reduce(0, +) }
    #expect(sum == whole.numerators.reduce(0, +))
    let first = Tally(.accuracy, rules, records, part: 0, of: 3)
    #expect(first.denominators.allSatisfy { $0 == 2 })
  }

  @Test func mapsEqualTheReference() throws {
    let expected = try Self.expected()
    let maps = try NPY.read(path: ProtocolViewTests.folder.appendingPathComponent("maps.npy").path)
    let (still, moved) = (maps.images(0..<1), maps.images(1..<2))
    func check(_ got: [Double], _ reference: [Double], tolerance: Double) {
      #expect(got.count == reference.count)
      for (a, b) in zip(got, reference) { #expect(abs(a - b) <= tolerance * abs(b), "\(a), \(b)") }
    }
    check(
      try MapComparison.equivariance(still: still, moved: moved, view: .rolled([2, -5])),
      expected.equivariance, tolerance: 1e-12)
    // The shifted reference is computed in single precision.
    check(
      try MapComparison.equivariance(still: still, moved: moved, view: .fourier(0.75, -1.5)),
      expected.fractional, tolerance: 1e-6)
    #expect(MapComparison.overlap(still, moved, offset: [-2, 5]) == expected.overlap)
    #expect(MapComparison.overlap(still, still, offset: 0) == [340, 340])
    #expect(MapComparison.overlap(still, still, offset: [17, 0]) == [0, 0])
    check(FeatureSums.nonshiftability(expected.sums), expected.nonshiftability, tolerance: 1e-12)
  }

  /// Whichever output comes first: nothing is compared before the unmoved one is there.
  @Test(arguments: 0..<4) func movedMapsWaitForTheUnmovedOne(_ place: Int) throws {
    let maps = try NPY.read(path: ProtocolViewTests.folder.appendingPathComponent("maps.npy").path)
    let views: [ImageView] = [.plain, .rolled([2, -5]), .fourier(0.75, -1.5), .rolled(0)]
    let outputs = [0, 1, 1, 0].map { maps.images($0..<$0 + 1) }
    let errors = EquivarianceErrors(views)
    var order = [1, 2, 3]
    order.insert(0, at: place)
    for (count, index) in order.enumerated() {
      try errors.add(index, outputs[index])
      #expect(errors.all.count == (count < place ? 0 : count))
    }
    let expected = try (1..<4).map {
      try MapComparison.equivariance(still: outputs[0], moved: outputs[$0], view: views[$0])
    }
    #expect(errors.all == expected)
    #expect(errors.all[2][0] == 0)
  }

  @Test func wilsonEqualsSciPy() throws {
    for row in try Self.expected().wilson {
      let (low, high) = Interval.wilson(row[0], of: row[1])
      #expect(abs(low - row[2]) < 1e-12 && abs(high - row[3]) < 1e-12)
    }
  }

  /// For a mean of n normal numbers the interval is ± 1.96/√n; 1000 resamples give its ends to about
  /// 5 % of that.
  @Test func bootstrapOfAMean() throws {
    var generator = SeededGenerator(seed: 8)
    let values = (0..<400).map { _ in generator.normal() }
    let ones = [Double](repeating: 1, count: 400)
    let mean = values.reduce(0, +) / 400
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400).squareRoot()
    let range = try #require(Interval.bootstrap(values, ones, seed: 1))
    #expect(abs((range.high - range.low) / (2 * 1.96 * deviation / 20) - 1) < 0.1)
    #expect(abs((range.high + range.low) / 2 - mean) < 0.01)
    #expect(Interval.bootstrap([1], [2], seed: 1) == nil)
    #expect(Interval.bootstrap([0.5, 0.5], [1, 1], seed: 1)! == (0.5, 0.5))
    // Another seed, another sample; the same seed, the same bits.
    #expect(Interval.bootstrap(values, ones, seed: 1)! == range)
    #expect(Interval.bootstrap(values, ones, seed: 2)! != range)
  }
}
