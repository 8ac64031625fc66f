import MoireTensors
import Testing

@testable import MoireReport

@Suite struct GridTests {
  @Test(arguments: [HW(1, 1), HW(1, 5), HW(4, 6), HW(7, 3)])
  func zeroFrequencyStandsInTheMiddle(size: HW) {
    var values = [Double](repeating: 0, count: size.area)
    values[0] = 1
    let grid = SpectrumGrid(size: size, values: values)
    #expect(grid.values[size.height / 2 * size.width + size.width / 2] == 1)
    #expect(grid.values.reduce(0, +) == 1)
  }

  @Test(arguments: [HW(257, 600), HW(300, 2), HW(512, 512)])
  func averagingKeepsTheMean(size: HW) {
    let values = (0..<size.area).map { Double(($0 * 7919) % 101) }
    let grid = SpectrumGrid(size: size, values: values)
    #expect(grid.size.height == min(256, size.height) && grid.size.width == min(256, size.width))
    let means = [values, grid.values].map { $0.reduce(0, +) / Double($0.count) }
    // Sums of up to 3e5 doubles around 50: rounding stays far below 1e-9.
    #expect(abs(means[0] - means[1]) < 1e-9)
  }

  @Test func colorsRiseInLightness() {
    for map in [ColorMap.level, ColorMap.share] {
      let luminance = (0..<256).map { index in
        let color = map(Double(index) / 255)
        return 0.2126 * Double(color.red) + 0.7152 * Double(color.green)
          + 0.0722 * Double(color.blue)
      }
      // Luma is not lightness, so neighbours may tie; a sixteenth of the range always rises.
      #expect(zip(luminance, luminance.dropFirst(16)).allSatisfy { $0 < $1 })
      #expect(map(-3) == map(0) && map(7) == map(1) && map(.nan) == map(0))
    }
  }
}
