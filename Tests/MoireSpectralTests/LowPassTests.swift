import Foundation
import MoireSpectral
import MoireTensors
import Testing

@Suite("Low-pass filters: taps, responses, names")
struct LowPassTests {
  static let many: [LowPass] =
    LowPass.samples + [
      .binomial(1000), .binomial(55), .gaussian(sigma: 30), .gaussian(sigma: 1e-9, taps: 7),
      .gaussian(sigma: 0.005, taps: 4), .gaussian(sigma: .leastNonzeroMagnitude, taps: 2),
      .kaiser(taps: 200, beta: 12, cutoff: 0.01), .hann(taps: 101),
      .kaiser(taps: 2, beta: 0, cutoff: 0.5),
      .kaiser(taps: 31, beta: 700),
    ]

  // n roundings of values that sum to 1.
  @Test("taps sum to 1 and are symmetric", arguments: many, [1, 2, 3, 4])
  func taps(filter: LowPass, stride: Int) throws {
    guard let taps = try filter.taps(stride: stride) else { return }
    let sum: Double = taps.reduce(0, +)
    let bound: Double = Double(taps.count) * 1.2e-16
    #expect(abs(sum - 1) <= bound)
    #expect(taps == taps.reversed())
    #expect(taps.allSatisfy { $0.isFinite })
  }

  @Test("binomial taps are exact, also far beyond the factorials' reach")
  func binomials() throws {
    #expect(try LowPass.binomial(7).taps() == [1, 6, 15, 20, 15, 6, 1].map { $0 / 64 })
    var row = [1.0]
    for _ in 1..<54 { row = zip(row + [0], [0] + row).map { ($0 + $1) / 2 } }
    #expect(try LowPass.binomial(54).taps() == row)
    // Against the logarithm of the gamma function, which is good to about 1e-12 there.
    for count in [55, 300, 1000, 3000] {
      let taps = try #require(try LowPass.binomial(count).taps())
      let n = Double(count - 1)
      for (index, tap) in taps.enumerated() {
        let k = Double(index)
        let coefficient: Double = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
        let wanted = exp(coefficient - n * log(2))
        #expect(abs(tap - wanted) <= 1e-10 * wanted + 1e-307)
      }
    }
  }

  @Test("a smoothing Hann window of three taps is bin-3, of one is none")
  func hann() throws {
    for (got, wanted) in zip(try LowPass.hann(taps: 3).taps()!, [0.25, 0.5, 0.25]) {
      #expect(abs(got - wanted) < 1e-16)
    }
    #expect(try LowPass.hann(taps: 1).taps() == [1])
  }

