import Foundation
import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@Suite("What filters do before a subsampling")
struct FilterResponseTests {
  struct Row: Sendable {
    let taps: Int
    let gain, decibels, line, plane, variance, planeAtFour: Double
  }

  static let table = [
    Row(
      taps: 1, gain: 1, decibels: 0, line: 0.50000, plane: 0.75000, variance: 1,
      planeAtFour: 0.93750),
    Row(
      taps: 2, gain: 0.7071, decibels: -3.01, line: 0.18169, plane: 0.33037, variance: 0.25000,
      planeAtFour: 0.77430),
    Row(
      taps: 3, gain: 0.5, decibels: -6.02, line: 0.07559, plane: 0.14546, variance: 0.14062,
      planeAtFour: 0.63620),
    Row(
      taps: 4, gain: 0.3536, decibels: -9.03, line: 0.03315, plane: 0.06519, variance: 0.09766,
      planeAtFour: 0.52305),
    Row(
      taps: 5, gain: 0.25, decibels: -12.04, line: 0.01496, plane: 0.02969, variance: 0.07477,
      planeAtFour: 0.43058),
    Row(
      taps: 6, gain: 0.1768, decibels: -15.05, line: 0.00687, plane: 0.01370, variance: 0.06056,
      planeAtFour: 0.35496),
    Row(
      taps: 7, gain: 0.125, decibels: -18.06, line: 0.00320, plane: 0.00639, variance: 0.05089,
      planeAtFour: 0.29303),
  ]

  /// Half a unit of the last digit that the table has.
  @Test("binomial filters: the published table to its digits", arguments: table)
  func goldenNumbers(_ row: Row) throws {
    let two = try FilterResponse(.binomial(row.taps), stride: 2, size: 8)
    let four = try FilterResponse(.binomial(row.taps), stride: 4, size: 8)
    #expect(abs(two.nyquistGain - row.gain) <= 0.5e-4)
    #expect(abs(FilterResponse.decibels(gain: two.nyquistGain)! - row.decibels) <= 0.5e-2)
    #expect(abs(two.whiteAliasLine - row.line) <= 0.5e-5)
    #expect(abs(two.whiteAliasPlane - row.plane) <= 0.5e-5)
    // 0.140625 stands there rounded to even.
    #expect(abs(two.noiseGainPlane - row.variance) <= 0.5e-5 + 1e-15)
    #expect(abs(four.whiteAliasPlane - row.planeAtFour) <= 0.5e-5)
    #expect(two.overshoot == 0 && two.sideLobeGain == 0 && two.dcGain == 1)
    #expect(two.stopBandGain == two.nyquistGain)
  }

  /// ∫_{¼}^{½} cos²ᵐ / ∫_0^{½} cos²ᵐ in closed form for m = 1 and 2.
  @Test("white noise through bin-2 and bin-3 in closed form")
  func closedForms() throws {
    let two = try FilterResponse(.binomial(2), stride: 2, size: 8)
    #expect(abs(two.whiteAliasLine - (0.5 - 1 / .pi)) < 1e-14)
    let three = try FilterResponse(.binomial(3), stride: 2, size: 8)
    #expect(abs(three.whiteAliasLine - (0.5 - 4 / (3 * .pi))) < 1e-14)
    #expect(abs(three.noiseGainLine - 3.0 / 8) < 1e-15)
    // Central binomial coefficient of 12 over 4⁶.
    let seven = try FilterResponse(.binomial(7), stride: 2, size: 8)
    #expect(abs(seven.noiseGainLine - 924.0 / 4096) < 1e-15)
  }

  @Test("the ideal filter: nothing left, the gain of the shared bin, the ringing of a step")
  func ideal() throws {
    for stride in 1...6 {
      let report = try FilterResponse(.ideal, stride: stride, size: 24 * stride)
      #expect(abs(report.noiseGainLine - 1 / Double(stride)) < 1e-14)
      #expect(report.whiteAliasPlane == 0 && report.pinkAlias == 0 && report.gridAliasPlane == 0)
      #expect(report.nyquistGain == (stride == 1 ? 1 : 0))
      #expect(abs(report.edgeGain - (0.5 + 0.5 / Double(stride))) < 1e-14)
      let halved = try FilterResponse(.idealHalving, stride: stride, size: 24 * stride)
      #expect(halved.nyquistGain == (stride == 1 ? 1 : 0.5))
      #expect((halved.gridAliasPlane > 0) == (stride > 1))
    }
    // h = ½ sinc(n / 2): y[0] = ¾, y[1] = ¾ + 1/π.
    let two = try FilterResponse(.ideal, stride: 2, size: 8)
    #expect(abs(two.overshoot - (1 / .pi - 0.25)) < 1e-13)
    // Wilbraham's constant Si(π) / π − ½, which a fine grid comes close to.
    let many = try FilterResponse(.ideal, stride: 100_000, size: 8)
    #expect(abs(many.overshoot - 0.089489872236) < 1e-9)
    #expect(try FilterResponse(.none, stride: 2, size: 8).overshoot == 0)
  }

  @Test("a stop-band as deep as it was asked for", arguments: [40.0, 60, 80, 100], [2, 3, 4])
  func kaiserStopBand(attenuation: Double, stride: Int) throws {
    let nyquist = 0.5 / Double(stride)
    let width = 0.05
    let filter = try LowPass.kaiser(
      attenuation: attenuation, width: width, cutoff: nyquist - width / 2)
    let report = try FilterResponse(filter, stride: stride, size: 8)
    let got = try #require(FilterResponse.decibels(gain: report.sideLobeGain))
    // Kaiser's formulas are fits: within 3 dB of what was asked for.
    #expect(abs(got + attenuation) < 3)
    #expect(report.overshoot > 0)
    let passband = try filter.response(
      at: (0...100).map { (nyquist - width) * Double($0) / 100 }, stride: stride)
    let ripple = pow(10, -(attenuation - 3) / 20)
    #expect(passband.allSatisfy { abs($0 - 1) < ripple })
  }

