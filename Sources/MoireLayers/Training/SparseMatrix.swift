import CLayers
import Foundation
import MoireSpectral
import MoireTensors

/// A linear map along one axis, by rows: what a pad, a mean, a filter or a resize does to it.
struct SparseMatrix {
  private(set) var starts: [Int32] = [0]
  private(set) var indices: [Int32] = []
  private(set) var weights: [Float] = []
  let columns: Int

  /// - Parameter rows: the entries of each row; those of one column add up.
  init(columns: Int, rows: [[(index: Int, weight: Double)]]) {
    self.columns = columns
    for row in rows {
      var sums: [Int: Double] = [:]
      for (index, weight) in row { sums[index, default: 0] += weight }
      for (index, weight) in sums.sorted(by: { $0.key < $1.key }) where weight != 0 {
        indices.append(Int32(index))
        weights.append(Float(weight))
      }
      starts.append(Int32(indices.count))
    }
  }

  var rows: Int { starts.count - 1 }

  var transposed: SparseMatrix {
    var result = [[(index: Int, weight: Double)]](repeating: [], count: columns)
    for row in 0..<rows {
      for entry in Int(starts[row])..<Int(starts[row + 1]) {
        result[Int(indices[entry])].append((row, Double(weights[entry])))
      }
    }
    return SparseMatrix(columns: rows, rows: result)
  }

  /// All entries, row by row.
  var entries: [Float] {
    var result = [Float](repeating: 0, count: rows * columns)
    for row in 0..<rows {
      for entry in Int(starts[row])..<Int(starts[row + 1]) {
        result[row * columns + Int(indices[entry])] = weights[entry]
      }
    }
    return result
  }

  /// Calls a function of C with the matrix.
  func withCMatrix<Result>(_ body: (cl_sparse) throws -> Result) rethrows -> Result {
    try starts.withUnsafeBufferPointer { starts in
      // An empty array has no address; the table is not read then.
      try (indices + [0]).withUnsafeBufferPointer { indices in
        try (weights + [0]).withUnsafeBufferPointer { weights in
          try body(
            cl_sparse(
              rows: Int64(rows), starts: starts.baseAddress!, indices: indices.baseAddress!,
              weights: weights.baseAddress!))
        }
      }
    }
  }
}

extension SparseMatrix {
  /// Row i reads the position `source(i)`, or nothing.
  static func moving(_ count: Int, to outputs: Int, _ source: (Int) -> Int?) -> SparseMatrix {
    SparseMatrix(
      columns: count, rows: (0..<outputs).map { row in source(row).map { [($0, 1)] } ?? [] })
  }

  static func padding(_ count: Int, before: Int, after: Int, _ mode: PaddingMode) -> SparseMatrix {
    moving(count, to: count + before + after) { mode.border.source($0 - before, size: count) }
  }

  /// The mean of each of the bins, of which each has a divisor of its own.
  static func means(_ count: Int, _ bins: [WindowBins.Bin]) -> SparseMatrix {
    SparseMatrix(
      columns: count,
      rows: bins.map { bin in
        bin.positions.map { ($0, 1 / Double(bin.divisor)) }
      })
  }

  static func taps(_ count: Int, _ axis: FilterAxis) -> SparseMatrix {
    let outputs = axis.output ?? count.divided(up: axis.stride)
    return SparseMatrix(
      columns: count,
      rows: (0..<outputs).map { output in
        axis.taps.enumerated().compactMap { tap, weight in
          axis.padding.source(output * axis.stride - axis.lead + tap, size: count)
            .map { ($0, weight) }
        }
      })
  }

  static func blur(_ axis: BlurGeometry.Axis) -> SparseMatrix {
    var taps = [pow(0.5, Double(axis.taps - 1))]
    for tap in 1..<max(axis.taps, 1) {
      taps.append(taps[tap - 1] * Double(axis.taps - tap) / Double(tap))
    }
    return .taps(
      axis.input,
      FilterAxis(
        taps: taps, stride: axis.stride, lead: axis.lead, output: axis.output,
        padding: axis.padding))
  }

  /// Ideal resampling of a period: `1/N Σ_k g(k) cos(2πk(m N/M − n)/N)`, g the gain of the taper.
  static func ideal(
    _ count: Int, to outputs: Int, _ edge: BandEdge, _ taper: IdealPooling.Taper = .none
  ) -> SparseMatrix {
    let band = min(count, outputs)
    var shared = 0.5
    if outputs < count { shared = edge == .keep ? 1 : edge == .halve ? 0.5 : 0 }
    return SparseMatrix(
      columns: count,
      rows: (0..<outputs).map { output in
        (0..<count).map { input in
          let position = Double(output) * Double(count) / Double(outputs) - Double(input)
          var sum = 1.0
          for k in stride(from: 1, through: band / 2, by: 1) {
            let gain = (2 * k == band ? shared : 1) * taper.gain(k, from: count, to: outputs)
            sum += 2 * gain * cos(2 * .pi * Double(k) * position / Double(count))
          }
          // The one frequency of a single sample is the edge itself.
          return (input, count == 1 ? 1 : sum / Double(count))
        }
      })
  }

  static func resizing(_ axis: Resize.Axis) -> SparseMatrix {
    let (indices, weights) = axis.taps()
    return SparseMatrix(
      columns: axis.inputSize,
      rows: (0..<axis.outputSize).map { row in
        (row * axis.tapCount..<(row + 1) * axis.tapCount).map {
          (Int(indices[$0]), Double(weights[$0]))
        }
      })
  }
}
