import MoireAnalysis
import MoireLayers
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

/// Readings of sites that filter, or choose a phase, before they subsample.
@Suite struct FilterAuditTests {
  private static func random(_ shape: [Int], seed: UInt64) throws -> Tensor {
    var generator = SeededGenerator(seed: seed)
    let values = (0..<shape.reduce(1, *)).map { _ in Float(generator.normal()) }
    return try Tensor(shape: shape, values: values)
  }

  /// A convolution and a ReLU, what comes behind them, and the map between the two.
  private static func network(_ size: HW) throws -> Network {
    var network = Network(name: "filter", inputShape: [3, size.height, size.width])
    network.append(
      "conv", .convolution(Convolution(weight: try random([20, 3, 3, 3], seed: 1), padding: 1)))
    network.append("relu", .activation(.relu))
    return network
  }

  private static func fraction(_ maps: Tensor, stride: HW) throws -> Double {
    let size = HW(maps.shape[2], maps.shape[3])
    let energies = try MapReader(size: size, stride: stride).read(maps).energies
    return energies.reduce(0) { $0 + $1.alias } / energies.reduce(0) { $0 + $1.total }
  }

  /// Beside the reading of what is subsampled stands the one of what goes into the filter.
  @Test(arguments: [HW(16, 12), HW(15, 13)]) func beforeAndAfterABlur(_ size: HW) throws {
    let blur = BlurPool(filterSize: 5, padding: .circular)
    var network = try Self.network(size)
    let map = try CompiledNetwork(network).run(try Self.random([1] + network.inputShape, seed: 2))
    network.append("blur", .blurPool(blur))
    var audit = try SiteAudit(network)
    try audit.read(try Self.random([1] + network.inputShape, seed: 2))
    let reading = try #require(try audit.readings().first)
    #expect(reading.operation == "blur-pool" && reading.path == "blur")
    if size == [16, 12] {
      // The filter at stride 1 is the audited one: the map's size stays.
      let dense = try BlurPool(filterSize: 5, stride: 1, padding: .circular)(map)
      let (before, after) = (
        try Self.fraction(map, stride: 2), try Self.fraction(dense, stride: 2)
      )
      // Energies of single precision maps, 1e-6 apart at most.
      #expect(abs(reading.preactivation.aliasFraction - before) < 1e-5)
      #expect(abs(reading.aliasFraction - after) < 1e-5)
      #expect(reading.exact && (reading.identityDifference ?? 1) < 1e-5)
    }
    #expect(reading.aliasFractionAc < 0.3 * reading.preactivation.aliasFractionAc)
  }

  @Test func anIdealPoolReadsZero() throws {
    var network = try Self.network([16, 12])
    network.append("ideal", .idealPool(IdealPooling()))
    var audit = try SiteAudit(network)
    try audit.read(try Self.random([1, 3, 16, 12], seed: 2))
    let reading = try #require(try audit.readings().first)
    #expect(reading.operation == "ideal-pool" && reading.aliasFraction < 1e-10)
    #expect(reading.preactivation.aliasFraction > 0.1)
  }

  /// With an activation behind the filter the map before that is the second reading.
  @Test func anActivationBehindABlur() throws {
    var network = try Self.network([16, 12])
    network.append("blur", .blurPool(BlurPool(padding: .circular)))
    network.append("tanh", .activation(.tanh))
    var plain = try Self.network([16, 12])
    plain.append("blur", .blurPool(BlurPool(padding: .circular)))
    let readings = try [network, plain].map { network in
      var audit = try SiteAudit(network)
      try audit.read(try Self.random([1, 3, 16, 12], seed: 2))
      return try #require(try audit.readings().first)
    }
    // The same map, read once with its power and once without: rounding of the reader's sums.
    let difference = readings[0].preactivation.aliasFraction - readings[1].aliasFraction
    #expect(abs(difference) < 1e-7)
    #expect(abs(readings[0].aliasFraction - readings[1].aliasFraction) > 1e-3)
  }

  /// What phases are taken from is read where it is, whatever phase is taken.
  @Test func polyphaseReadsItsInput() throws {
    var network = try Self.network([16, 12])
    let input = try Self.random([1, 3, 16, 12], seed: 2)
    let map = try CompiledNetwork(network).run(input)
    let phase = network.append("decide", .polyphaseDecision(PolyphaseDecision()))
    network.append("take", .polyphase(stride: 2), inputs: [2, phase])
    var audit = try SiteAudit(network)
    try audit.read(input)
    let reading = try #require(try audit.readings().first)
    #expect(reading.operation == "polyphase")
    #expect(abs(reading.aliasFraction - (try Self.fraction(map, stride: 2))) < 1e-5)
  }
}
