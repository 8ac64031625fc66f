public import MoireLayers
public import MoireTensors

/// What a network is, without running it: layers, costs, sampling sites, and where samples stand.
public struct Inspection: Sendable, Equatable, Codable {
  /// One layer.
  public struct LayerRow: Sendable, Equatable, Codable {
    public var path: String
    /// What it does, as `convolution 3×3, stride 2`.
    public var operation: String
    /// For one image.
    public var outputShape: [Int]
    /// Weights, biases, scales and shifts.
    public var parameters: Int
    /// Multiplications that are summed, convolutions and fully connected layers only.
    public var multiplyAdds: Int
  }

  /// One place that subsamples.
  public struct Site: Sendable, Equatable, Codable {
    public var path: String
    public var operation: String
    public var stride: HW
    /// The map that is subsampled: the operation at stride 1.
    public var denseSize: HW
    public var outputSize: HW
    /// The product of the strides from the input up to and with this site.
    public var cumulativeStride: HW
  }

  /// Layers that follow each other whose maps have one sampling rate; the numbers are those of the
  /// last of these maps.
  public struct Stage: Sendable, Equatable, Codable {
    public var firstLayer: String
    public var lastLayer: String
    public var size: HW
    /// Distance of samples in input pixels, `[rows, columns]`.
    public var step: [Double]
    /// Where the centre of sample (0, 0) stands, in input pixels.
    public var origin: [Double]
    /// How far the samples are from standing centred on the image, in input pixels.
    public var drift: [Double]
    /// What the corner and the middle of the first row keep of a constant 1, relative to the most
    /// that any sample keeps; see `Network.mapGrids`.
    public var cornerGain: Double
    public var edgeGain: Double
    /// How far paths that met put the same sample apart, in input pixels.
    public var disagreement: Double
  }

  public var name: String
  public var inputShape: [Int]
  public var outputShape: [Int]
  public var layers: [LayerRow]
  public var parameters: Int
  /// Running means and variances of batch normalisations.
  public var statistics: Int
  public var multiplyAdds: Int
  /// 4 bytes for each parameter and statistic.
  public var parameterBytes: Int
  /// What the outputs of all layers would take side by side, for one image.
  public var activationBytes: Int
  /// The block in which the executor keeps them, planned so that values share memory.
  public var plannedBytes: Int
  public var sites: [Site]
  public var stages: [Stage]
  public var remarks: [String]

  /// - Throws: `LayerError` when a layer does not fit its inputs or cannot be executed.
  public init(_ network: Network) throws {
    let shapes = try network.valueShapes()
    name = network.name
    inputShape = network.inputShape
    outputShape = shapes[network.output]
    layers = network.nodes.enumerated().map { index, node in
      LayerRow(
        path: node.path, operation: node.layer.summary, outputShape: shapes[index + 1],
        parameters: node.layer.parameterCount,
        multiplyAdds: node.layer.multiplyAdds(
          input: shapes[node.inputs[0]], output: shapes[index + 1]))
    }
    parameters = layers.reduce(0) { $0 + $1.parameters }
    statistics = network.nodes.reduce(0) { $0 + $1.layer.statisticCount }
    multiplyAdds = layers.reduce(0) { $0 + $1.multiplyAdds }
    parameterBytes = 4 * (parameters + statistics)
    activationBytes = 4 * layers.reduce(0) { $0 + $1.outputShape.reduce(1, *) }
    plannedBytes = try CompiledNetwork(network).memoryBytes
    sites = try network.samplingSites().map { site in
      Site(
        path: site.path, operation: site.operation.rawValue, stride: site.stride,
        denseSize: site.denseSize, outputSize: site.outputSize,
        cumulativeStride: site.cumulativeStride)
    }
    stages = Self.stages(of: network, try network.mapGrids())
    remarks = network.remarks
  }

  private static func stages(of network: Network, _ grids: [MapGrid?]) -> [Stage] {
    let input = HW(network.inputShape[1], network.inputShape[2])
    var stages: [Stage] = []
    for (index, node) in network.nodes.enumerated() {
      guard let grid = grids[index + 1] else { continue }
      let isNew = stages.last?.step != grid.step
      let first = isNew ? node.path : stages.removeLast().firstLayer
      stages.append(
        Stage(
          firstLayer: first, lastLayer: node.path, size: grid.size, step: grid.step,
          origin: grid.origin, drift: grid.drift(input: input), cornerGain: grid.cornerGain,
          edgeGain: grid.edgeGain, disagreement: grid.disagreement))
    }
    return stages
  }
}
