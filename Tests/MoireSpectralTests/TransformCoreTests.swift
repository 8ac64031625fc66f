import CMoire
import Dispatch
import MoireTensors
import Synchronization
import Testing

@Suite("The C interface's transforms")
struct TransformCoreTests {
  static func make(_ height: Int, _ width: Int) throws -> OpaquePointer {
    var made: OpaquePointer?
    var options = moire_transform_options(height: height, width: width, planning: .estimate)
    try #require(moire_transform_create(&made, &options) == .ok)
    return try #require(made)
  }

  @Test("creation")
  func creation() {
    var single: OpaquePointer?
    var twofold: OpaquePointer?
    var options = moire_transform_options(height: 4, width: 4, planning: .estimate)
    #expect(moire_transform_create(nil, &options) == .null_argument)
    #expect(moire_transform_create(&single, nil) == .null_argument)
    #expect(moire_transform_double_create(nil, &options) == .null_argument)
    for (height, width) in [(0, 4), (4, 0), (Int.max, 1), (1, Int(Int32.max) + 1)] {
      options = moire_transform_options(height: height, width: width, planning: .estimate)
      #expect(moire_transform_create(&single, &options) == .invalid_argument)
      #expect(moire_transform_double_create(&twofold, &options) == .invalid_argument)
    }
    options = moire_transform_options(
      height: 4, width: 4, planning: unsafeBitCast(UInt32(9), to: moire_planning.self))
    #expect(moire_transform_create(&single, &options) == .invalid_argument)
    options = moire_transform_options(
      height: Int(Int32.max), width: Int(Int32.max), planning: .estimate)
    #expect(moire_transform_create(&single, &options) == .size_overflow)
    #expect(single == nil && twofold == nil)
    moire_transform_destroy(nil)
    moire_transform_double_destroy(nil)
    #expect(moire_transform_workspace_size(nil) == 0)
  }

