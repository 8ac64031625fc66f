import MoireSpectral
import MoireTensors

extension MapGrid {
  /// One axis of a filter: output i is Σ_t taps[t] x[i · stride − lead + t].
  struct Kernel {
    var taps: [Double]
    var stride, lead: Int
    var padding: BorderMode

    /// Where output 0 is centred.
    var centre: Double { Double(taps.count - 1) / 2 - Double(lead) }
  }

  /// The grid behind a filter that subsamples.
  func filtered(_ rows: Kernel, _ columns: Kernel, to size: HW) -> MapGrid {
    let (height, width) = (self.size.height, self.size.width)
    let across = (0..<height).flatMap { row in
      (0..<size.width).map { i in
        columns.value(i, width) { Double(self.gain[row * width + $0]) }
      }
    }
    let gain = (0..<size.height).flatMap { i in
      (0..<size.width).map { column in
        Float(rows.value(i, height) { across[$0 * size.width + column] })
      }
    }
    return MapGrid(
      size: size, step: [step[0] * Double(rows.stride), step[1] * Double(columns.stride)],
      origin: moved(origin, step, by: [rows.centre, columns.centre]), gain: gain,
      disagreement: disagreement)
  }

  /// The grid of the same period with other numbers of samples.
  func cropped(to size: HW) -> MapGrid {
    nearest(
      to: size,
      step: [
        step[0] * Double(self.size.height) / Double(size.height),
        step[1] * Double(self.size.width) / Double(size.width),
      ], origin: origin)
  }

  /// Every s-th sample, as if from the first on.
  func taken(every stride: HW, to size: HW) -> MapGrid {
    nearest(
      to: size, step: [step[0] * Double(stride.height), step[1] * Double(stride.width)],
      origin: origin)
  }
}

extension MapGrid.Kernel {
  init(_ axis: FilterAxis) {
    self.init(taps: axis.taps, stride: axis.stride, lead: axis.lead, padding: axis.padding)
  }

  fileprivate func value(_ index: Int, _ size: Int, _ gain: (Int) -> Double) -> Double {
    taps.indices.reduce(0) { sum, tap in
      let source = padding.source(index * stride - lead + tap, size: size)
      return sum + (source.map { taps[tap] * gain($0) } ?? 0)
    }
  }
}

extension BlurGeometry.Axis {
  /// The binomial taps in their place.
  var kernel: MapGrid.Kernel {
    var row = [1.0]
    for _ in 1..<max(taps, 1) { row = zip([0] + row, row + [0]).map { ($0 + $1) / 2 } }
    return MapGrid.Kernel(taps: row, stride: stride, lead: lead, padding: padding)
  }
}
