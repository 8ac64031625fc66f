import MoireSpectral
import MoireTensors
import Testing

@Suite("Separable filters")
struct SeparableFilterTests {
  static let sizes: [HW] = [
    1, 2, 3, 5, 7, 8, 14, [1, 9], [9, 1], [8, 12], [13, 4], [28, 30], [3, 40], [17, 67],
  ]

  /// One plane or two, on small maps often more than the sixteen that go side by side.
  static func planes(_ trial: Int, _ size: HW) -> Int {
    size.area <= 64 && trial.isMultiple(of: 3) ? 16 + trial % 4 : 1 + trial % 2
  }

  // Sums of at most 8 + 8 products of normal deviates err by about 16 · 6e-8 of Σ|taps|² ≈ 40: 1e-4
  // is a factor of two above that.
  @Test("equal the naive sums in double for random taps, strides, leads and paddings")
  func oracle() throws {
    for trial in 0..<600 {
      var generator = SeededGenerator(seed: 3, trial)
      let size = Self.sizes[trial % Self.sizes.count]
      let rows = FilterOracle.randomAxis(input: size.height, using: &generator)
      let columns = FilterOracle.randomAxis(input: size.width, using: &generator)
      let maps = try noise(planes: Self.planes(trial, size), size: size, seed: UInt64(trial))
      let filter = try SeparableFilter(size: size, rows: rows, columns: columns)
      let got = try filter.apply(maps)
      let expected = FilterOracle.filter(maps, rows: rows, columns: columns)
      #expect(largestError(got.values, expected) < 1e-4, "\(trial): \(size) \(rows) \(columns)")
      #expect(got.shape[2...] == [filter.outputSize.height, filter.outputSize.width])
    }
  }

  // Inner products of n values of order 1 err by √n · 1e-6 or so; relative to the norms 1e-5 is ample.
  @Test("the adjoint is the transpose: ⟨A x, y⟩ = ⟨x, Aᵀ y⟩")
  func adjoint() throws {
    for trial in 0..<400 {
      var generator = SeededGenerator(seed: 4, trial)
      let size = Self.sizes[trial % Self.sizes.count]
      let filter = try SeparableFilter(
        size: size, rows: FilterOracle.randomAxis(input: size.height, using: &generator),
        columns: FilterOracle.randomAxis(input: size.width, using: &generator))
      let planes = Self.planes(trial, size)
      let x = try noise(planes: planes, size: size, seed: 1)
      let y = try noise(planes: planes, size: filter.outputSize, seed: 2)
      let forward = try filter.apply(x)
      let backward = try filter.adjoint(y)
      #expect(backward.shape == x.shape)
      let left = inner(forward.values, y.values)
      let right = inner(x.values, backward.values)
      let scale = inner(forward.values, forward.values) * inner(y.values, y.values)
      #expect(abs(left - right) <= 1e-5 * (scale.squareRoot() + 1))
    }
  }

  func inner(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }

  @Test("padding: folding by formula equals walking, as numpy.pad does", arguments: 1...7)
  func padding(size: Int) {
    for padding in BorderMode.allCases {
      for position in -40...40 {
        #expect(
          padding.source(position, size: size)
            == FilterOracle.source(position, size: size, padding: padding))
      }
    }
    // numpy.pad([0, 1, 2], 5, mode="reflect")
    #expect(
      (-5..<8).map { BorderMode.reflect.source($0, size: 3) } == [
        1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1,
      ])
    #expect(BorderMode.circular.source(3, size: 0) == nil)
  }

  @Test("linear: A(2x − 3y) = 2 A x − 3 A y")
  func linearity() throws {
    let size: HW = [15, 22]
    let filter = try BlurPool(.zhang, filterSize: 5).filter(size: size)
    let x = try noise(planes: 18, size: size, seed: 1)
    let y = try noise(planes: 18, size: size, seed: 2)
    let both = try Tensor(
      shape: x.shape, values: zip(x.values, y.values).map { 2 * $0 - 3 * $1 })
    let expected = zip(try filter.apply(x).values, try filter.apply(y).values).map {
      2 * Double($0) - 3 * Double($1)
    }
    // A few roundings of values of order 5.
    #expect(largestError(try filter.apply(both).values, expected) < 1e-5)
  }

  @Test("the same bits for any number of threads")
  func threads() throws {
    let maps = try noise(planes: 83, size: [9, 33])
    let filter = try BlurPool(.zhang).filter(size: [9, 33])
    let expected = try filter.apply(maps)
    for threads in [0, 2, 3, 16] { #expect(try filter.apply(maps, threads: threads) == expected) }
  }

  @Test("no planes, and what is refused")
  func refusals() throws {
    let axis = FilterAxis(taps: [1])
    let filter = try SeparableFilter(size: 4, rows: axis, columns: axis)
    #expect(try filter.apply(Tensor(shape: [0, 3, 4, 4])).shape == [0, 3, 4, 4])
    let maps = try Tensor(shape: [1, 1, 4, 5])
    #expect(throws: SpectralError.mapMismatch(expected: 4, shape: [1, 1, 4, 5])) {
      try filter.apply(maps)
    }
    #expect(throws: SpectralError.invalidTaps(count: 0)) {
      try SeparableFilter(size: 4, rows: axis, columns: FilterAxis(taps: []))
    }
    for bad in [Double.nan, .infinity, 1e300] {
      #expect(throws: SpectralError.invalidTaps(count: 2)) {
        try SeparableFilter(size: 4, rows: FilterAxis(taps: [1, bad]), columns: axis)
      }
    }
    for (size, stride) in [(HW(0, 4), 1), (HW(4, -1), 1), (4, 0), (4, -2)] {
      #expect(throws: SpectralError.self) {
        try SeparableFilter(
          size: size, rows: FilterAxis(taps: [1], stride: stride), columns: axis)
      }
    }
    #expect(throws: SpectralError.self) {
      try SeparableFilter(
        size: 4, rows: FilterAxis(taps: [1], stride: .max, output: 3), columns: axis)
    }
    #expect(throws: SpectralError.self) {
      try SeparableFilter(size: 4, rows: FilterAxis(taps: [1], output: 0), columns: axis)
    }
    #expect(throws: SpectralError.self) {
      try SeparableFilter(size: 4, rows: FilterAxis(taps: [1], lead: .min), columns: axis)
    }
  }
}
