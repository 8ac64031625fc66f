import CMoire
import MoireTensors
import Testing

@Suite("Separable filters in C: layouts, precisions, refusals")
struct SeparableCoreTests {
  /// Where sample (plane, y, x) of a map stands.
  struct Layout: CustomStringConvertible, Sendable {
    let description: String
    var start = 0
    let plane: Int
    let row: Int
    let column: Int

    func index(_ p: Int, _ y: Int, _ x: Int) -> Int { start + p * plane + y * row + x * column }

    /// Layouts of `count` planes that fit into `room` elements.
    static func all(count: Int, height: Int, width: Int) -> [Layout] {
      let whole = count + 5
      return [
        Layout(description: "planar", plane: height * width, row: width, column: 1),
        Layout(
          description: "padded rows", start: 3, plane: (height + 1) * (width + 3), row: width + 3,
          column: 1),
        Layout(description: "channels last", plane: 1, row: width * count, column: count),
        Layout(
          description: "a range of channels", start: 2, plane: 1, row: width * whole, column: whole),
        Layout(
          description: "every other column", plane: 2 * height * width, row: 2 * width, column: 2),
        Layout(
          description: "upside down", start: (height - 1) * width, plane: height * width,
          row: -width, column: 1),
        Layout(
          description: "columns first", plane: height * width, row: 1, column: height),
        Layout(
          description: "channels last, mirrored", start: (width - 1) * count, plane: 1,
          row: width * count, column: -count),
      ]
    }
  }

  struct Shape: Sendable {
    let count: Int
    let height: Int
    let width: Int
  }

  static let shapes = [
    Shape(count: 1, height: 5, width: 7), Shape(count: 16, height: 7, width: 7),
    Shape(count: 19, height: 5, width: 6), Shape(count: 2, height: 6, width: 50),
    Shape(count: 70, height: 2, width: 5), Shape(count: 1, height: 21, width: 20),
  ]

  static func filter(_ shape: Shape, taps: [Double], stride: Int) -> OpaquePointer? {
    var filter: OpaquePointer?
    taps.withUnsafeBufferPointer { taps in
      func axis(_ input: Int) -> moire_fir_axis {
        moire_fir_axis(
          taps: taps.baseAddress, count: taps.count, stride: stride, lead: (taps.count - 1) / 2,
          input: input, output: 0, padding: .reflect)
      }
      var options = moire_fir_options(height: axis(shape.height), width: axis(shape.width))
      #expect(moire_fir_create(&filter, &options) == .ok)
    }
    return filter
  }

  @Test("any layout in, any layout out, float and double, forward and back", arguments: shapes)
  func layouts(shape: Shape) throws {
    let room = 3 * (shape.count + 6) * (shape.height + 2) * (shape.width + 4)
    for (taps, stride) in [
      ([0.5, 0.5], 2), ([0.25, 0.5, 0.25], 2), ([0.1, 0.2, 0.4, 0.3], 3), ([0.3, 0.4, -0.3], 1),
      ([0.1, 0.2, 0.3, 0.2, 0.1, 0.1], 2), ([0.7, 0.3], 5),
    ] {
      let filter = try #require(Self.filter(shape, taps: taps, stride: stride))
      defer { moire_fir_destroy(filter) }
      let out = Shape(
        count: shape.count, height: moire_fir_output_height(filter),
        width: moire_fir_output_width(filter))
      let inputs = Layout.all(count: shape.count, height: shape.height, width: shape.width)
      let outputs = Layout.all(count: shape.count, height: out.height, width: out.width)
      for backwards in [false, true] {
        let (from, to) = backwards ? (out, shape) : (shape, out)
        let (sources, targets) = backwards ? (outputs, inputs) : (inputs, outputs)
        let expected = run(
          Double.self, filter, from, to, sources[0], targets[0], room, backwards: backwards)
        for (s, source) in sources.enumerated() {
          let other = targets[(s * 3 + 1) % targets.count]
          // A dozen roundings of values below 8, in each precision.
          let float = run(
            Float.self, filter, from, to, source, targets[s], room, backwards: backwards)
          #expect(error(float, expected) < 1e-5, "\(source)")
          let double = run(
            Double.self, filter, from, to, source, other, room, backwards: backwards)
          #expect(error(double, expected) < 1e-14, "\(source) to \(other)")
        }
      }
    }
  }

  func error<T: BinaryFloatingPoint>(_ a: [T], _ b: [Double]) -> Double {
    zip(a, b).map { abs(Double($0) - $1) }.max() ?? 0
  }

  /// Runs the filter over seeded planes; everything outside the planes must stay as it was.
  func run<T: BinaryFloatingPoint>(
    _: T.Type, _ filter: OpaquePointer, _ from: Shape, _ to: Shape, _ source: Layout,
    _ target: Layout, _ room: Int, backwards: Bool
  ) -> [T] {
    var generator = SeededGenerator(seed: 9)
    var input = [T](repeating: .nan, count: room)
    for p in 0..<from.count {
      for y in 0..<from.height {
        for x in 0..<from.width { input[source.index(p, y, x)] = T(Float(generator.normal())) }
      }
    }
    var output = [T](repeating: -77, count: room)
    // One byte off: a workspace needs no alignment.
    let bytes = moire_fir_workspace_size(filter)
    let workspace = UnsafeMutableRawPointer.allocate(byteCount: bytes + 1, alignment: 64)
    defer { workspace.deallocate() }
    let status = input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        execute(
          filter, UnsafeRawPointer(input.baseAddress! + source.start),
          UnsafeMutableRawPointer(output.baseAddress! + target.start), from.count, source, target,
          double: T.self == Double.self, backwards, workspace + 1, bytes)
      }
    }
    #expect(status == .ok)
    var result: [T] = []
    for p in 0..<to.count {
      for y in 0..<to.height {
        for x in 0..<to.width {
          result.append(output[target.index(p, y, x)])
          output[target.index(p, y, x)] = -77
        }
      }
    }
    #expect(output.allSatisfy { $0 == -77 }, "\(target) is written outside its planes")
    return result
  }

  func execute(
    _ filter: OpaquePointer?, _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer,
    _ count: Int, _ source: Layout, _ target: Layout, double: Bool, _ backwards: Bool,
    _ workspace: UnsafeMutableRawPointer?, _ bytes: Int
  ) -> moire_status {
    if double {
      var planes = moire_planes_double(
        data: input.assumingMemoryBound(to: Double.self), count: count,
        plane_stride: source.plane, row_stride: source.row, column_stride: source.column)
      var result = moire_output_double(
        data: output.assumingMemoryBound(to: Double.self), plane_stride: target.plane,
        row_stride: target.row, column_stride: target.column)
      let call = backwards ? moire_fir_adjoint_double : moire_fir_execute_double
      return call(filter, &planes, &result, workspace, bytes)
    }
    var planes = moire_planes(
      data: input.assumingMemoryBound(to: Float.self), count: count, plane_stride: source.plane,
      row_stride: source.row, column_stride: source.column)
    var result = moire_output(
      data: output.assumingMemoryBound(to: Float.self), plane_stride: target.plane,
      row_stride: target.row, column_stride: target.column)
    let call = backwards ? moire_fir_adjoint : moire_fir_execute
    return call(filter, &planes, &result, workspace, bytes)
  }
}
