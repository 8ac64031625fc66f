import CMoire
import Testing

@Suite("Separable filters in C: refusals, values that are not finite")
struct FilterRefusalTests {
  @Test("creation")
  func creation() {
    var filter: OpaquePointer?
    let taps = [0.5, 0.5]
    taps.withUnsafeBufferPointer { taps in
      let good = moire_fir_axis(
        taps: taps.baseAddress, count: 2, stride: 2, lead: 0, input: 4, output: 0, padding: .zero)
      func status(_ change: (inout moire_fir_axis) -> Void) -> moire_status {
        var axis = good
        change(&axis)
        var one = moire_fir_options(height: axis, width: good)
        var other = moire_fir_options(height: good, width: axis)
        let status = moire_fir_create(&filter, &one)
        #expect(moire_fir_create(&filter, &other) == status)
        return status
      }
      #expect(status { $0.taps = nil } == .null_argument)
      #expect(status { $0.count = 0 } == .invalid_argument)
      #expect(status { $0.stride = 0 } == .invalid_argument)
      #expect(status { $0.input = 0 } == .invalid_argument)
      #expect(status { $0.padding = moire_padding(rawValue: 9)! } == .invalid_argument)
      #expect(status { $0.input = .max } == .size_overflow)
      #expect(status { $0.output = .max } == .size_overflow)
      #expect(status { $0.lead = .max } == .size_overflow)
      var options = moire_fir_options(height: good, width: good)
      #expect(moire_fir_create(nil, &options) == .null_argument)
    }
    #expect(moire_fir_create(&filter, nil) == .null_argument)
    #expect(filter == nil)
    moire_fir_destroy(nil)
  }

  @Test("execution")
  func execution() throws {
    let shape = SeparableCoreTests.Shape(count: 1, height: 4, width: 4)
    let filter = try #require(SeparableCoreTests.filter(shape, taps: [0.5, 0.5], stride: 2))
    defer { moire_fir_destroy(filter) }
    let bytes = moire_fir_workspace_size(filter)
    let workspace = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 1)
    defer { workspace.deallocate() }
    var values = [Float](repeating: 1, count: 32)
    values.withUnsafeMutableBufferPointer { values in
      var planes = moire_planes(
        data: values.baseAddress, count: 1, plane_stride: 16, row_stride: 4, column_stride: 1)
      var output = moire_output(
        data: values.baseAddress! + 16, plane_stride: 4, row_stride: 2, column_stride: 1)
      #expect(moire_fir_execute(filter, &planes, &output, workspace, bytes) == .ok)
      #expect(moire_fir_execute(nil, &planes, &output, workspace, bytes) == .null_argument)
      #expect(moire_fir_adjoint(nil, &planes, &output, workspace, bytes) == .null_argument)
      #expect(moire_fir_execute(filter, nil, &output, workspace, bytes) == .null_argument)
      #expect(moire_fir_execute(filter, &planes, nil, workspace, bytes) == .null_argument)
      #expect(moire_fir_execute(filter, &planes, &output, nil, bytes) == .null_argument)
      #expect(
        moire_fir_execute(filter, &planes, &output, workspace, bytes - 1)
          == .workspace_too_small)
      output.data = values.baseAddress
      #expect(moire_fir_execute(filter, &planes, &output, workspace, bytes) == .invalid_argument)
      output.data = nil
      #expect(moire_fir_execute(filter, &planes, &output, workspace, bytes) == .null_argument)
      planes.count = 0
      #expect(moire_fir_execute(filter, &planes, &output, workspace, bytes) == .ok)
    }
  }

  // Zeros of the padding stand beside the taps, never beside the value.
  @Test("a NaN reaches exactly the outputs whose taps reach it", arguments: [1, 16, 17], [6, 40])
  func notFinite(count: Int, width: Int) throws {
    let shape = SeparableCoreTests.Shape(count: count, height: 6, width: width)
    for stride in 1...3 {
      let filter = try #require(
        SeparableCoreTests.filter(shape, taps: [0.25, 0.5, 0.25], stride: stride))
      defer { moire_fir_destroy(filter) }
      let bytes = moire_fir_workspace_size(filter)
      let (rows, columns) = (moire_fir_output_height(filter), moire_fir_output_width(filter))
      let workspace = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 1)
      defer { workspace.deallocate() }
      var input = [Float](repeating: 1, count: count * 6 * width)
      input[2 * width + 4] = .nan
      var output = [Float](repeating: 0, count: count * rows * columns)
      input.withUnsafeBufferPointer { input in
        output.withUnsafeMutableBufferPointer { output in
          var planes = moire_planes(
            data: input.baseAddress, count: count, plane_stride: 6 * width, row_stride: width,
            column_stride: 1)
          var result = moire_output(
            data: output.baseAddress, plane_stride: rows * columns, row_stride: columns,
            column_stride: 1)
          #expect(moire_fir_execute(filter, &planes, &result, workspace, bytes) == .ok)
        }
      }
      for y in 0..<rows {
        for x in 0..<columns {
          let reached = abs(y * stride - 2) <= 1 && abs(x * stride - 4) <= 1
          #expect(output[y * columns + x].isNaN == reached)
        }
      }
      #expect(output[(rows * columns)...].allSatisfy { $0 == 1 })
    }
  }
}