  @Test(
    "finite grids agree with sums over the bins", arguments: [1, 2, 7, 8, 9, 12, 16], [1, 2, 3, 4])
  func grids(size: Int, stride: Int) throws {
    for filter in LowPass.samples {
      let report = try FilterResponse(filter, stride: stride, size: size)
      let gains = try filter.response(size: size, stride: stride)
      var (line, lineAlias, pink, pinkAlias) = (0.0, 0.0, 0.0, 0.0)
      for y in SpectralOracle.bins(size) {
        let a = gains[(y + size) % size]
        line += a * a
        lineAlias += inside(y, size, stride) ? 0 : a * a
        for x in SpectralOracle.bins(size) where x != 0 || y != 0 {
          let b = gains[(x + size) % size]
          let energy = a * a * b * b / Double(x * x + y * y)
          pink += energy
          if !inside(y, size, stride) || !inside(x, size, stride) { pinkAlias += energy }
        }
      }
      let share = lineAlias / line
      #expect(abs(report.gridAliasLine - share) < 1e-13)
      #expect(abs(report.gridAliasPlane - (1 - (1 - share) * (1 - share))) < 1e-13)
      #expect(abs(report.pinkAlias - (pink > 0 ? pinkAlias / pink : 0)) < 1e-13)
    }
  }

  private func inside(_ k: Int, _ size: Int, _ stride: Int) -> Bool {
    size.isMultiple(of: stride)
      ? SpectralOracle.bins(size / stride).contains(k) : 2 * abs(k) * stride <= size
  }

  @Test("the finite grid comes to the infinite one")
  func limit() throws {
    for filter in [LowPass.binomial(4), .gaussian(sigma: 1.2), .hann(taps: 6)] {
      let report = try FilterResponse(filter, stride: 2, size: 2000)
      // A trapezoid rule that leaves out one of its end bins: O(1 / size).
      #expect(abs(report.gridAliasPlane - report.whiteAliasPlane) < 2e-3)
    }
  }

  @Test("border gains of zero padding: corner and edge as peers have them")
  func borders() throws {
    for (taps, corner, edge) in [(3, 0.5625, 0.75), (4, 0.765625, 0.875), (5, 0.47265625, 0.6875)] {
      let report = try FilterResponse(.binomial(taps), stride: 2, size: 8)
      #expect(report.edgeGain == edge && report.cornerGain == corner)
    }
  }

  @Test("what is left of a spectrum is what the filtered spectrum has")
  func spectra() throws {
    let maps = try noise(planes: 3, size: [12, 18], mean: 0.4)
    let power = try MapReader(size: [12, 18], stride: [2, 3]).read(maps).power
    for filter in LowPass.samples {
      let left = try power.energies(after: filter)
      let filtered = try power.filtered(by: filter).energies
      #expect(abs(left.total - filtered.total) <= 1e-12 * power.energies.total)
      #expect(abs(left.alias - filtered.alias) <= 1e-12 * power.energies.total)
      #expect(abs(left.dc - power.energies.dc) <= 1e-12 * power.energies.dc)
    }
  }

  @Test("large counts and strides stay finite")
  func extremes() throws {
    let wide = try FilterResponse(.binomial(1000), stride: 2, size: 16)
    // Central binomial coefficient of 1998 over 2^1998 ≈ 1 / √(π 999) (1 − 1 / (8 · 999)).
    #expect(abs(wide.noiseGainLine * (Double.pi * 999).squareRoot() - (1 - 1.0 / 7992)) < 1e-7)
    #expect(wide.whiteAliasPlane >= 0 && wide.whiteAliasPlane < 1e-200)
    let long = try FilterResponse(
      .kaiser(attenuation: 80, width: 0.01, cutoff: 0.245), stride: 2, size: 16)
    #expect(long.whiteAliasLine > 0 && long.whiteAliasLine < 1e-7)
    let narrow = try FilterResponse(.raisedCosine(rollOff: 0.3, cutoff: 1e-7), stride: 2, size: 16)
    #expect(narrow.overshoot > 0.01 && narrow.overshoot < 0.09)
    #expect(abs(narrow.noiseGainLine - 2e-7 * (1 - 0.3 / 4)) < 1e-18)
    let blunt = try FilterResponse(.gaussian(sigma: 1e6), stride: 2, size: 16)
    #expect(abs(blunt.noiseGainLine * 2 * Double.pi.squareRoot() * 1e6 - 1) < 1e-12)
    #expect(blunt.overshoot == 0 && blunt.whiteAliasLine == 0)
  }
}

extension LowPass {
  /// One of each kind, cutoffs that follow the stride and some that do not.
  static let samples: [LowPass] = [
    .none, .binomial(1), .binomial(2), .binomial(3), .binomial(4), .binomial(7), .binomial(60),
    .ideal,
    .idealHalving, .kaiser(taps: 1, beta: 3), .kaiser(taps: 8, beta: 5),
    .kaiser(taps: 13, beta: 0, cutoff: 0.2),
    .raisedCosine(rollOff: 0), .raisedCosine(rollOff: 0.5), .raisedCosine(rollOff: 1, cutoff: 0.2),
    .gaussian(sigma: 0.8), .gaussian(sigma: 0.8, taps: 5), .gaussian(sigma: 2, taps: 4),
    .gaussian(sigma: 1, taps: 1),
    .hann(taps: 2), .hann(taps: 5), .hannSinc(taps: 9), .hannSinc(taps: 4, cutoff: 0.31),
  ]
}
