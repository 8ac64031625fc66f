import CMoire
import Foundation
import MoireTensors
import Testing

@Suite("The C resamplers: double precision, layouts, memory, refusals")
struct ResampleCoreTests {
  static func ideal(
    _ from: HW, _ to: HW, offset: Double = 0, _ precision: moire_precision = .single
  ) -> OpaquePointer? {
    var options = moire_ideal_options(
      height: from.height, width: from.width, output_height: to.height, output_width: to.width,
      offset_height: offset, offset_width: -offset, band_edge: .drop, precision: precision,
      planning: .estimate)
    var made: OpaquePointer?
    return moire_ideal_resampler_create(&made, &options) == .ok ? made : nil
  }

  @Test("Double precision to rounding, matrices and transforms alike")
  func doubles() throws {
    var random = SeededGenerator(seed: 21)
    for (from, to) in [
      (HW(7, 14), HW(28, 7)), (HW(66, 80), HW(70, 61)), (HW(1, 110), HW(3, 110)),
      (HW(67, 70), HW(67, 35)),
    ] {
      let resampler = try #require(Self.ideal(from, to, offset: 0.37, .double))
      defer { moire_resampler_destroy(resampler) }
      let planes = 11
      let input = (0..<planes * from.area).map { _ in random.normal() }
      var output = [Double](repeating: .nan, count: planes * to.area)
      var workspace = [UInt8](repeating: 0, count: moire_resampler_workspace_size(resampler))
      let status = input.withUnsafeBufferPointer { source in
        output.withUnsafeMutableBufferPointer { target in
          var maps = moire_planes_double(
            data: source.baseAddress, count: planes, plane_stride: from.area,
            row_stride: from.width, column_stride: 1)
          var result = moire_output_double(
            data: target.baseAddress, plane_stride: to.area, row_stride: to.width,
            column_stride: 1)
          var wrong = moire_planes()
          var wrongOutput = moire_output()
          #expect(
            moire_resampler_execute(resampler, &wrong, &wrongOutput, &workspace, workspace.count)
              == .invalid_argument)
          return moire_resampler_execute_double(
            resampler, &maps, &result, &workspace, workspace.count)
        }
      }
      #expect(status == .ok)
      for plane in [0, 10] {
        let expected = ResamplingOracle.apply(
          ResamplingOracle.ideal(from.height, to.height, offset: 0.37),
          ResamplingOracle.ideal(from.width, to.width, offset: -0.37),
          to: Array(input[plane * from.area..<(plane + 1) * from.area]), size: from)
        // Sums of up to 55 cosines in the oracle: 1e-13.
        let got = Array(output[plane * to.area..<(plane + 1) * to.area])
        #expect(ResamplingOracle.error(got, expected) < 1e-12)
      }
    }
  }

  @Test("NHWC, blocked, padded, in place and unaligned give the bits of NCHW; other bytes stay")
  func layouts() throws {
    for (from, to) in [(HW(14, 10), HW(14, 10)), (HW(60, 66), HW(30, 33)), (HW(5, 40), HW(9, 40))] {
      for planes in [1, 3, 16, 21] {
        let resampler = try #require(Self.ideal(from, to, offset: 0.25))
        defer { moire_resampler_destroy(resampler) }
        let maps = try noise(planes: planes, size: from, mean: 0).values
        func run(
          _ input: [Float], _ i: (Int, Int, Int), _ o: (Int, Int, Int), room: Int
        ) -> [Float] {
          var output = [Float](repeating: 12345, count: room + 1)
          var space = [UInt8](repeating: 255, count: moire_resampler_workspace_size(resampler) + 3)
          let status = input.withUnsafeBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
              space.withUnsafeMutableBytes { bytes in
                var all = moire_planes(
                  data: source.baseAddress, count: planes, plane_stride: i.0, row_stride: i.1,
                  column_stride: i.2)
                // One float off, so that nothing is aligned for vectors.
                var result = moire_output(
                  data: target.baseAddress! + 1, plane_stride: o.0, row_stride: o.1,
                  column_stride: o.2)
                return moire_resampler_execute(
                  resampler, &all, &result, bytes.baseAddress! + 3, bytes.count - 3)
              }
            }
          }
          #expect(status == .ok)
          return output
        }
        let planar = run(
          maps, (from.area, from.width, 1), (to.area, to.width, 1), room: planes * to.area)
        var last = [Float](repeating: 0, count: maps.count)
        for c in 0..<planes {
          for s in 0..<from.area { last[s * planes + c] = maps[c * from.area + s] }
        }
        let pitch = to.width + 2
        let channels = run(
          last, (1, from.width * planes, planes), (pitch * to.height, pitch, 1),
          room: planes * pitch * to.height)
        let back = run(
          maps, (from.area, from.width, 1), (1, to.width * planes, planes), room: planes * to.area)
        var untouched = 0
        for value in channels where value == 12345 { untouched += 1 }
        #expect(untouched == 1 + 2 * planes * to.height)
        for c in 0..<planes {
          for y in 0..<to.height {
            for x in 0..<to.width {
              let expected = planar[1 + c * to.area + y * to.width + x]
              #expect(channels[1 + (c * to.height + y) * pitch + x] == expected)
              #expect(back[1 + (y * to.width + x) * planes + c] == expected)
            }
          }
        }
      }
    }
  }

  @Test("In place where the size stays, refused where it does not; NaN stays in its plane")
  func inPlace() throws {
    let size = HW(40, 36)
    let shift = try #require(Self.ideal(size, size, offset: 0.5))
    let pool = try #require(Self.ideal(size, HW(20, 18)))
    defer {
      moire_resampler_destroy(shift)
      moire_resampler_destroy(pool)
    }
    var values = try noise(planes: 18, size: size, mean: 0).values
    values[3 * size.area + 77] = .nan
    var expected = [Float](repeating: 0, count: values.count)
    var workspace = [UInt8](repeating: 0, count: moire_resampler_workspace_size(shift))
    values.withUnsafeMutableBufferPointer { values in
      expected.withUnsafeMutableBufferPointer { expected in
        var maps = moire_planes(
          data: values.baseAddress, count: 18, plane_stride: size.area, row_stride: size.width,
          column_stride: 1)
        var output = moire_output(
          data: expected.baseAddress, plane_stride: size.area, row_stride: size.width,
          column_stride: 1)
        let bytes = workspace.count
        #expect(moire_resampler_execute(shift, &maps, &output, &workspace, bytes) == .ok)
        output.data = values.baseAddress
        #expect(
          moire_resampler_execute(pool, &maps, &output, &workspace, bytes) == .invalid_argument)
        #expect(moire_resampler_execute(shift, &maps, &output, &workspace, bytes) == .ok)
        output.plane_stride += 1
        #expect(
          moire_resampler_execute(shift, &maps, &output, &workspace, bytes) == .invalid_argument)
        #expect(
          moire_resampler_execute(shift, &maps, &output, &workspace, 99) == .invalid_argument)
        output.data = expected.baseAddress
        output.plane_stride -= 1
        #expect(
          moire_resampler_execute(shift, &maps, &output, &workspace, 99) == .workspace_too_small)
        #expect(moire_resampler_execute(shift, &maps, &output, nil, bytes) == .null_argument)
        #expect(moire_resampler_execute(nil, &maps, &output, &workspace, bytes) == .null_argument)
        #expect(moire_resampler_execute(shift, nil, &output, &workspace, bytes) == .null_argument)
        #expect(moire_resampler_execute(shift, &maps, nil, &workspace, bytes) == .null_argument)
      }
    }
    for plane in 0..<18 {
      let range = plane * size.area..<(plane + 1) * size.area
      if plane == 3 {
        #expect(values[range].allSatisfy { $0.isNaN })
      } else {
        #expect(values[range] == expected[range] && values[range].allSatisfy { $0.isFinite })
      }
    }
  }

  @Test("Creation refuses sizes of 0, sizes beyond FFTW, rules that are none, missing pointers")
  func creation() {
    var made: OpaquePointer?
    #expect(moire_ideal_resampler_create(&made, nil) == .null_argument)
    #expect(moire_ideal_pool_create(nil, nil) == .null_argument)
    #expect(moire_kaiser_resampler_create(&made, nil) == .null_argument)
    #expect(moire_shift_create(&made, nil) == .null_argument)
    #expect(moire_activation_create(&made, nil) == .null_argument)
    var pool = moire_ideal_pool_options()
    (pool.height, pool.width, pool.stride_height, pool.stride_width) = (4, .max, 2, 2)
    #expect(moire_ideal_pool_create(&made, &pool) == .size_overflow)
    pool.width = 4
    pool.stride_width = 0
    #expect(moire_ideal_pool_create(&made, &pool) == .invalid_argument)
    var kaiser = moire_kaiser_options()
    (kaiser.height, kaiser.width, kaiser.zeros) = (4, 4, 10)
    (kaiser.up_height, kaiser.down_height) = (.max, 2)
    (kaiser.up_width, kaiser.down_width) = (1, 2)
    (kaiser.cutoff, kaiser.beta) = (1, 5)
    #expect(moire_kaiser_resampler_create(&made, &kaiser) == .size_overflow)
    kaiser.up_height = 1
    kaiser.cutoff = .nan
    #expect(moire_kaiser_resampler_create(&made, &kaiser) == .invalid_argument)
    var activation = moire_activation_options()
    (activation.height, activation.width, activation.factor) = (4, 4, .max)
    #expect(moire_activation_create(&made, &activation) == .size_overflow)
    activation.factor = 2
    activation.pointwise = .custom
    #expect(moire_activation_create(&made, &activation) == .invalid_argument)
    activation.pointwise = .polynomial
    activation.coefficient_count = 3
    #expect(moire_activation_create(&made, &activation) == .null_argument)
    #expect(made == nil)
    moire_resampler_destroy(nil)
    moire_activation_destroy(nil)
  }
}
