import MoireLayers
import MoireSpectral
import MoireTensors

/// Reads the aliasing of every activation of a network on the map in front of it, at its own rate.
struct PointwiseAudit {
  /// One activation with its sums.
  private struct Subject {
    let node: Int
    let function: String
    let channels: Int
    let size: HW
    /// Each with the channels it belongs to: one for all, or one for each slope of a PReLU.
    let activations: [(activation: FilteredActivation, channels: [Int])]
    /// Per channel over images.
    var sums: [ActivationReading]
    var planes = 0
    var dead = 0
    var undefined = 0
  }

  private let network: Network
  private let compiled: CompiledNetwork
  private var subjects: [Subject]

  /// - Parameter factor: u, 1 or more.
  /// - Throws: ``LayerError``, ``SpectralError``.
  init(_ network: Network, factor: Int) throws {
    self.network = network
    let shapes = try network.valueShapes()
    subjects = try network.nodes.indices.compactMap { node in
      let shape = shapes[node + 1]
      // A map of one sample has no frequency that could fold.
      guard shape.count == 3, shape[1] * shape[2] > 1,
        let functions = Self.functions(network.nodes[node].layer, channels: shape[0])
      else { return nil }
      let size = HW(shape[1], shape[2])
      return Subject(
        node: node, function: functions.name, channels: shape[0], size: size,
        activations: try functions.list.map {
          (try FilteredActivation(size: size, $0.function, factor: factor), $0.channels)
        },
        sums: Array(
          repeating: ActivationReading(total: 0, alias: 0, aliasDoubled: 0), count: shape[0]))
    }
    compiled = try CompiledNetwork(network, watching: subjects.map(\.node))
  }

  /// The function of a layer that acts on each value alone, by channels.
  private static func functions(
    _ layer: Layer, channels: Int
  ) -> (name: String, list: [(function: Pointwise, channels: [Int])])? {
    let all = Array(0..<channels)
    switch layer {
    case .activation(let activation): return (activation.name, [(activation.pointwise, all)])
    case .prelu(let slope):
      let slopes = slope.count == 1 ? Array(repeating: slope[0], count: channels) : slope.values
      let groups = Dictionary(grouping: all) { slopes[$0] }.sorted { $0.key < $1.key }
      return ("PReLU", groups.map { (.leakyReLU(alpha: Double($0.key)), $0.value) })
    default: return nil
    }
  }

  /// Runs one image and adds its readings.
  ///
  /// - Throws: ``LayerError/notFinite(path:)`` for a map that is not finite; nothing is added then.
  mutating func read(_ input: Tensor, threads: Int) throws {
    guard !subjects.isEmpty else { return }
    var readings: [(subject: Int, values: [ActivationReading])] = []
    _ = try compiled.run(input, threads: threads) { map in
      let subject = subjects[map.site]
      let tensor = map.tensor()
      guard tensor.firstNonFinite == nil else {
        throw LayerError.notFinite(
          path: "the input of layer \(network.nodes[subject.node].path)")
      }
      var values = subject.sums
      for (activation, channels) in subject.activations {
        let part = channels.count == subject.channels ? tensor : try tensor.channels(channels)
        let read = try activation.read(part, threads: threads)
        for (channel, reading) in zip(channels, read) { values[channel] = reading }
      }
      readings.append((map.site, values))
    }
    for (index, values) in readings { add(values, to: index) }
  }

  private mutating func add(_ values: [ActivationReading], to index: Int) {
    for (channel, reading) in values.enumerated() {
      subjects[index].planes += 1
      guard reading.total.isFinite, reading.alias.isFinite, reading.aliasDoubled.isFinite else {
        subjects[index].undefined += 1
        continue
      }
      subjects[index].dead += reading.total > 0 ? 0 : 1
      subjects[index].sums[channel].total += reading.total
      subjects[index].sums[channel].alias += reading.alias
      subjects[index].sums[channel].aliasDoubled += reading.aliasDoubled
    }
  }

  /// What was read so far, in order of execution.
  func readings() -> [PointwiseReading] {
    subjects.map { subject in
      let pool = subject.sums.reduce(ActivationReading(total: 0, alias: 0, aliasDoubled: 0)) {
        ActivationReading(
          total: $0.total + $1.total, alias: $0.alias + $1.alias,
          aliasDoubled: $0.aliasDoubled + $1.aliasDoubled)
      }
      let channels = subject.sums.map { $0.total > 0 ? $0.fraction : nil }
      return PointwiseReading(
        path: network.nodes[subject.node].path, function: subject.function,
        channels: subject.channels, size: subject.size, planes: subject.planes,
        deadPlanes: subject.dead, undefinedPlanes: subject.undefined,
        aliasFraction: pool.fraction, error: pool.error,
        channelQuartiles: SiteReading.Quartiles(of: channels.compactMap { $0 }),
        channelFractions: channels)
    }
  }
}

extension Tensor {
  /// Some planes of one image `[1, C, H, W]`.
  fileprivate func channels(_ chosen: [Int]) throws -> Tensor {
    let area = shape[2] * shape[3]
    return try Tensor(
      shape: [1, chosen.count, shape[2], shape[3]],
      values: chosen.flatMap { values[$0 * area..<($0 + 1) * area] })
  }
}
