internal import CMoire
import Dispatch
import MoireTensors

extension MapReader {
  /// One reading split into pieces: each piece has its own power and its share of the planes'
  /// entries; each worker takes every `workers`-th piece with scratch of its own.
  struct Job {
    let reader: MapReader
    let base: UnsafePointer<Float>
    let layout: MapLayout
    let workers: Int
    let pieces: [Range<Int>]
    let bins: Int
    let scratchBytes: Int
    let scratch: UnsafeMutableRawPointer
    /// Nil when no power is asked for.
    let power: UnsafeMutablePointer<Double>?
    let energies: UnsafeMutablePointer<moire_energies>
    let registrations: UnsafeMutablePointer<moire_registration>?
    let outcomes: UnsafeMutablePointer<Outcome>

    struct Outcome {
      var status: moire_status
      var plane: Int
    }

    init(
      reader: MapReader, base: UnsafePointer<Float>, layout: MapLayout, pooling: Bool,
      registering: Bool, workers: Int, workspace: Workspace
    ) throws(SpectralError) {
      self.reader = reader
      self.base = base
      self.layout = layout
      pieces = Job.split(layout, area: reader.size.area)
      self.workers = min(workers, pieces.count)
      bins = reader.gridSize.height * (reader.gridSize.width / 2 + 1)
      let line = 64
      func rounded(_ bytes: Int) -> Int { (bytes + line - 1) / line * line }
      scratchBytes = rounded(moire_reader_workspace_size(reader.handle, registering ? 1 : 0))
      let powerBytes = pooling ? rounded(pieces.count * bins * MemoryLayout<Double>.stride) : 0
      let energyBytes = rounded(layout.channels * MemoryLayout<moire_energies>.stride)
      let registrationBytes = rounded(layout.channels * MemoryLayout<moire_registration>.stride)
      let outcomeBytes = pieces.count * MemoryLayout<Outcome>.stride
      scratch = try workspace.reserve(
        self.workers * scratchBytes + powerBytes + energyBytes + registrationBytes + outcomeBytes)
      var next = scratch + self.workers * scratchBytes
      power = pooling ? next.bindMemory(to: Double.self, capacity: pieces.count * bins) : nil
      next += powerBytes
      energies = next.bindMemory(to: moire_energies.self, capacity: layout.channels)
      next += energyBytes
      registrations =
        registering
        ? next.bindMemory(to: moire_registration.self, capacity: layout.channels) : nil
      next += registrationBytes
      outcomes = next.bindMemory(to: Outcome.self, capacity: pieces.count)
    }

    /// Pieces of whole blocks with about 32,768 samples each: enough to outweigh a hand-over, small
    /// enough to share out; the same whatever the number of workers.
    private static func split(_ layout: MapLayout, area: Int) -> [Range<Int>] {
      let unit = layout.blockSize < layout.channels ? layout.blockSize : 16
      let (samples, overflow) = unit.multipliedReportingOverflow(by: area)
      let step = overflow ? unit : unit * max(1, 32768 / max(1, samples))
      return Swift.stride(from: 0, to: layout.channels, by: step).map {
        $0..<min($0 + step, layout.channels)
      }
    }

    func run() {
      if workers == 1 {
        work(0)
      } else {
        // Workers share no piece, so their pointers never meet.
        nonisolated(unsafe) let job = self
        DispatchQueue.concurrentPerform(iterations: workers) { job.work($0) }
      }
    }

    private func work(_ worker: Int) {
      for piece in Swift.stride(from: worker, to: pieces.count, by: workers) {
        (outcomes + piece).initialize(to: read(piece, scratch: scratch + worker * scratchBytes))
      }
    }

    /// Reads one piece, block by block.
    private func read(_ piece: Int, scratch: UnsafeMutableRawPointer) -> Outcome {
      let sum = power.map { $0 + piece * bins }
      sum?.initialize(repeating: 0, count: bins)
      var plane = pieces[piece].lowerBound
      while plane < pieces[piece].upperBound {
        let (block, within) = plane.quotientAndRemainder(dividingBy: layout.blockSize)
        let count = min(layout.blockSize - within, pieces[piece].upperBound - plane)
        var planes = moire_planes(
          data: base + block * layout.blockStride + within * layout.planeStride, count: count,
          plane_stride: layout.planeStride, row_stride: layout.rowStride,
          column_stride: layout.columnStride)
        var reading = moire_reading(
          power: sum, plane_power: nil, energies: energies + plane,
          registrations: registrations.map { $0 + plane },
          not_finite_plane: 0)
        let status = moire_reader_read(reader.handle, &planes, &reading, scratch, scratchBytes)
        guard status == .ok else {
          return Outcome(status: status, plane: plane + reading.not_finite_plane)
        }
        plane += count
      }
      return Outcome(status: .ok, plane: 0)
    }

    /// The pieces' results in their order, or the first error.
    func merged() throws(SpectralError) -> MapReading {
      for piece in pieces.indices where outcomes[piece].status != .ok {
        let outcome = outcomes[piece]
        throw outcome.status == .not_finite
          ? .notFinite(plane: outcome.plane) : .status(outcome.status)
      }
      var total = try PowerSpectrum(size: reader.gridSize, stride: reader.stride)
      if let power {
        total.values.withUnsafeMutableBufferPointer { values in
          for piece in pieces.indices {
            let part = power + piece * bins
            for bin in 0..<bins { values[bin] += part[bin] }
          }
        }
      }
      let planes = 0..<layout.channels
      return MapReading(
        power: total, energies: planes.map { PlaneEnergies(energies[$0]) },
        registrations: registrations.map { all in planes.map { Registration(all[$0]) } } ?? [])
    }
  }
}
