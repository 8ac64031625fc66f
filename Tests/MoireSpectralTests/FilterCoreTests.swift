import CMoire
import Testing

@Suite("The C interface of the filters: refusals and layouts")
struct FilterCoreTests {
  @Test("descriptions")
  func descriptions() {
    var filter = moire_filter()
    #expect(moire_filter_check(nil) == .null_argument)
    #expect(moire_filter_check(&filter) == .ok && moire_filter_tap_count(&filter) == 1)
    #expect(moire_filter_tap_count(nil) == 0)
    for kind in [moire_filter_kind.binomial, .ideal, .kaiser, .raised_cosine, .gaussian, .hann] {
      filter = moire_filter()
      filter.kind = kind
      #expect(moire_filter_check(&filter) == .invalid_argument, "\(kind)")
      #expect(moire_filter_tap_count(&filter) == 0)
    }
    filter.kind = moire_filter_kind(rawValue: 77)!
    #expect(moire_filter_check(&filter) == .invalid_argument)
    filter = moire_filter()
    filter.kind = .binomial
    filter.taps = .max
    #expect(moire_filter_check(&filter) == .size_overflow)
  }

  @Test("values: outputs stay as they were")
  func values() {
    var filter = moire_filter()
    filter.kind = .raised_cosine
    filter.cutoff = 0.25
    var values = [Double](repeating: 7, count: 8)
    #expect(moire_filter_taps(&values, &filter) == .invalid_argument)
    #expect(moire_filter_taps(nil, &filter) == .null_argument)
    #expect(moire_filter_sample(&values, &filter, 0) == .invalid_argument)
    #expect(moire_filter_sample(nil, &filter, 4) == .null_argument)
    #expect(moire_filter_sample_phased(&values, nil, 4, 0) == .null_argument)
    #expect(moire_filter_amplitude(nil, &filter, nil, 1) == .null_argument)
    #expect(moire_filter_amplitude(nil, &filter, nil, 0) == .ok)
    filter.roll_off = 2
    #expect(moire_filter_sample(&values, &filter, 4) == .invalid_argument)
    var response = moire_response()
    response.alias = 7
    #expect(moire_filter_response(&response, &filter, 2, 8) == .invalid_argument)
    #expect(moire_filter_response(nil, &filter, 2, 8) == .null_argument)
    filter.roll_off = 0
    #expect(moire_filter_response(&response, &filter, 0, 8) == .invalid_argument)
    #expect(moire_filter_response(&response, &filter, 2, 0) == .invalid_argument)
    #expect(moire_filter_response(&response, &filter, 2, .max) == .size_overflow)
    #expect(response.alias == 7 && values == [Double](repeating: 7, count: 8))
    var taps = 3
    var beta = 2.0
    #expect(moire_kaiser_order(&taps, nil, 60, 0.1) == .null_argument)
    for (attenuation, width) in [
      (7.9, 0.1), (301, 0.1), (60, 0), (60, 0.51), (.nan, 0.1), (60, .nan),
    ] {
      #expect(moire_kaiser_order(&taps, &beta, attenuation, width) == .invalid_argument)
    }
    #expect(moire_kaiser_order(&taps, &beta, 60, 1e-300) == .size_overflow)
    #expect(taps == 3 && beta == 2)
    #expect(moire_gaussian_sigma(0, 3).isNaN && moire_gaussian_sigma(0.2, -.infinity).isNaN)
  }

  @Test("the phased response of an even count, and a leading of one's own")
  func phased() {
    var filter = moire_filter()
    filter.kind = .binomial
    filter.taps = 2
    var response = [Double](repeating: 0, count: 8)
    // ½ + ½ exp(2πik/4): 1, (1 + i)/2, 0, (1 − i)/2.
    #expect(moire_filter_sample_phased(&response, &filter, 4, 0) == .ok)
    for (got, wanted) in zip(response, [1, 0, 0.5, 0.5, 0, 0, 0.5, -0.5]) {
      #expect(abs(got - wanted) < 1e-15)
    }
    // One more in front turns by exp(−2πik/4).
    #expect(moire_filter_sample_phased(&response, &filter, 4, 1) == .ok)
    for (got, wanted) in zip(response, [1, 0, 0.5, -0.5, 0, 0, 0.5, 0.5]) {
      #expect(abs(got - wanted) < 1e-15)
    }
  }

