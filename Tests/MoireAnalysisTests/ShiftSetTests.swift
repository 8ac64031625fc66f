import MoireLayers
import MoireTensors
import Testing

@testable import MoireAnalysis

/// Brute force over a stated set of shifts.
@Suite struct ShiftSetTests {
  /// Pads with zeros, so that shifts are no chain.
  private static func network() throws -> Network {
    var builder = NetworkBuilder(
      name: "zero", inputShape: [3, 12, 10], weights: SeededWeights(seed: 3))
    try builder.convolution("conv", channels: 8, kernel: 3, stride: 2, padding: 1, bias: true) {
      try $0.activation("relu", .relu)
    }
    try builder.maxPool("pool", kernel: 3, stride: [2, 1], padding: 1)
    try builder.append("flatten", .flatten)
    try builder.linear("fc", outputs: 5)
    try builder.append("softmax", .softmax)
    return builder.network
  }

  private static func source(_ tensors: [Tensor]) -> AuditSource {
    AuditSource(tensors.enumerated().map { AuditInput(name: "\($0)", tensor: $1) })
  }

  /// x(n + d) around the circle, one sample at a time.
  private static func rolled(_ image: Tensor, _ shift: HW) -> Tensor {
    var result = image
    let (height, width) = (image.shape[2], image.shape[3])
    for index in 0..<image.count {
      let (plane, row, column) =
        (index / (height * width), index / width % height, index % width)
      let (y, x) = ((row + shift.height) % height, (column + shift.width) % width)
      result[index] = image[(plane * height + y) * width + x]
    }
    return result
  }

  /// Every number from runs of one shift each.
  @Test(arguments: [nil, HW(5, 3), HW(12, 10), HW(1, 1)])
  func everyShiftIsRun(_ asked: HW?) throws {
    let network = try Self.network()
    let images = (0..<3).map { PhaseTests.random([1, 3, 12, 10], seed: UInt64($0)) }
    let reading = try ShiftSetReading(
      network: network, source: Self.source(images), options: .init(shifts: asked, threads: 2))
    let set = asked ?? [4, 2]
    #expect(reading.shifts == set && reading.images.map(\.image) == ["0", "1", "2"])
    let compiled = try CompiledNetwork(network.withoutFinalSoftmax())
    for (image, found) in zip(images, reading.images) {
      let shifts = (0..<set.area).map { HW($0 / set.width, $0 % set.width) }
      let answers = try shifts.map {
        try compiled.run(Self.rolled(image, $0)).values.map(Double.init)
      }
      let winners = answers.map { values in values.indices.max { values[$0] < values[$1] }! }
      let own = winners[0]
      let margins = answers.map { values in
        values[own] - values.indices.filter { $0 != own }.map { values[$0] }.max()!
      }
      let certificate = found.certificate
      #expect(!certificate.circular && certificate.evaluated == set.area)
      #expect(certificate.represented == set.area && certificate.prediction == own)
      #expect(certificate.changed == winners.count { $0 != own })
      // A run of several images may sum in another order than a run of one.
      let worst = try #require(margins.min())
      #expect(abs(certificate.worst.margin - worst) < 1e-5)
      let closest = answers.map { values in
        let sorted = values.sorted(by: >)
        return sorted[0] - sorted[1]
      }
      #expect(abs(certificate.smallestMargin - (closest.min() ?? 0)) < 1e-5)
      var variance = 0.0
      for output in 0..<5 {
        let values = answers.map { $0[output] }
        let mean = values.reduce(0, +) / Double(values.count)
        for value in values { variance += (value - mean) * (value - mean) / Double(values.count) }
      }
      #expect(abs(found.total - variance) <= 1e-4 * variance + 1e-12)
    }
  }

  @Test func whatCannotBeAnsweredIsSaid() throws {
    let network = try Self.network()
    let image = PhaseTests.random([1, 3, 12, 10], seed: 1)
    let source = Self.source([image])
    for shifts in [HW(13, 1), HW(1, 11), HW(0, 1)] {
      #expect(throws: TheoremError.shifts(shifts, image: [12, 10])) {
        try ShiftSetReading(network: network, source: source, options: .init(shifts: shifts))
      }
    }
    var still = Network(name: "still", inputShape: [3, 12, 10])
    still.append("relu", .activation(.relu))
    #expect(throws: TheoremError.noSites(network: "still")) {
      try ShiftSetReading(network: still, source: source)
    }
    var maps = NetworkBuilder(
      name: "maps", inputShape: [3, 12, 10], weights: SeededWeights(seed: 1))
    try maps.maxPool("pool", kernel: 2, stride: 2)
    #expect(throws: TheoremError.noClasses([3, 6, 5])) {
      try ShiftSetReading(network: maps.network, source: source)
    }
    // An image of another size is left out, the others are answered.
    let other = PhaseTests.random([1, 3, 10, 12], seed: 2)
    let some = try ShiftSetReading(network: network, source: Self.source([other, image]))
    #expect(some.images.map(\.image) == ["1"])
  }
}
