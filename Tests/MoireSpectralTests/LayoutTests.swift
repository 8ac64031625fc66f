import MoireSpectral
import MoireTensors
import TestSupport
import Testing

@Suite("Layouts, threads, boundaries, errors")
struct LayoutTests {
  /// The planes of `maps` written where `layout` says, nothing else but NaN.
  static func arranged(_ maps: Tensor, _ layout: MapLayout, count: Int) -> [Float] {
    let size = HW(maps.shape[2], maps.shape[3])
    var values = [Float](repeating: .nan, count: count)
    for c in 0..<layout.channels {
      for y in 0..<size.height {
        for x in 0..<size.width {
          let at =
            c / layout.blockSize * layout.blockStride + c % layout.blockSize * layout.planeStride
            + y * layout.rowStride + x * layout.columnStride
          values[at] = maps[(c * size.height + y) * size.width + x]
        }
      }
    }
    return values
  }

  // Without the power the columns outside the box are summed before their transform, by Parseval:
  // the same energy but for rounding, a few units of the 24 bits of a float.
  @Test(
    "Without the power the energies are the same",
    arguments: [HW(12, 10), HW(9, 15), HW(7, 13), HW(1, 8), HW(16, 1), HW(28, 30)])
  func energiesAlone(size: HW) throws {
    let maps = try noise(planes: 20, size: size, mean: 0.3)
    for stride in [HW(1, 1), HW(2, 2), HW(3, 2), HW(1, 5)] {
      for boundary in [Boundary.periodic, .mirror, .hann] {
        let reader = try MapReader(size: size, stride: stride, boundary: boundary)
        let layout = MapLayout.planar(channels: 20, size: size)
        let readings = try maps.values.withUnsafeBufferPointer { values in
          try [true, false].map {
            try reader.read(
              values.baseAddress!, layout: layout, pooling: $0, registering: reader.isExact,
              threads: 2)
          }
        }
        for (with, without) in zip(readings[0].energies, readings[1].energies) {
          #expect(with.total == without.total && with.dc == without.dc)
          #expect(abs(with.alias - without.alias) <= 2e-6 * with.total)
        }
        #expect(readings[0].registrations == readings[1].registrations)
        #expect(readings[0].power.values.contains { $0 > 0 })
        #expect(readings[1].power.values.allSatisfy { $0 == 0 })
      }
    }
  }

  @Test(
    "NCHW, NHWC, blocked and padded layouts read alike", arguments: [1, 5, 16, 24, 32, 35, 96],
    [HW(6, 10), HW(7, 7), HW(14, 9)])
  func layoutsAgree(channels: Int, size: HW) throws {
    let maps = try noise(planes: channels, size: size, mean: 0.3)
    let reader = try MapReader(size: size, stride: [1, 1])
    let strided = try MapReader(size: size, stride: size.height == 6 ? 2 : [7, 1])
    for reader in [reader, strided] {
      let expected = try reader.read(maps, registering: reader.isExact)
      let padded = MapLayout(
        channels: channels, blockSize: channels, blockStride: 0,
        planeStride: (size.height + 1) * (size.width + 3), rowStride: size.width + 3,
        columnStride: 1)
      let layouts = [
        (MapLayout.channelsLast(channels: channels, size: size), channels * size.area),
        (MapLayout.blocked(channels: channels, size: size), (channels + 15) / 16 * 16 * size.area),
        (padded, channels * padded.planeStride),
      ]
      for (layout, count) in layouts {
        let values = Self.arranged(maps, layout, count: count)
        let got = try values.withUnsafeBufferPointer {
          try reader.read(
            $0.baseAddress!, layout: layout, registering: reader.isExact, threads: 2)
        }
        // The mean may round differently, which moves the last bits of a float transform.
        for (a, b) in zip(got.energies, expected.energies) {
          #expect(abs(a.total - b.total) <= 1e-12 * b.total)
          #expect(abs(a.alias - b.alias) <= 1e-6 * b.total)
        }
        for (a, b) in zip(got.power.values, expected.power.values) {
          #expect(abs(a - b) <= 1e-5 * (b + Double(channels * size.area)))
        }
        for (a, b) in zip(got.registrations, expected.registrations) {
          #expect(abs(a.aliasFraction - b.aliasFraction) <= 1e-6)
        }
      }
    }
  }