  @Test("spectra")
  func spectra() {
    var energies = moire_energies()
    var spectrum = moire_spectrum()
    #expect(moire_filter_spectrum_energies(&energies, nil, nil, &spectrum) == .null_argument)
    #expect(moire_filter_spectrum_energies(&energies, nil, nil, nil) == .null_argument)
    let power = [Double](repeating: 1, count: 12)
    power.withUnsafeBufferPointer { power in
      spectrum = moire_spectrum(
        power: power.baseAddress, height: 4, width: 4, stride_height: 2, stride_width: 2)
      #expect(moire_filter_spectrum_energies(&energies, nil, nil, &spectrum) == .ok)
      #expect(energies.total == 16 && energies.alias == 12)
      spectrum.height = 0
      #expect(moire_filter_spectrum_energies(&energies, nil, nil, &spectrum) == .invalid_argument)
      spectrum.height = .max
      #expect(moire_filter_spectrum_energies(&energies, nil, nil, &spectrum) == .size_overflow)
    }
  }

  @Test("spectral filters: creation")
  func creation() {
    var filter: OpaquePointer?
    var options = moire_spectral_filter_options()
    #expect(moire_spectral_filter_create(&filter, &options) == .invalid_argument)
    #expect(moire_spectral_filter_create(nil, &options) == .null_argument)
    #expect(moire_spectral_filter_create(&filter, nil) == .null_argument)
    (options.height, options.width) = (1 << 40, 2)
    #expect(moire_spectral_filter_create(&filter, &options) == .size_overflow)
    (options.height, options.width) = (2, 2)
    let values = [1.0, 2, 3, 4]
    values.withUnsafeBufferPointer { values in
      options.response = values.baseAddress
      options.response_h = values.baseAddress
      #expect(moire_spectral_filter_create(&filter, &options) == .invalid_argument)
    }
    #expect(filter == nil)
    moire_spectral_filter_destroy(nil)
  }

  /// Planes in both layouts, padded rows, in place and out of place, an odd address for workspace.
  @Test("spectral filters: execution by strides", arguments: [true, false])
  func execution(isInPlace: Bool) throws {
    var made: OpaquePointer?
    var options = moire_spectral_filter_options()
    (options.height, options.width) = (3, 4)
    let rows: [Double] = [1, 0.5, 0.5]
    let status = rows.withUnsafeBufferPointer { rows in
      options.response_h = rows.baseAddress
      return moire_spectral_filter_create(&made, &options)
    }
    #expect(status == .ok)
    let filter = try #require(made)
    defer { moire_spectral_filter_destroy(filter) }
    let bytes = moire_spectral_filter_workspace_size(filter)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes + 1, alignment: 64)
    defer { memory.deallocate() }
    // (c, y, x) at 5 + c + 3 (y 6 + x): channels last, rows of six, a lead of five.
    func at(_ c: Int, _ y: Int, _ x: Int) -> Int { 5 + c + 3 * (6 * y + x) }
    var data = (0..<64).map { Float(($0 * 37) % 11) }
    let original = data
    var result = [Float](repeating: -1, count: 64)
    func execute(_ count: Int, _ space: UnsafeMutableRawPointer?, _ size: Int) -> moire_status {
      data.withUnsafeMutableBufferPointer { data in
        result.withUnsafeMutableBufferPointer { result in
          var planes = moire_planes(
            data: data.baseAddress! + 5, count: count, plane_stride: 1, row_stride: 18,
            column_stride: 3)
          var output = moire_output(
            data: (isInPlace ? data : result).baseAddress! + 5, plane_stride: 1, row_stride: 18,
            column_stride: 3)
          return moire_spectral_filter_execute(filter, &planes, &output, space, size)
        }
      }
    }
    #expect(execute(3, memory, 10) == .workspace_too_small)
    #expect(execute(3, nil, bytes) == .null_argument)
    #expect(execute(0, nil, 0) == .ok)
    #expect(data == original)
    #expect(execute(3, memory + 1, bytes) == .ok)
    var wanted = isInPlace ? original : [Float](repeating: -1, count: 64)
    for c in 0..<3 {
      for x in 0..<4 {
        // Response (1, ½, ½) along y: halfway between a sample and the mean of its column.
        let mean = (0..<3).reduce(Float(0)) { $0 + original[at(c, $1, x)] } / 3
        for y in 0..<3 { wanted[at(c, y, x)] = (original[at(c, y, x)] + mean) / 2 }
      }
    }
    for (got, value) in zip(isInPlace ? data : result, wanted) { #expect(abs(got - value) < 1e-5) }
    var doubles = moire_planes_double()
    var output = moire_output_double()
    #expect(
      moire_spectral_filter_execute_double(filter, &doubles, &output, memory, bytes)
        == .invalid_argument)
    #expect(
      moire_spectral_filter_execute_double(nil, &doubles, &output, memory, bytes) == .null_argument)
  }
}
