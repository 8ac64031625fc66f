import CMoire
import Testing

@Suite("The C interface's measures: refusals")
struct MeasureCoreTests {
  @Test("identities: creation")
  func creation() {
    var made: OpaquePointer?
    var options = moire_identities_options()
    options.height = 6
    options.width = 4
    options.stride_height = 3
    options.stride_width = 2
    #expect(moire_identities_create(nil, &options) == .null_argument)
    #expect(moire_identities_create(&made, nil) == .null_argument)
    func create(_ change: (inout moire_identities_options) -> Void) -> moire_status {
      var changed = options
      change(&changed)
      return moire_identities_create(&made, &changed)
    }
    #expect(create { $0.height = 0 } == .invalid_argument)
    #expect(create { $0.width = .max } == .invalid_argument)
    #expect(create { $0.stride_width = 0 } == .invalid_argument)
    #expect(create { $0.stride_height = 4 } == .not_exact)
    #expect(create { $0.stride_height = .max } == .not_exact)
    #expect(
      create {
        $0.height = Int(Int32.max)
        $0.width = Int(Int32.max)
      } == .size_overflow)
    var gains = [1.0, .infinity, 1, 1, 1, 1]
    gains.withUnsafeBufferPointer { gains in
      #expect(create { $0.response_height.real = gains.baseAddress } == .invalid_argument)
      #expect(create { $0.response_width.imaginary = gains.baseAddress } == .null_argument)
    }
    gains[1] = 0
    #expect(made == nil)
    moire_identities_destroy(nil)
    #expect(moire_identities_workspace_size(nil) == 0)
  }

  @Test("identities: reading in float and double, with strides, unaligned, or not at all")
  func reading() throws {
    var made: OpaquePointer?
    var options = moire_identities_options()
    (options.height, options.width) = (4, 4)
    (options.stride_height, options.stride_width) = (2, 2)
    try #require(moire_identities_create(&made, &options) == .ok)
    let reader = try #require(made)
    defer { moire_identities_destroy(reader) }
    let bytes = moire_identities_workspace_size(reader)
    let space = UnsafeMutableRawPointer.allocate(byteCount: bytes + 1, alignment: 64)
    defer { space.deallocate() }
    // Two planes interleaved, read from the last row up.
    var data = (0..<32).map { Double($0 * $0 % 7) }
    var readings = [moire_identity_reading](repeating: .init(), count: 2)
    var fault = 9
    func read(_ space: UnsafeMutableRawPointer?, _ size: Int) -> moire_status {
      data.withUnsafeBufferPointer { data in
        var planes = moire_planes_double(
          data: data.baseAddress! + 24, count: 2, plane_stride: 1, row_stride: -8,
          column_stride: 2)
        return moire_identities_read_double(reader, &readings, &fault, &planes, space, size)
      }
    }
    #expect(read(nil, bytes) == .null_argument)
    #expect(read(space, bytes - 1) == .workspace_too_small)
    #expect(fault == 9 && readings.allSatisfy { $0.energy.predicted == 0 })
    #expect(read(space + 1, bytes) == .ok)
    let expected = readings
    for (plane, reading) in expected.enumerated() {
      let squares = (0..<16).reduce(0.0) { $0 + data[2 * $1 + plane] * data[2 * $1 + plane] }
      #expect(abs(reading.energy.measured - 16 * squares / 4) < 1e-12 * squares)
      #expect(moire_identity_difference(reading.alias_fraction) < 1e-12)
    }
    let floats = data.map(Float.init)
    floats.withUnsafeBufferPointer { data in
      var planes = moire_planes(
        data: data.baseAddress! + 24, count: 2, plane_stride: 1, row_stride: -8, column_stride: 2)
      #expect(moire_identities_read(reader, &readings, nil, &planes, space, bytes) == .ok)
      #expect(readings[1].shift_error.measured == expected[1].shift_error.measured)
      #expect(moire_identities_read(nil, &readings, nil, &planes, space, bytes) == .null_argument)
      #expect(moire_identities_read(reader, nil, nil, &planes, space, bytes) == .null_argument)
      #expect(moire_identities_read(reader, &readings, nil, nil, space, bytes) == .null_argument)
      planes.data = nil
      #expect(
        moire_identities_read(reader, &readings, nil, &planes, space, bytes) == .null_argument)
      planes.count = 0
      #expect(moire_identities_read(reader, nil, nil, &planes, space, bytes) == .ok)
    }
    data[5] = .infinity
    #expect(read(space, bytes) == .not_finite)
    #expect(fault == 1)
    #expect(
      moire_identities_read_double(reader, &readings, nil, nil, space, bytes) == .null_argument)
  }

  @Test("difference: of fractions, with the floor")
  func difference() {
    #expect(moire_identity_difference(.init(predicted: 0.5, measured: 0.25)) == 0.5)
    #expect(moire_identity_difference(.init(predicted: 0, measured: 1e-3)) == 1)
    #expect(moire_identity_difference(.init(predicted: 0, measured: 0)) == 0)
  }

  @Test("slices, ratios, bandwidths, centring")
  func profiles() {
    var out = [Double](repeating: 7, count: 12)
    var other = out
    var width = moire_bandwidth()
    var spectrum = moire_spectrum()
    #expect(moire_spectrum_alias_to_signal(&out, &spectrum) == .null_argument)
    #expect(moire_spectrum_centred(&out, nil) == .null_argument)
    #expect(moire_spectrum_slice(&out, &other, &spectrum, ._45) == .null_argument)
    #expect(moire_spectrum_bandwidth(&width, &spectrum, 0.5, .all) == .null_argument)
    let values = [Double](repeating: 1, count: 6)
    values.withUnsafeBufferPointer { power in
      spectrum = moire_spectrum(
        power: power.baseAddress, height: 2, width: 4, stride_height: 2, stride_width: 3)
      #expect(moire_spectrum_alias_to_signal(&out, &spectrum) == .not_exact)
      #expect(moire_spectrum_alias_to_signal(nil, &spectrum) == .null_argument)
      #expect(moire_spectrum_centred(nil, &spectrum) == .null_argument)
      #expect(moire_spectrum_slice(nil, &other, &spectrum, ._0) == .null_argument)
      #expect(moire_spectrum_slice(&out, nil, &spectrum, ._0) == .null_argument)
      let unknown = unsafeBitCast(UInt32(9), to: moire_slice.self)
      #expect(moire_spectrum_slice(&out, &other, &spectrum, unknown) == .invalid_argument)
      #expect(moire_slice_length(4, 4, unknown) == 0)
      for share in [0, -1, 2, Double.nan] {
        #expect(moire_spectrum_bandwidth(&width, &spectrum, share, .all) == .invalid_argument)
      }
      #expect(moire_spectrum_bandwidth(nil, &spectrum, 0.5, .all) == .null_argument)
      spectrum.width = 0
      #expect(moire_spectrum_centred(&out, &spectrum) == .invalid_argument)
      spectrum.width = .max
      #expect(moire_spectrum_bandwidth(&width, &spectrum, 0.5, .all) == .size_overflow)
    }
    #expect(out.allSatisfy { $0 == 7 } && other.allSatisfy { $0 == 7 } && width.rms_height == 0)
    #expect(moire_slice_length(0, 4, ._0) == 0 && moire_slice_length(5, 8, ._135) == 5)
  }
}
