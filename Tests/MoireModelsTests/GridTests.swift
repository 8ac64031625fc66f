import MoireLayers
import MoireTensors
import Testing

@testable import MoireModels

/// Positions and border gains against the networks themselves: with windows that average, a ramp
/// shows where samples stand, a constant what the border keeps.
@Suite struct GridTests {
  /// Means: 1/(in·k²) for every weight, and normalisations that change nothing.
  private struct MeanWeights: WeightSource {
    func values(of parameter: Parameter) throws -> Tensor {
      let shape = parameter.shape
      if shape.count == 4, parameter.name.contains("up") {
        // Every output of a transposed convolution without overlap is one input.
        return try Tensor(shape: shape, repeating: 1 / Float(shape[0]))
      }
      let isFlat = parameter.name.hasSuffix("bias") || parameter.name.hasSuffix("running_mean")
      let value = shape.count > 1 ? 1 / Float(shape.dropFirst().reduce(1, *)) : isFlat ? 0 : 1
      return try Tensor(shape: shape, repeating: value)
    }
  }

  private typealias Body = @Sendable (inout NetworkBuilder) throws -> Void

  private static let chains: [(String, Body)] = [
    ("3×3, stride 2", { try $0.convolution("a", channels: 4, kernel: 3, stride: 2, padding: 1) }),
    (
      "one side alone",
      {
        try $0.convolution(
          "a", channels: 2, kernel: [3, 5], stride: [2, 1], padding: Padding(bottom: 2, right: 1))
      }
    ),
    (
      "dilation and groups",
      {
        try $0.convolution("a", channels: 6, kernel: 3, padding: 2, dilation: 2)
        try $0.convolution("b", channels: 6, kernel: 4, stride: 3, padding: 1, groups: 3)
      }
    ),
    (
      "stem, pool, branches",
      {
        try $0.convolution("a", channels: 4, kernel: 7, stride: 2, padding: 3) {
          try $0.activation("r", .relu)
        }
        try $0.averagePool("p", kernel: 2, stride: 2)
        try $0.concatenation(
          "c", { try $0.convolution("d", channels: 2, kernel: 1) },
          { try $0.convolution("e", channels: 6, kernel: 3, padding: 1) })
        // The mean over channels weighs branches as the concatenation does.
        try $0.convolution("f", channels: 1, kernel: 1)
      }
    ),
    (
      "down and up",
      {
        try $0.convolution("a", channels: 4, kernel: 2, stride: 2)
        try $0.convolution("b", channels: 4, kernel: 3, padding: 1)
        try $0.transposedConvolution("up", channels: 3, kernel: 2, stride: 2, bias: false)
      }
    ),
    (
      "padding apart",
      {
        try $0.append("p", .pad(Padding(top: 2, left: 1, bottom: 3, right: 0), .reflect))
        try $0.append("q", .pad(1, .constant(0)))
        try $0.convolution("a", channels: 2, kernel: 3, stride: 2)
        try $0.append("s", .subsample(stride: [1, 2], offset: [0, 1]))
      }
    ),
  ]

  @Test(arguments: chains.indices, Border.allCases)
  func againstTheNetwork(_ index: Int, _ border: Border) throws {
    let (name, body) = Self.chains[index]
    let input = HW(26, 31)
    var builder = NetworkBuilder(
      name: name, inputShape: [2, input.height, input.width], weights: MeanWeights(), border: border
    )
    try body(&builder)
    let network = builder.network
    let grid = try #require(try network.mapGrids()[network.output])
    let run = { (value: (Int, Int) -> Float) in
      let plane = (0..<input.height).flatMap { i in (0..<input.width).map { value(i, $0) } }
      let tensor = try Tensor(shape: [1, 2, input.height, input.width], values: plane + plane)
      return try CompiledNetwork(network).run(tensor)
    }
    let constant = try run { _, _ in 1 }
    #expect(constant.shape[2...] == [grid.size.height, grid.size.width])
    for point in 0..<grid.size.area {
      // Two dozen additions of numbers below 1.
      #expect(abs(constant[point] - grid.gain[point]) < 1e-5, "\(name) at \(point)")
    }
    let (rows, columns) = (try run { i, _ in Float(i) }, try run { _, j in Float(j) })
    // Borders bend the ramps, so only the middle counts; a transposed convolution copies its input,
    // so that two neighbours share the position between them.
    let (i, j) = (grid.size.height / 2 / 2 * 2, grid.size.width / 2 / 2 * 2)
    let isCopy = name == "down and up"
    let half = isCopy ? 0.5 : 0
    let point = i * grid.size.width + j
    #expect(abs(Double(rows[point]) - (grid.origin[0] + grid.step[0] * (Double(i) + half))) < 1e-3)
    #expect(
      abs(Double(columns[point]) - (grid.origin[1] + grid.step[1] * (Double(j) + half))) < 1e-3)
  }

  @Test func closedForms() throws {
    var builder = NetworkBuilder(name: "n", inputShape: [1, 8, 8], weights: ZeroWeights())
    try builder.convolution("a", channels: 1, kernel: 3, padding: 1)
    try builder.convolution("b", channels: 1, kernel: 3, stride: 2, padding: 1)
    let grids = try builder.network.mapGrids()
    #expect(abs(grids[1]!.cornerGain - 4.0 / 9) < 1e-6)
    #expect(abs(grids[1]!.edgeGain - 2.0 / 3) < 1e-6)
    // Four outputs at 0, 2, 4, 6 on eight pixels: half a pixel to the left.
    #expect(grids[2]!.drift(input: 8) == [-0.5, -0.5])
    // ResNet: samples at multiples of 32 on 224 pixels; VGG's pools keep to the middle.
    let last = { (name: String) in
      try Zoo.architecture(named: name).network(weights: ZeroWeights()).mapGrids()
        .compactMap(\.self).last!.drift(input: 224)
    }
    #expect(try last("resnet18") == [-15.5, -15.5])
    #expect(try last("vgg11") == [0, 0])
  }

  @Test func pathsThatMeetApart() throws {
    var builder = NetworkBuilder(name: "n", inputShape: [1, 16, 16], weights: ZeroWeights())
    try builder.residual(shortcut: { try $0.averagePool("p", kernel: 2, stride: 2) }) {
      try $0.convolution("a", channels: 1, kernel: 3, stride: 2, padding: 1)
    }
    #expect(try builder.network.mapGrids().last!!.disagreement == 0.5)
  }

  @Test func maxPoolsResizesAndVectors() throws {
    var builder = NetworkBuilder(name: "n", inputShape: [1, 9, 9], weights: ZeroWeights())
    try builder.convolution("a", channels: 1, kernel: 3, padding: 1)
    try builder.maxPool("m", kernel: 3, stride: 2, padding: 1)
    try builder.append("r", .resize(Resize(.size(10), mode: .bilinear)))
    try builder.globalAveragePool("g")
    let grids = try builder.network.mapGrids()
    #expect(grids[2]!.cornerGain == 1 && grids[2]!.origin == [0, 0])
    // Ten samples over five that stand 2 apart: 1 apart, the first a quarter sample before.
    #expect(grids[3]!.step == [1, 1] && grids[3]!.origin == [-0.5, -0.5])
    #expect(grids[4] == nil && grids[5] == nil)
  }
}
