import CMoire
import Testing

@Suite("The C interface's refusals")
struct CoreTests {
  static func options(_ height: Int, _ width: Int, _ stride: Int) -> moire_reader_options {
    moire_reader_options(
      height: height, width: width, stride_height: stride, stride_width: stride,
      boundary: .periodic, kaiser_beta: 0, planning: .estimate)
  }

  @Test("creation")
  func creation() {
    var reader: OpaquePointer?
    var options = Self.options(4, 4, 2)
    #expect(moire_reader_create(nil, &options) == .null_argument)
    #expect(moire_reader_create(&reader, nil) == .null_argument)
    for (height, width, stride) in [(0, 4, 2), (4, 0, 2), (4, 4, 0)] {
      options = Self.options(height, width, stride)
      #expect(moire_reader_create(&reader, &options) == .invalid_argument)
    }
    options = Self.options(.max, .max, 1)
    #expect(moire_reader_create(&reader, &options) == .size_overflow)
    #expect(reader == nil)
    moire_reader_destroy(nil)
    moire_free(nil)
    #expect(moire_alloc(0) == nil)
    #expect(moire_alloc(.max) == nil)
  }

  @Test("reading: an unaligned workspace serves, a small one is refused, failure leaves the power")
  func reading() throws {
    var made: OpaquePointer?
    var options = Self.options(4, 4, 2)
    try #require(moire_reader_create(&made, &options) == .ok)
    let reader = try #require(made)
    defer { moire_reader_destroy(reader) }
    let bytes = moire_reader_workspace_size(reader, 1)
    let workspace = UnsafeMutableRawPointer.allocate(byteCount: bytes + 1, alignment: 64)
    defer { workspace.deallocate() }
    var data = (0..<16).map { Float($0 % 5) }
    var power = [Double](repeating: 7, count: 12)
    func read(_ count: Int, _ space: UnsafeMutableRawPointer?, _ size: Int) -> moire_status {
      data.withUnsafeBufferPointer { data in
        power.withUnsafeMutableBufferPointer { power in
          var planes = moire_planes(
            data: data.baseAddress, count: count, plane_stride: 16, row_stride: 4,
            column_stride: 1)
          var reading = moire_reading()
          reading.power = power.baseAddress
          return moire_reader_read(reader, &planes, &reading, space, size)
        }
      }
    }
    #expect(read(1, nil, bytes) == .null_argument)
    #expect(read(1, workspace, 100) == .workspace_too_small)
    data[3] = .nan
    #expect(read(1, workspace, bytes) == .not_finite)
    #expect(power == [Double](repeating: 7, count: 12))
    data[3] = 1
    #expect(read(0, workspace, bytes) == .ok)
    #expect(power == [Double](repeating: 7, count: 12))
    #expect(read(1, workspace + 1, bytes) == .ok)
    #expect(power != [Double](repeating: 7, count: 12))
    var planes = moire_planes()
    planes.count = 1
    var result = moire_reading()
    #expect(moire_reader_read(reader, &planes, &result, workspace, bytes) == .null_argument)
    #expect(moire_reader_read(nil, &planes, &result, workspace, bytes) == .null_argument)
  }

  @Test("spectra and filters")
  func spectra() {
    var energies = moire_energies()
    var spectrum = moire_spectrum()
    #expect(moire_spectrum_energies(&energies, &spectrum) == .null_argument)
    #expect(moire_spectrum_energies(&energies, nil) == .null_argument)
    var values = [Double](repeating: 1, count: 8)
    values.withUnsafeBufferPointer { power in
      spectrum = moire_spectrum(
        power: power.baseAddress, height: 0, width: 4, stride_height: 1, stride_width: 1)
      #expect(moire_spectrum_energies(&energies, &spectrum) == .invalid_argument)
      spectrum.height = .max
      #expect(moire_spectrum_energies(&energies, &spectrum) == .size_overflow)
      spectrum.height = 2
      spectrum.stride_width = 3
      #expect(moire_spectrum_pool_leak(&energies.dc, &spectrum) == .not_exact)
    }
    #expect(moire_ideal_sample(&values, 8, 2, .halve) == .ok)
    #expect(values == [1, 1, 0.5, 0, 0, 0, 0.5, 1])
    #expect(moire_ideal_sample(&values, 0, 2, .drop) == .invalid_argument)
    #expect(moire_binomial_taps(&values, 5) == .ok)
    let binomial: [Double] = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16]
    #expect(Array(values[0..<5]) == binomial)
    #expect(moire_binomial_taps(&values, 0) == .invalid_argument)
    #expect(moire_binomial_sample(nil, 4, 3) == .null_argument)
    for status in 0...8 {
      #expect(moire_status_message(moire_status(rawValue: UInt32(status))!)[0] != 0)
    }
  }
}
