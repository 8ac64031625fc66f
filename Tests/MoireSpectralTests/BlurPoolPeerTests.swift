import Foundation
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

/// Outputs of the peers' own layers; make_blur.py beside them says how they were made.
@Suite("BlurPool against the libraries")
struct BlurPoolPeerTests {
  static let folder = Fixtures.folder.appendingPathComponent("blur")

  struct Case {
    let convention: BlurPool.Convention
    let filter: HW
    let stride: HW
    let padding: BorderMode
    let size: HW
    /// 0×0 where the peer refuses.
    let output: HW

    init?(_ fields: [Substring]) {
      let numbers = fields.dropFirst(2).compactMap { Int($0) }
      guard numbers.count == 6, let padding = BorderMode(rawValue: String(fields[1])) else {
        return nil
      }
      let line = fields[0] == "line"
      guard let convention = line ? .zhang : BlurPool.Convention(rawValue: String(fields[0]))
      else { return nil }
      self.convention = convention
      self.padding = padding
      filter = HW(line ? 1 : numbers[0], numbers[0])
      stride = HW(line ? 1 : numbers[1], numbers[1])
      size = HW(numbers[2], numbers[3])
      output = HW(numbers[4], numbers[5])
    }

    var pool: BlurPool {
      BlurPool(convention, filterSize: filter, stride: stride, padding: padding)
    }
  }

  static func cases() throws -> [Case] {
    try String(contentsOf: folder.appendingPathComponent("blur.csv"), encoding: .utf8)
      .split(separator: "\n").dropFirst().compactMap { Case($0.split(separator: ",")) }
  }

  /// The closed form of the fixtures' maps: multiples of 1/8, so that every output is exact.
  static func maps(_ size: HW) throws -> Tensor {
    var values: [Float] = []
    for c in 0..<2 {
      for y in 0..<size.height {
        for x in 0..<size.width {
          let linear: Int = 131 * c + 31 * y + 17 * x
          let mixed: Int = 7 * x * y + 5 * y * y
          values.append(Float((linear + mixed) % 64) / 8 - 3)
        }
      }
    }
    return try Tensor(shape: [1, 2, size.height, size.width], values: values)
  }

  @Test("antialiased-cnns, timm, kornia and composer, to the bit")
  func outputs() throws {
    let cases = try Self.cases()
    let expected = try NPY.read(path: Self.folder.appendingPathComponent("blur.npy").path)
    var next = 0
    for test in cases where test.output.area > 0 {
      let got = try test.pool(Self.maps(test.size))
      let part = expected.values[next..<next + 2 * test.output.area]
      next += part.count
      #expect(got.shape == [1, 2, test.output.height, test.output.width])
      #expect(got.values == Array(part), "\(test.pool) on \(test.size)")
    }
    #expect(next == expected.count)
    #expect(cases.count == 1968)
  }

  @Test("where libraries refuse a pad beyond the map, folding gives what numpy.pad gives")
  func smallMaps() throws {
    let refused = try Self.cases().filter { $0.output.area == 0 }
    #expect(refused.count > 100)
    for test in refused {
      let pad: Int = (test.stride.height + test.filter.height - 2) / 2
      let least: Int = test.filter.height - 2 * pad
      if test.convention == .timm && min(test.size.height, test.size.width) < least {
        #expect(throws: SpectralError.self) { try test.pool.geometry(size: test.size) }
        continue
      }
      let geometry = try test.pool.geometry(size: test.size)
      #expect(geometry.folds)
      let got = try test.pool(Self.maps(test.size))
      func axis(_ axis: BlurGeometry.Axis) -> FilterAxis {
        FilterAxis(
          taps: FilterOracle.binomial(axis.taps), stride: axis.stride, lead: axis.lead,
          output: axis.output, padding: axis.padding)
      }
      let expected = FilterOracle.filter(
        try Self.maps(test.size), rows: axis(geometry.rows), columns: axis(geometry.columns))
      #expect(largestError(got.values, expected) == 0)
    }
  }

  @Test("no fold is announced where a library's own padding serves")
  func folds() throws {
    for test in try Self.cases() where test.output.area > 0 {
      #expect(try !test.pool.geometry(size: test.size).folds, "\(test.pool) on \(test.size)")
    }
  }

  @Test("regression: adobe#47, reflection of maps smaller than the pad")
  func reflectSmallerThanPad() throws {
    for (size, taps) in [(1, 3), (2, 4), (3, 7)] {
      let pool = BlurPool(.zhang, filterSize: HW(taps, taps))
      #expect(try pool.geometry(size: HW(size, size)).folds)
      let ones = try pool(Tensor(shape: [1, 1, size, size], repeating: 1))
      #expect(ones.values.allSatisfy { $0 == 1 })
    }
  }

  @Test("regression: odd filters drift by half a pixel a stage on even maps, auto does not")
  func drift() throws {
    var (size, odd, automatic) = (64, 0.0, 0.0)
    for stage in 0..<4 {
      let scale = Double(1 << stage)
      let centre = Double(size - 1 - 2 * (size / 2 - 1)) / 2
      let geometry = { (convention: BlurPool.Convention) in
        try BlurPool(convention, filterSize: 3).geometry(size: HW(size, size)).rows
      }
      odd += (try geometry(.zhang).phase - centre) * scale
      automatic += (try geometry(.auto).phase - centre) * scale
      size /= 2
    }
    #expect(odd == -7.5)
    #expect(automatic == 0)
  }

  @Test("regression: timm's phase depends on the stride and an even filter grows the map")
  func timm() throws {
    let grown = try BlurPool(.timm, filterSize: 4).geometry(size: 8).rows
    #expect(grown.output == 5 && grown.phase == -0.5)
    for (stride, output) in [(3, 5), (4, 4)] {
      let axis = try BlurPool(.timm, filterSize: 3, stride: HW(stride, stride))
        .geometry(size: 12).rows
      #expect(axis.output == output && axis.phase == -1)
      let ours = try BlurPool(.zhang, filterSize: 3, stride: HW(stride, stride))
        .geometry(size: 12).rows
      #expect(ours.output == output - 1 && ours.phase == 0)
    }
  }
}
