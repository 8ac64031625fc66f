import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

/// Max-pooling in training beside loops that say which value of a window is the largest: values in
/// quarters, so that most windows hold ties, and NaN among them where asked. All
/// numbers are small multiples of powers of two, so that every sum is exact.
struct MaxPoolingGradientTests {
  struct Problem: CustomTestStringConvertible {
    var shape: [Int]
    var pool: Pooling
    var pad: Padding = 0
    var mode: PaddingMode = .circular
    var hasNaN = false

    var testDescription: String {
      "\(shape), \(pool.kernel) by \(pool.stride), \(pool.padding), pad \(pad) \(mode)"
        + (hasNaN ? ", NaN" : "")
    }
  }

  private static func pool(
    _ kernel: HW, _ stride: HW, _ padding: Padding = 0, dilation: HW = 1
  ) -> Pooling {
    Pooling(.max, kernel: kernel, stride: stride, padding: padding, dilation: dilation)
  }

  static let problems: [Problem] = {
    let end = Padding(bottom: 1, right: 1), uneven = Padding(top: 2, left: 0, bottom: 1, right: 3)
    var result = [
      Problem(shape: [16, 7, 9], pool: pool(2, 1)),
      Problem(shape: [20, 5, 4], pool: pool(2, 1)),
      Problem(shape: [3, 6, 5], pool: pool(2, 1)),
      Problem(shape: [16, 2, 2], pool: pool(2, 1)),
      Problem(shape: [16, 6, 5], pool: pool(2, 1, 1)),
      Problem(shape: [33, 7, 7], pool: pool(3, 2, 1)),
      Problem(shape: [16, 9, 8], pool: pool([2, 3], [1, 2], dilation: [2, 1])),
      Problem(shape: [16, 6, 8], pool: pool(2, 2)),
      Problem(shape: [17, 5, 6], pool: pool([2, 1], 1)),
      Problem(shape: [16, 1, 9], pool: pool([1, 2], 1)),
    ]
    for mode in [PaddingMode.circular, .replicate, .reflect, .constant(0.25)] {
      result += [
        Problem(shape: [16, 7, 6], pool: pool(2, 1), pad: end, mode: mode),
        Problem(shape: [18, 4, 5], pool: pool(3, 2, 1), pad: uneven, mode: mode),
        Problem(shape: [16, 3, 2], pool: pool(2, 1), pad: uneven, mode: mode),
        Problem(shape: [5, 6, 6], pool: pool(2, 2), pad: 1, mode: mode),
      ]
    }
    return result
      + result.map { problem in
        var problem = problem
        problem.hasNaN = true
        return problem
      }
  }()

  @Test(arguments: problems) func `The first of the largest has the gradient`(
    _ problem: Problem
  ) throws {
    var network = Network(name: "pooled", inputShape: problem.shape)
    if !problem.pad.isZero { network.append("pad", .pad(problem.pad, problem.mode)) }
    network.append("pool", .pooling(problem.pool))
    let trainable = try TrainableNetwork(network, batch: 2, wantsInputGradient: true)
    var input = quarters([2] + problem.shape, seed: 1)
    if problem.hasNaN {
      for index in stride(from: 3, to: input.count, by: 11) { input[index] = .nan }
    }
    let gradient = quarters(trainable.outputShape, seed: 2)
    let output = try trainable.forward(input)
    let slope = try #require(try trainable.backward(gradient))
    let (largest, slopes) = naive(problem, input, gradient, output: output.shape)
    for (value, expected) in zip(output.values, largest) {
      #expect(value == expected || value.isNaN && expected.isNaN)
    }
    #expect(slope.values == slopes)
  }

  /// Normal numbers rounded to quarters.
  private func quarters(_ shape: [Int], seed: UInt64) -> Tensor {
    var tensor = onGrid(shape, seed: seed, scale: 0.5)
    for index in 0..<tensor.count { tensor[index] = (tensor[index] * 4).rounded() / 4 }
    return tensor
  }

  private func naive(
    _ problem: Problem, _ input: Tensor, _ gradient: Tensor, output: [Int]
  ) -> (largest: [Float], slopes: [Float]) {
    let (height, width, pool) = (problem.shape[1], problem.shape[2], problem.pool)
    let mode: BorderMode =
      switch problem.mode {
      case .constant: .zero
      case .reflect: .reflect
      case .replicate: .replicate
      case .circular: .circular
      }
    let padded = (
      height + problem.pad.top + problem.pad.bottom, width + problem.pad.left + problem.pad.right
    )
    var largest: [Float] = []
    var slopes = [Float](repeating: 0, count: input.count)
    for plane in 0..<2 * problem.shape[0] {
      for y in 0..<output[2] {
        for x in 0..<output[3] {
          var (most, source) = (-Float.infinity, Int?.none)
          for u in 0..<pool.kernel.height {
            for v in 0..<pool.kernel.width {
              let row = y * pool.stride.height - pool.padding.top + u * pool.dilation.height
              let column = x * pool.stride.width - pool.padding.left + v * pool.dilation.width
              guard (0..<padded.0).contains(row), (0..<padded.1).contains(column) else { continue }
              var (value, position) = (Float(0), Int?.none)
              if let i = mode.source(row - problem.pad.top, size: height),
                let j = mode.source(column - problem.pad.left, size: width)
              {
                position = (plane * height + i) * width + j
                value = input.values[position!]
              } else if case .constant(let fill) = problem.mode {
                value = fill
              }
              if value > most || value.isNaN { (most, source) = (value, position) }
            }
          }
          let index = (plane * output[2] + y) * output[3] + x
          largest.append(most)
          if let source { slopes[source] += gradient.values[index] }
        }
      }
    }
    return (largest, slopes)
  }
}
