import Foundation
import MoireLayers
import MoireSpectral
import MoireTensors
import Testing

@Suite struct WaveletTests {
  @Test func closedForms() throws {
    let (root, half) = (3.0.squareRoot(), 0.5.squareRoot())
    let db2 = [1 + root, 3 + root, 3 - root, 1 - root].map { $0 / (4 * 2.0.squareRoot()) }
    for (wavelet, expected) in [
      (Wavelet.haar, [half, half]), (.daubechies(2), db2),
    ] {
      let taps = try wavelet.taps()
      #expect(taps.count == expected.count)
      #expect(zip(taps, expected).allSatisfy { abs($0 - $1) < 1e-14 })
    }
    #expect(try Wavelet.daubechies(1).taps() == Wavelet.haar.taps())
  }

  /// Orthonormal to its own shifts by two, blind for polynomials below degree p behind (−1)ⁿ, and of
  /// least phase: no other filter of 2p taps is. Sums of nᵖ⁻¹ reach 20⁹, hence the scale.
  @Test(arguments: 1...10) func definingProperties(_ moments: Int) throws {
    let taps = try Wavelet.daubechies(moments).taps()
    #expect(taps.count == 2 * moments)
    for shift in 0..<moments {
      let dot = (2 * shift..<taps.count).reduce(0.0) { $0 + taps[$1] * taps[$1 - 2 * shift] }
      #expect(abs(dot - (shift == 0 ? 1 : 0)) < 1e-9)
    }
    for degree in 0..<moments {
      let moment = taps.indices.reduce(0.0) {
        $0 + ($1 % 2 == 0 ? 1 : -1) * pow(Double($1), Double(degree)) * taps[$1]
      }
      #expect(abs(moment) < 1e-9 * pow(Double(taps.count), Double(degree)))
    }
    let half = taps.prefix(moments).reduce(0.0) { $0 + $1 * $1 }
    #expect(moments == 1 || half > 0.75)
  }

  @Test func theLowBandOfMaps() throws {
    for wavelet in [Wavelet.haar, .daubechies(3)] {
      let layer = try SeparablePooling(lowBandOf: wavelet)
      for size: HW in [[12, 10], [9, 7], [1, 6]] {
        try checkLayer(.separablePool(layer), [20, size.height, size.width], batch: 2)
      }
      for (isOrthonormal, expected) in [(true, Float(2)), (false, 1)] {
        let pool = try SeparablePooling(
          lowBandOf: wavelet, isOrthonormal: isOrthonormal, padding: .circular)
        var network = Network(name: "ll", inputShape: [1, 8, 8])
        network.append("ll", .separablePool(pool))
        let ones = try CompiledNetwork(network).run(Tensor(shape: [1, 1, 8, 8], repeating: 1))
        #expect(ones.shape == [1, 1, 4, 4])
        #expect(ones.values.allSatisfy { abs($0 - expected) < 1e-6 })
      }
    }
    #expect(
      throws: SpectralError.outOfRange(
        "the vanishing moments of Daubechies' wavelet", value: "11", allowed: "1 to 10")
    ) { try SeparablePooling(lowBandOf: .daubechies(11)) }
  }
}