  @Test("execution refuses and leaves its output alone")
  func refusals() throws {
    let transform = try Self.make(4, 5)
    defer { moire_transform_destroy(transform) }
    let bytes = moire_transform_workspace_size(transform)
    let workspace = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { workspace.deallocate() }
    let data = UnsafeMutablePointer<Float>.allocate(capacity: 100)
    defer { data.deallocate() }
    data.initialize(repeating: 7, count: 100)
    let spectrum = data + 20
    var planes = moire_planes(
      data: data, count: 1, plane_stride: 20, row_stride: 5, column_stride: 1)
    var output = moire_output(data: data, plane_stride: 20, row_stride: 5, column_stride: 1)
    func forward(_ space: UnsafeMutableRawPointer?, _ size: Int) -> moire_status {
      moire_transform_forward(transform, spectrum, &planes, space, size)
    }
    func inverse(_ count: Int) -> moire_status {
      moire_transform_inverse(transform, &output, spectrum, count, workspace, bytes)
    }
    #expect(forward(nil, bytes) == .null_argument)
    #expect(forward(workspace, bytes - 1) == .workspace_too_small)
    #expect(moire_transform_forward(nil, spectrum, &planes, workspace, bytes) == .null_argument)
    #expect(moire_transform_forward(transform, nil, &planes, workspace, bytes) == .null_argument)
    #expect(moire_transform_forward(transform, spectrum, nil, workspace, bytes) == .null_argument)
    #expect(
      moire_transform_inverse(transform, nil, spectrum, 1, workspace, bytes) == .null_argument)
    #expect(moire_transform_inverse(transform, &output, nil, 1, workspace, bytes) == .null_argument)
    #expect(
      moire_transform_inverse(transform, &output, spectrum, 1, workspace, 3) == .workspace_too_small
    )
    planes.count = 2
    #expect(forward(workspace, bytes) == .invalid_argument, "the second plane is the spectrum")
    #expect(inverse(2) == .invalid_argument)
    planes.count = 1
    planes.data = UnsafePointer(data + 10)
    #expect(forward(workspace, bytes) == .invalid_argument)
    planes.row_stride = .max
    #expect(forward(workspace, bytes) == .size_overflow)
    planes.row_stride = .min
    #expect(forward(workspace, bytes) == .size_overflow)
    planes.count = .max
    #expect(forward(workspace, bytes) == .size_overflow)
    output.column_stride = 0
    #expect(inverse(1) == .invalid_argument)
    planes.data = nil
    #expect(forward(workspace, bytes) == .null_argument)
    planes.count = 0
    #expect(forward(workspace, bytes) == .ok)
    #expect(inverse(0) == .ok)
    #expect((0..<100).allSatisfy { data[$0] == 7 })
  }

  @Test(
    "negative strides, unaligned buffers and workspaces, gaps left alone", arguments: [0, 1, 3])
  func stridesAndAlignment(offset: Int) throws {
    let (height, width, count) = (6, 7, 21)
    let transform = try Self.make(height, width)
    defer { moire_transform_destroy(transform) }
    let area = height * width
    let reals = 2 * height * (width / 2 + 1)
    let bytes = moire_transform_workspace_size(transform)
    let space = UnsafeMutableRawPointer.allocate(byteCount: bytes + 3, alignment: 64)
    defer { space.deallocate() }
    var generator = SeededGenerator(seed: 3)
    let dense = (0..<count * area).map { _ in Float(generator.normal()) }
    // Rotated by half a turn and spread: row and column strides are negative, one gap a sample.
    var spread = [Float](repeating: .infinity, count: 2 * count * area + offset)
    func place(_ plane: Int, _ n: Int) -> Int { offset + 2 * ((plane + 1) * area - 1 - n) }
    for plane in 0..<count {
      for n in 0..<area { spread[place(plane, n)] = dense[plane * area + n] }
    }
    var expected = [Float](repeating: 0, count: count * reals)
    var spectrum = [Float](repeating: 0, count: count * reals + offset)
    var back = [Float](repeating: 5, count: spread.count)
    let last = 2 * (area - 1)
    dense.withUnsafeBufferPointer { data in
      var planes = moire_planes(
        data: data.baseAddress, count: count, plane_stride: area, row_stride: width,
        column_stride: 1)
      #expect(moire_transform_forward(transform, &expected, &planes, space, bytes) == .ok)
    }
    spread.withUnsafeBufferPointer { data in
      spectrum.withUnsafeMutableBufferPointer { spectrum in
        var planes = moire_planes(
          data: data.baseAddress! + offset + last, count: count, plane_stride: 2 * area,
          row_stride: -2 * width, column_stride: -2)
        #expect(
          moire_transform_forward(
            transform, spectrum.baseAddress! + offset, &planes, space + offset, bytes) == .ok)
      }
    }
    #expect(Array(spectrum.dropFirst(offset)) == expected)
    back.withUnsafeMutableBufferPointer { back in
      spectrum.withUnsafeBufferPointer { spectrum in
        var output = moire_output(
          data: back.baseAddress! + offset + last, plane_stride: 2 * area,
          row_stride: -2 * width, column_stride: -2)
        #expect(
          moire_transform_inverse(
            transform, &output, spectrum.baseAddress! + offset, count, space + offset, bytes) == .ok
        )
      }
    }
    #expect(Array(spectrum.dropFirst(offset)) == expected, "the inverse keeps its input")
    for plane in 0..<count {
      for n in 0..<area {
        #expect(abs(back[place(plane, n)] - dense[plane * area + n]) < 2e-6)
        if place(plane, n) + 1 < back.count { #expect(back[place(plane, n) + 1] == 5) }
      }
    }
  }

  @Test("interleaved planes go back between their neighbours")
  func interleavedInverse() throws {
    let (height, width, count) = (5, 4, 19)
    let transform = try Self.make(height, width)
    defer { moire_transform_destroy(transform) }
    let bytes = moire_transform_workspace_size(transform)
    let space = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { space.deallocate() }
    var generator = SeededGenerator(seed: 4)
    let data = (0..<count * height * width).map { _ in Float(generator.normal()) }
    var spectrum = [Float](repeating: 0, count: count * 2 * height * (width / 2 + 1))
    var back = [Float](repeating: 0, count: data.count)
    data.withUnsafeBufferPointer { data in
      var planes = moire_planes(
        data: data.baseAddress, count: count, plane_stride: 1, row_stride: width * count,
        column_stride: count)
      #expect(moire_transform_forward(transform, &spectrum, &planes, space, bytes) == .ok)
    }
    back.withUnsafeMutableBufferPointer { back in
      var output = moire_output(
        data: back.baseAddress, plane_stride: 1, row_stride: width * count, column_stride: count)
      #expect(moire_transform_inverse(transform, &output, spectrum, count, space, bytes) == .ok)
    }
    #expect(zip(back, data).allSatisfy { abs($0 - $1) < 2e-6 })
  }

  @Test("created, used and destroyed from many threads at once, the same bits everywhere")
  func concurrency() {
    let sizes = [(7, 9), (16, 16), (1, 30), (13, 2)]
    let inputs = sizes.map { size in
      var generator = SeededGenerator(seed: 6, size.0, size.1)
      return (0..<size.0 * size.1).map { _ in Float(generator.normal()) }
    }
    @Sendable func spectrum(_ index: Int, _ planning: moire_planning) -> [Float] {
      var made: OpaquePointer?
      var options = moire_transform_options(
        height: sizes[index].0, width: sizes[index].1, planning: planning)
      guard moire_transform_create(&made, &options) == .ok, let made else { return [] }
      defer { moire_transform_destroy(made) }
      let bytes = moire_transform_workspace_size(made)
      let space = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      defer { space.deallocate() }
      var result = [Float](repeating: 0, count: 2 * sizes[index].0 * (sizes[index].1 / 2 + 1))
      inputs[index].withUnsafeBufferPointer { data in
        var planes = moire_planes(
          data: data.baseAddress, count: 1, plane_stride: 1, row_stride: sizes[index].1,
          column_stride: 1)
        _ = moire_transform_forward(made, &result, &planes, space, bytes)
      }
      return result
    }
    let expected = sizes.indices.map { spectrum($0, .estimate) }
    let failures = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: 800) { iteration in
      let index = iteration % sizes.count
      let right: Bool
      if iteration % 40 == 3 {
        right = zip(spectrum(index, .measure), expected[index]).allSatisfy { abs($0 - $1) < 1e-4 }
      } else {
        right = spectrum(index, .estimate) == expected[index]
      }
      if !right { failures.withLock { $0 += 1 } }
    }
    #expect(failures.withLock { $0 } == 0)
  }

  @Test("one handle serves many threads, each with a workspace and a range of planes")
  func sharedHandle() throws {
    let (height, width, count) = (12, 10, 64)
    nonisolated(unsafe) let transform = try Self.make(height, width)
    defer { moire_transform_destroy(transform) }
    let bytes = moire_transform_workspace_size(transform)
    let (area, reals) = (height * width, 2 * height * (width / 2 + 1))
    nonisolated(unsafe) let data = UnsafeMutablePointer<Float>.allocate(capacity: count * area)
    nonisolated(unsafe) let whole = UnsafeMutablePointer<Float>.allocate(capacity: count * reals)
    nonisolated(unsafe) let parts = UnsafeMutablePointer<Float>.allocate(capacity: count * reals)
    defer { for pointer in [data, whole, parts] { pointer.deallocate() } }
    var generator = SeededGenerator(seed: 8)
    for n in 0..<count * area { (data + n).initialize(to: Float(generator.normal())) }
    @Sendable func run(_ first: Int, _ number: Int, _ to: UnsafeMutablePointer<Float>) {
      let space = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      defer { space.deallocate() }
      var planes = moire_planes(
        data: data + first * area, count: number, plane_stride: area, row_stride: width,
        column_stride: 1)
      _ = moire_transform_forward(transform, to + first * reals, &planes, space, bytes)
    }
    run(0, count, whole)
    DispatchQueue.concurrentPerform(iterations: 16) { run($0 * 4, 4, parts) }
    #expect((0..<count * reals).allSatisfy { whole[$0] == parts[$0] })
  }
}
