import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@Suite("BlurPool conventions")
struct BlurPoolTests {
  /// Phase, corner and edge gain of a convention at n taps, stride 2.
  struct Row: Sendable {
    let convention: BlurPool.Convention
    let taps: Int
    let outputs: [Int]
    let phase: Double
    let corner: Double
    let edge: Double
  }

  // Sizes 7, 8 and 14.
  static let table = [
    Row(convention: .zhang, taps: 3, outputs: [4, 4, 7], phase: 0, corner: 1, edge: 1),
    Row(convention: .zhang, taps: 4, outputs: [4, 4, 7], phase: 0.5, corner: 1, edge: 1),
    Row(convention: .zhang, taps: 5, outputs: [4, 4, 7], phase: 0, corner: 1, edge: 1),
    Row(convention: .timm, taps: 3, outputs: [4, 4, 7], phase: 0, corner: 1, edge: 1),
    Row(convention: .timm, taps: 4, outputs: [4, 5, 8], phase: -0.5, corner: 1, edge: 1),
    Row(convention: .kornia, taps: 3, outputs: [4, 4, 7], phase: 0, corner: 0.5625, edge: 0.75),
    Row(
      convention: .kornia, taps: 4, outputs: [4, 4, 7], phase: 0.5, corner: 0.765625, edge: 0.875),
    Row(
      convention: .kornia, taps: 5, outputs: [4, 4, 7], phase: 0, corner: 0.47265625, edge: 0.6875),
    Row(convention: .composer, taps: 3, outputs: [4, 4, 7], phase: 0, corner: 0.5625, edge: 0.75),
  ]

  @Test("sizes, phases and border gains are those of the libraries", arguments: table)
  func geometry(row: Row) throws {
    let pool = BlurPool(row.convention, filterSize: HW(row.taps, row.taps))
    for (size, output) in zip([7, 8, 14], row.outputs) {
      let geometry = try pool.geometry(size: HW(size, size))
      #expect(geometry.outputSize == HW(output, output))
      #expect(geometry.rows.phase == row.phase)
      #expect(geometry.cornerGain == row.corner)
      #expect(geometry.columns.firstGain == row.edge)
      let ones = try Tensor(shape: [1, 1, size, size], repeating: 1)
      let result = try pool(ones)
      #expect(result.shape == [1, 1, output, output])
      #expect(result[0] == Float(row.corner))
      #expect(result[output / 2] == Float(row.edge))
      #expect(result.values.min() == Float(geometry.leastGain))
    }
  }

  // The phase at which input and output grids share their centre, by its definition.
  @Test("auto never drifts: output 0 stands as far in as the last one", arguments: 1...20)
  func automatic(size: Int) throws {
    for stride in 1...5 {
      for taps in 2...8 {
        let geometry = try BlurPool(.auto, filterSize: HW(taps, taps), stride: HW(stride, stride))
          .geometry(size: HW(size, size))
        let axis = geometry.rows
        let last = Double(stride * (axis.output - 1)) + axis.phase
        #expect(axis.phase == Double(size - 1) - last)
        #expect(axis.output == (size + stride - 1) / stride)
        #expect([taps, taps == 2 ? 3 : taps - 1].contains(axis.taps))
      }
      let none = try BlurPool(.auto, filterSize: 1, stride: HW(stride, stride))
        .geometry(size: HW(size, size)).rows
      let wanted = Double(size - 1 - stride * (none.output - 1)) / 2
      #expect(none.taps == 1 && none.phase == wanted.rounded(.down))
    }
  }

  @Test("an ordinary padded convolution gives the output's size; a ramp shows the phase")
  func consistency() throws {
    for convention in BlurPool.Convention.allCases {
      for (taps, stride, size) in [(3, 2, 19), (5, 3, 32), (4, 2, 32), (7, 4, 64), (2, 3, 24)] {
        if convention == .composer && taps.isMultiple(of: 2) { continue }
        let pool = BlurPool(convention, filterSize: HW(1, taps), stride: HW(1, stride))
        if convention == .timm {
          #expect(throws: SpectralError.self) { try pool.geometry(size: 1) }
          continue
        }
        let axis = try pool.geometry(size: HW(1, size)).columns
        #expect((size + axis.lead + axis.trail - axis.taps) / stride + 1 == axis.output)
        let ramp = try Tensor(shape: [1, 1, 1, size], values: (0..<size).map(Float.init))
        let result = try pool(ramp)
        // Samples and taps are exact in single precision.
        let middle = axis.output / 2
        #expect(Double(result[middle]) == Double(middle * stride) + axis.phase)
      }
    }
  }

  @Test("a constant stays: every filter, size, stride and convention but with zeros")
  func constants() throws {
    let sizes: [HW] = [1, 2, 3, 4, 7, 8, [1, 5], [6, 1], 14, [8, 12]]
    for convention in BlurPool.Convention.allCases {
      for padding in BorderMode.allCases where padding != .zero {
        for taps in 2...7 where convention != .composer || !taps.isMultiple(of: 2) {
          for (size, stride) in sizes.flatMap({ size in [1, 2, 3, 4].map { (size, $0) } }) {
            // timm pads a single sample by n − 2 then and has no output.
            if convention == .timm && taps.isMultiple(of: 2) && stride == 1
              && min(size.height, size.width) == 1
            {
              continue
            }
            let pool = BlurPool(
              convention, filterSize: HW(taps, taps), stride: HW(stride, stride), padding: padding)
            let result = try pool(Tensor(shape: [1, 1, size.height, size.width], repeating: 0.7))
            // Sums of up to 7 + 7 products round a few times.
            #expect(result.values.allSatisfy { abs($0 - 0.7) < 1e-6 })
            #expect(try pool.geometry(size: size).leastGain == 1)
          }
        }
      }
    }
  }

  @Test("refusals name the convention")
  func refusals() throws {
    let maps = try Tensor(shape: [1, 1, 8, 8])
    for pool in [
      BlurPool(.composer, filterSize: 4), BlurPool(.timm, filterSize: 1),
      BlurPool(.zhang, filterSize: 0), BlurPool(.zhang, stride: 0), BlurPool(.auto, stride: -1),
      BlurPool(.kornia, filterSize: [3, -2]), BlurPool(.zhang, filterSize: [.max, 2]),
    ] {
      #expect(throws: SpectralError.self) { try pool(maps) }
    }
    #expect(throws: SpectralError.self) { try BlurPool().geometry(size: [0, 3]) }
    #expect(throws: SpectralError.mapMismatch(expected: 0, shape: [3])) {
      try BlurPool()(Tensor(shape: [3]))
    }
    let message = "\(SpectralError.blurRefused("composer has no BlurPool of 4 taps"))"
    #expect(message.contains("composer has no BlurPool of 4 taps"))
  }
}
