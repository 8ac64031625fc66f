import CMoire
import MoireTensors
import Testing

@Suite("Phases in C: layouts, precisions, refusals")
struct PolyphaseCoreTests {
  typealias Layout = SeparableCoreTests.Layout

  static let phases = [
    moire_phases(height: 6, width: 8, stride_height: 2, stride_width: 2, wrapped: 0),
    moire_phases(height: 5, width: 7, stride_height: 3, stride_width: 2, wrapped: 0),
    moire_phases(height: 5, width: 7, stride_height: 3, stride_width: 2, wrapped: 1),
    moire_phases(height: 2, width: 40, stride_height: 3, stride_width: 9, wrapped: 1),
    moire_phases(height: 1, width: 70, stride_height: 1, stride_width: 3, wrapped: 0),
  ]

  /// Seeded planes in a layout, NaN everywhere else.
  static func arranged<T: BinaryFloatingPoint>(
    _: T.Type, _ layout: Layout, count: Int, height: Int, width: Int, room: Int
  ) -> [T] {
    var generator = SeededGenerator(seed: 21)
    var values = [T](repeating: .nan, count: room)
    for p in 0..<count {
      for y in 0..<height {
        for x in 0..<width { values[layout.index(p, y, x)] = T(Float(generator.normal())) }
      }
    }
    return values
  }

  @Test("measures do not depend on layout, precision or order", arguments: 0..<5, [1, 9, 19])
  func measures(index: Int, count: Int) throws {
    var phases = Self.phases[index]
    let (height, width) = (phases.height, phases.width)
    let strides = phases.stride_height * phases.stride_width
    let room = 4 * (count + 6) * (height + 2) * (width + 4)
    var first: [moire_phase_measure]?
    for layout in Layout.all(count: count, height: height, width: width) {
      let float = Self.arranged(
        Float.self, layout, count: count, height: height, width: width, room: room)
      let double = float.map(Double.init)
      var got = [moire_phase_measure](repeating: moire_phase_measure(), count: strides)
      var wide = got
      float.withUnsafeBufferPointer { values in
        var planes = moire_planes(
          data: values.baseAddress! + layout.start, count: count, plane_stride: layout.plane,
          row_stride: layout.row, column_stride: layout.column)
        #expect(moire_phase_measures(&got, &planes, &phases) == .ok)
      }
      double.withUnsafeBufferPointer { values in
        var planes = moire_planes_double(
          data: values.baseAddress! + layout.start, count: count, plane_stride: layout.plane,
          row_stride: layout.row, column_stride: layout.column)
        #expect(moire_phase_measures_double(&wide, &planes, &phases) == .ok)
      }
      let expected = first ?? got
      first = expected
      for d in 0..<strides {
        for other in [got[d], wide[d]] {
          #expect(other.square == expected[d].square)
          #expect(other.magnitude == expected[d].magnitude)
          #expect(other.peak == expected[d].peak && other.highest == expected[d].highest)
          #expect(other.samples == expected[d].samples)
        }
      }
    }
  }

  @Test("measures of ranges of planes merge to the whole")
  func merging() {
    var phases = Self.phases[0]
    let values = Self.arranged(
      Float.self, Layout.all(count: 9, height: 6, width: 8)[0], count: 9, height: 6, width: 8,
      room: 9 * 48)
    func measure(_ range: Range<Int>) -> [moire_phase_measure] {
      var result = [moire_phase_measure](repeating: moire_phase_measure(), count: 4)
      values.withUnsafeBufferPointer { values in
        var planes = moire_planes(
          data: values.baseAddress! + range.lowerBound * 48, count: range.count, plane_stride: 48,
          row_stride: 8, column_stride: 1)
        #expect(moire_phase_measures(&result, &planes, &phases) == .ok)
      }
      return result
    }
    let whole = measure(0..<9)
    var merged = measure(0..<4)
    for (d, part) in measure(4..<9).enumerated() {
      var part = part
      moire_phase_merge(&merged[d], &part)
      #expect(merged[d].square == whole[d].square && merged[d].magnitude == whole[d].magnitude)
      #expect(merged[d].highest == whole[d].highest && merged[d].samples == whole[d].samples)
    }
  }