  @Test("the same bits for any number of threads and from a reused workspace")
  func threads() throws {
    let maps = try noise(planes: 200, size: 28)
    let reader = try MapReader.shared(size: 28, stride: 2)
    let expected = try reader.read(maps, registering: true)
    let workspace = MapReader.Workspace()
    for threads in [1, 2, 3, 8, 100] {
      #expect(
        try reader.read(maps, registering: true, threads: threads, workspace: workspace)
          == expected)
    }
    #expect(try MapReader.shared(size: 28, stride: 2) === reader)
  }

  @Test("mirror reads the even extension", arguments: [HW(6, 8), HW(7, 5), HW(1, 4)])
  func mirror(size: HW) throws {
    let maps = try noise(planes: 3, size: size, mean: 1)
    let reader = try MapReader(size: size, stride: 2, boundary: .mirror)
    #expect(reader.gridSize == HW(2 * size.height, 2 * size.width))
    let reading = try reader.read(maps)
    for plane in 0..<3 {
      let extended = SpectralOracle.Map(maps, plane: plane).mirrored
      let expected = SpectralOracle.energies(extended, stride: 2)
      let got = reading.energies[plane]
      #expect(abs(got.total - expected.total) <= 1e-10 * expected.total)
      #expect(abs(got.dc - expected.dc) <= 1e-10 * expected.total)
      #expect(abs(got.alias - expected.alias) <= 3e-6 * expected.total)
    }
    #expect(
      abs(reading.power.energies.total - reading.energies.reduce(0) { $0 + $1.total })
        <= 1e-5 * reading.power.energies.total)
  }

  @Test(
    "windows are periodic, with the mean put back", arguments: [Boundary.hann, .kaiser(beta: 6)],
    [HW(12, 9), [72, 60]])
  func windows(boundary: Boundary, size: HW) throws {
    var maps = try noise(planes: 4, size: size, mean: 5)
    // Rows that a sample of every ninth would take for the whole map: the mean before a window is
    // exact.
    for index in 0..<maps.count where index / size.width % size.height % 9 == 4 {
      maps[index] += 0.1
    }
    let reading = try MapReader(size: size, stride: [2, 3], boundary: boundary).read(maps)
    for plane in 0..<4 {
      let windowed = SpectralOracle.Map(maps, plane: plane).windowed { position in
        boundary == .hann
          ? 0.5 - 0.5 * cosine(position) : SpectralOracle.kaiser(position, beta: 6)
      }
      let expected = SpectralOracle.energies(windowed, stride: [2, 3])
      let got = reading.energies[plane]
      #expect(abs(got.total - expected.total) <= 1e-6 * expected.total)
      #expect(abs(got.dc - expected.dc) <= 1e-6 * expected.total)
      #expect(abs(got.alias - expected.alias) <= 3e-6 * expected.total)
    }
  }

  @Test("errors name what is wrong")
  func errors() throws {
    #expect(throws: SpectralError.invalidSize(size: [0, 4], stride: 2)) {
      try MapReader(size: [0, 4], stride: 2)
    }
    #expect(throws: SpectralError.invalidSize(size: 4, stride: [2, -1])) {
      try MapReader(size: 4, stride: [2, -1])
    }
    #expect(throws: SpectralError.invalidSize(size: HW(.max, .max), stride: 1)) {
      try MapReader(size: HW(.max, .max), stride: 1)
    }
    #expect(throws: SpectralError.invalidBeta(-1)) {
      try MapReader(size: 4, stride: 2, boundary: .kaiser(beta: -1))
    }
    #expect(throws: SpectralError.notExact(size: 7, stride: 2, boundary: .periodic)) {
      try MapReader(size: 7, stride: 2).read(noise(planes: 1, size: 7), registering: true)
    }
    #expect(throws: SpectralError.mapMismatch(expected: 8, shape: [1, 1, 7, 7])) {
      try MapReader(size: 8, stride: 2).read(noise(planes: 1, size: 7))
    }
    var maps = try noise(planes: 40, size: 6)
    maps[37 * 36 + 35] = .infinity
    #expect(throws: SpectralError.notFinite(plane: 37)) {
      try MapReader(size: 6, stride: 2).read(maps, threads: 2)
    }
    #expect(try MapReader(size: 6, stride: 2).read(Tensor(shape: [0, 3, 6, 6])).energies.isEmpty)
  }
}