  /// ASAP's Hamming window in the spectrum has 0.954 there; peers' masks live for one size only.
  @Test("unit gain at DC, even, at every size: no state from an earlier call", arguments: many)
  func responses(filter: LowPass) throws {
    for stride in [2, 1, 3, 4] {
      for size in [8, 1, 2, 3, 6, 7, 10, 13, 14, 16, 30, 8] {
        let gains = try filter.response(size: size, stride: stride)
        #expect(gains.count == size && gains[0] == 1)
        for k in 1..<max(size, 2) where k < size { #expect(gains[k] == gains[size - k]) }
        if let taps = try filter.taps(stride: stride) {
          for k in 0...size / 2 {
            let wanted = transform(taps, at: Double(k) / Double(size))
            #expect(abs(gains[k] - wanted) < 1e-13)
            if taps.count.isMultiple(of: 2), 2 * k == size { #expect(gains[k] == 0) }
          }
        }
      }
    }
  }

  private func transform(_ taps: [Double], at f: Double) -> Double {
    let centre = Double(taps.count - 1) / 2
    return taps.enumerated().reduce(0.0) { sum, tap in
      sum + tap.element * cos(2 * Double.pi * f * (Double(tap.offset) - centre))
    }
  }

  @Test("frequencies are taken modulo 1")
  func modulo() throws {
    for filter in LowPass.samples {
      let f = [0.1, 0.25, 0.375, 0.5]
      let wanted = try filter.response(at: f, stride: 2)
      for shift in [1.0, -1, 4] {
        let got = try filter.response(at: f.map { $0 + shift } + f.map { shift - $0 }, stride: 2)
        for (a, b) in zip(got, wanted + wanted) { #expect(abs(a - b) < 1e-12) }
      }
      #expect(try filter.response(at: [.nan], stride: 2)[0].isNaN)
      #expect(try filter.response(at: [.infinity], stride: 2)[0].isNaN)
      #expect(try filter.response(at: [], stride: 2).isEmpty)
    }
  }

  @Test("the ideal filter at the shared bin and at the identity")
  func ideal() throws {
    #expect(try LowPass.idealHalving.response(size: 8, stride: 2) == [1, 1, 0.5, 0, 0, 0, 0.5, 1])
    #expect(
      try LowPass.ideal.response(size: 12, stride: 3) == [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    #expect(try LowPass.ideal.response(size: 9, stride: 3) == [1, 1, 0, 0, 0, 0, 0, 0, 1])
    #expect(try LowPass.ideal.response(size: 7, stride: 1) == [Double](repeating: 1, count: 7))
    #expect(try LowPass.ideal.response(at: [0.249, 0.25, 0.251], stride: 2) == [1, 0, 0])
    #expect(try LowPass.idealHalving.response(at: [0.25], stride: 2) == [0.5])
  }

  @Test("Gaussians by their loss")
  func gaussians() throws {
    let filter = try LowPass.gaussian(cutoff: 0.25, loss: 3)
    let gain = try filter.response(at: [0.25], stride: 2)[0]
    #expect(abs(20 * log10(gain) + 3) < 1e-12)
    #expect(LowPass.gaussianTaps(sigma: 1) == 9 && LowPass.gaussianTaps(sigma: 0.1) == 1)
    #expect(LowPass.gaussianTaps(sigma: -1) == nil && LowPass.gaussianTaps(sigma: .infinity) == nil)
  }

  static let specifications: [(String, LowPass)] = [
    ("none", .none), ("bin-1", .binomial(1)), ("rect-2", .binomial(2)), ("tri-3", .binomial(3)),
    ("bin-1000", .binomial(1000)), ("ideal", .ideal), ("ideal:drop", .ideal),
    ("ideal:halve", .idealHalving),
    ("kaiser:taps=12,beta=5.5", .kaiser(taps: 12, beta: 5.5)),
    ("kaiser:beta=5.5,cutoff=0.2,taps=12", .kaiser(taps: 12, beta: 5.5, cutoff: 0.2)),
    ("kaiser:taps=12,beta=5.5,cutoff=nyquist", .kaiser(taps: 12, beta: 5.5)),
    ("raised-cosine:rolloff=0.5", .raisedCosine(rollOff: 0.5)),
    ("raised-cosine:rolloff=1,cutoff=0.125", .raisedCosine(rollOff: 1, cutoff: 0.125)),
    ("gaussian:sigma=1.5", .gaussian(sigma: 1.5)),
    ("gaussian:sigma=2,taps=9", .gaussian(sigma: 2, taps: 9)),
    ("hann:taps=5", .hann(taps: 5)), ("hann:taps=5,cutoff=0.2", .hannSinc(taps: 5, cutoff: 0.2)),
    ("hann:taps=5,cutoff=nyquist", .hannSinc(taps: 5)),
  ]

  @Test("specifications are read", arguments: specifications)
  func parsing(text: String, filter: LowPass) throws {
    #expect(try LowPass(parsing: text) == filter)
    #expect(LowPass(text) == filter)
  }

  @Test("descriptions go to and fro", arguments: many)
  func descriptions(filter: LowPass) throws {
    #expect(try LowPass(parsing: filter.description) == filter)
  }

  @Test("designs by stop-band, by width, by loss")
  func designs() throws {
    #expect(
      try LowPass(parsing: "kaiser:stop=60,width=0.1") == .kaiser(attenuation: 60, width: 0.1))
    #expect(
      try LowPass(parsing: "kaiser:taps=12,width=0.1,cutoff=0.2")
        == .kaiser(taps: 12, width: 0.1, cutoff: 0.2))
    #expect(
      try LowPass(parsing: "gaussian:cutoff=0.25,loss=3,taps=9")
        == .gaussian(cutoff: 0.25, loss: 3, taps: 9))
  }

  @Test(
    "what is wrong is said in one sentence",
    arguments: [
      ("", "no filter"), ("bin-", "no filter"), ("bin-0", "no filter"), ("Ideal", "no filter"),
      ("box", "bin-N"), ("bin-3:", "empty"), ("bin-3:x=1", "no parameter 'x'"),
      ("ideal:keep", "'keep'"),
      ("ideal:halve=1", "no value"), ("ideal:halve,drop", "not both"),
      ("kaiser", "needs stop and width"),
      ("kaiser:stop=60", "needs stop and width"), ("kaiser:stop=60,width=0.1,beta=2", "needs stop"),
      ("kaiser:stop=7,width=0.1", "outside 8"), ("kaiser:stop=60,width=0.6", "outside 0"),
      ("kaiser:stop=60,width=0", "outside 0"), ("kaiser:taps=0,beta=1", "1 tap or more"),
      ("kaiser:taps=x,beta=1", "whole number, got 'x'"), ("kaiser:taps=5,beta=-1", "beta"),
      ("kaiser:taps=5,beta=701", "beta"), ("kaiser:taps=5,beta=1,cutoff=0.6", "cutoff"),
      ("kaiser:taps=5,beta=1,cutoff=0", "cutoff"), ("kaiser:taps=5,taps=6,beta=1", "twice"),
      ("kaiser:stop=nan,width=0.1", "number, got 'nan'"), ("raised-cosine", "rolloff"),
      ("raised-cosine:rolloff=1.5", "rolloff"), ("raised-cosine:rolloff=", "got ''"),
      ("gaussian", "needs sigma"), ("gaussian:sigma=0", "positive"),
      ("gaussian:sigma=-1", "positive"),
      ("gaussian:sigma=1,loss=3", "needs sigma"), ("gaussian:cutoff=0.2", "needs sigma"),
      ("gaussian:cutoff=0.7,loss=3", "cutoff"), ("gaussian:sigma=1,taps=0", "1 tap or more"),
      ("hann", "needs taps"), ("hann:taps=-1", "1 tap or more"), ("hann:5", "needs taps"),
      ("hann:taps=5,cutoff=high", "'high'"), ("none:taps=1", "no parameter"),
    ])
  func refusals(text: String, word: String) {
    #expect(LowPass(text) == nil)
    do throws(SpectralError) {
      _ = try LowPass(parsing: text)
      Issue.record("\(text) was read")
    } catch {
      #expect(error.description.contains(word), "\(error)")
      #expect(!error.description.contains("\n"))
    }
  }

  @Test("parameters that no text carries are refused where the filter is used")
  func misuse() {
    #expect(throws: SpectralError.invalidSize(size: [0, 1], stride: [2, 1])) {
      try LowPass.ideal.response(size: 0, stride: 2)
    }
    #expect(throws: SpectralError.self) { try LowPass.ideal.taps(stride: 0) }
    #expect(throws: SpectralError.self) {
      try LowPass.gaussian(sigma: .nan).response(size: 4, stride: 2)
    }
    #expect(throws: SpectralError.self) { try LowPass.gaussian(sigma: .infinity).taps() }
    #expect(throws: SpectralError.self) { try LowPass.kaiser(taps: .max, beta: 1).taps() }
    #expect(throws: SpectralError.self) { try FilterResponse(.binomial(0), stride: 2) }
    #expect(throws: SpectralError.self) { try FilterResponse(.ideal, stride: 0) }
    #expect(throws: SpectralError.self) { try FilterResponse(.ideal, stride: 2, size: 0) }
    #expect(throws: SpectralError.self) { try LowPass.kaiser(attenuation: .nan, width: 0.1) }
    #expect(throws: SpectralError.self) { try LowPass.gaussian(cutoff: 0.2, loss: -3) }
  }
}