  @Test("phases move between any layouts", arguments: 0..<5)
  func moves(index: Int) throws {
    var phases = Self.phases[index]
    let (height, width, count) = (phases.height, phases.width, 5)
    let room = 4 * (count + 6) * (height + 2) * (width + 4)
    let layouts = Layout.all(count: count, height: height, width: width)
    for (source, at) in zip(layouts, [1, 2, 3, 4, 5, 6, 7, 0]) {
      let map = Self.arranged(
        Double.self, source, count: count, height: height, width: width, room: room)
      var joined = [Double](repeating: -1, count: room)
      for phase in 0..<phases.stride_height * phases.stride_width {
        var (rows, columns) = (0, 0)
        #expect(moire_phase_size(&rows, &columns, &phases, phase) == .ok)
        let target = Layout.all(count: count, height: rows, width: columns)[at]
        var part = [Double](repeating: 0, count: room)
        map.withUnsafeBufferPointer { map in
          part.withUnsafeMutableBufferPointer { part in
            joined.withUnsafeMutableBufferPointer { joined in
              var planes = moire_planes_double(
                data: map.baseAddress! + source.start, count: count, plane_stride: source.plane,
                row_stride: source.row, column_stride: source.column)
              // A phase without samples has no place to start from.
              let start = max(target.start, 0)
              var output = moire_output_double(
                data: part.baseAddress! + start, plane_stride: target.plane,
                row_stride: target.row, column_stride: target.column)
              #expect(moire_phase_take_double(&output, &planes, &phases, phase) == .ok)
              planes = moire_planes_double(
                data: output.data, count: count, plane_stride: target.plane,
                row_stride: target.row, column_stride: target.column)
              output = moire_output_double(
                data: joined.baseAddress! + source.start, plane_stride: source.plane,
                row_stride: source.row, column_stride: source.column)
              #expect(moire_phase_put_double(&output, &planes, &phases, phase) == .ok)
            }
          }
        }
      }
      for place in 0..<room { #expect(joined[place] == (map[place].isNaN ? -1 : map[place])) }
    }
  }

  @Test("refusals")
  func refusals() {
    var phases = Self.phases[0]
    var measures = [moire_phase_measure](repeating: moire_phase_measure(), count: 4)
    var values = [Float](repeating: 1, count: 48)
    var (rows, columns, chosen) = (0, 0, 0)
    #expect(moire_phase_size(&rows, nil, &phases, 0) == .null_argument)
    #expect(moire_phase_size(&rows, &columns, nil, 0) == .null_argument)
    #expect(moire_phase_size(&rows, &columns, &phases, 4) == .invalid_argument)
    phases.stride_width = 0
    #expect(moire_phase_size(&rows, &columns, &phases, 0) == .invalid_argument)
    phases.stride_width = .max
    phases.stride_height = 3
    #expect(moire_phase_size(&rows, &columns, &phases, 0) == .size_overflow)
    phases = Self.phases[0]
    values.withUnsafeMutableBufferPointer { values in
      var planes = moire_planes(
        data: values.baseAddress, count: 1, plane_stride: 48, row_stride: 8, column_stride: 1)
      var output = moire_output(
        data: values.baseAddress, plane_stride: 12, row_stride: 4, column_stride: 1)
      #expect(moire_phase_take(&output, &planes, &phases, 0) == .invalid_argument)
      #expect(moire_phase_upsample(nil, &planes, &phases, 0) == .null_argument)
      #expect(moire_phase_put(&output, nil, &phases, 0) == .null_argument)
      #expect(moire_phase_measures(nil, &planes, &phases) == .null_argument)
      #expect(moire_phase_measures(&measures, &planes, nil) == .null_argument)
      values[5] = .infinity
      #expect(moire_phase_measures(&measures, &planes, &phases) == .not_finite)
      planes.data = nil
      #expect(moire_phase_measures(&measures, &planes, &phases) == .null_argument)
    }
    let huge = [1e200, 1, 1, 1]
    huge.withUnsafeBufferPointer { values in
      var planes = moire_planes_double(
        data: values.baseAddress, count: 1, plane_stride: 4, row_stride: 2, column_stride: 1)
      var two = moire_phases(height: 2, width: 2, stride_height: 1, stride_width: 1, wrapped: 0)
      #expect(moire_phase_measures_double(&measures, &planes, &two) == .not_finite)
    }
    #expect(moire_phase_choose(&chosen, measures, 0, .l2) == .invalid_argument)
    #expect(moire_phase_choose(nil, measures, 1, .l2) == .null_argument)
    #expect(moire_phase_choose(&chosen, nil, 1, .l2) == .null_argument)
    #expect(
      moire_phase_choose(&chosen, measures, 1, moire_phase_criterion(rawValue: 6)!)
        == .invalid_argument)
  }

  @Test("BlurPool's refusals")
  func blur() {
    var axis = moire_blur_axis()
    var filter: OpaquePointer?
    var options = moire_blur_options(
      convention: .zhang, padding: .reflect, filter_height: 3, filter_width: 3, stride_height: 2,
      stride_width: 2, height: 8, width: 8)
    #expect(moire_blur_geometry(nil, .zhang, .reflect, 3, 2, 8) == .null_argument)
    #expect(moire_blur_geometry(&axis, .zhang, .reflect, 3, 2, 0) == .invalid_argument)
    #expect(moire_blur_geometry(&axis, .zhang, .reflect, .max, 2, 8) == .size_overflow)
    #expect(
      moire_blur_geometry(&axis, moire_blur_convention(rawValue: 5)!, .reflect, 3, 2, 8)
        == .invalid_argument)
    #expect(moire_blur_create(nil, nil, nil, &options) == .null_argument)
    #expect(moire_blur_create(&filter, nil, nil, nil) == .null_argument)
    options.convention = .composer
    options.filter_width = 4
    #expect(moire_blur_create(&filter, &axis, nil, &options) == .invalid_argument)
    #expect(filter == nil && axis.taps == 0)
    options.convention = .auto
    var columns = moire_blur_axis()
    #expect(moire_blur_create(&filter, &axis, &columns, &options) == .ok)
    #expect(axis.taps == 2 && columns.taps == 4 && axis.phase == 0.5 && columns.phase == 0.5)
    moire_fir_destroy(filter)
  }
}
