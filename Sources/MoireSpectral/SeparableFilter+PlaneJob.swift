internal import CMoire
import Dispatch
import MoireTensors

extension SeparableFilter {
  /// One direction of a filter over the planes of a tensor, shared out in ranges.
  struct PlaneJob {
    typealias Call = (
      OpaquePointer?, UnsafePointer<moire_planes>?, UnsafePointer<moire_output>?,
      UnsafeMutableRawPointer?, Int
    ) -> moire_status

    let filter: SeparableFilter
    let from: HW
    let to: HW
    let call: Call
    let threads: Int

    func run(_ maps: Tensor) throws(SpectralError) -> Tensor {
      guard maps.shape.count == 4, maps.shape[2] == from.height, maps.shape[3] == from.width else {
        throw .mapMismatch(expected: from, shape: maps.shape)
      }
      let planes = maps.shape[0] * maps.shape[1]
      let (count, overflow) = planes.multipliedReportingOverflow(by: to.area)
      guard !overflow else { throw .outOfMemory(bytes: .max) }
      var status = moire_status.ok
      let values = [Float](unsafeUninitializedCapacity: count) { output, initialized in
        status = fill(output, from: maps.values, planes: planes)
        // Whatever failed, the array must not hold undefined values.
        if status != .ok { output.initialize(repeating: 0) }
        initialized = count
      }
      guard status == .ok else {
        throw status == .no_memory
          ? .outOfMemory(bytes: moire_fir_workspace_size(filter.handle)) : .status(status)
      }
      // The shape's product is the count.
      return try! Tensor(
        shape: [maps.shape[0], maps.shape[1], to.height, to.width], values: values)
    }

    /// Groups of sixteen planes at least: what the core filters side by side.
    private func fill(
      _ output: UnsafeMutableBufferPointer<Float>, from input: [Float], planes: Int
    ) -> moire_status {
      guard planes > 0 else { return .ok }
      let groups = (planes + 15) / 16
      let workers = min(max(threads, 1), groups)
      let step = (groups + workers - 1) / workers * 16
      var statuses = [moire_status](repeating: .ok, count: workers)
      input.withUnsafeBufferPointer { input in
        statuses.withUnsafeMutableBufferPointer { statuses in
          // Workers share no planes, so their pointers never meet.
          nonisolated(unsafe) let job = (self, input, output, statuses)
          DispatchQueue.concurrentPerform(iterations: workers) { worker in
            let range = min(worker * step, planes)..<min((worker + 1) * step, planes)
            job.3[worker] = job.0.fill(job.2, from: job.1, range: range)
          }
        }
      }
      return statuses.first { $0 != .ok } ?? .ok
    }

    private func fill(
      _ output: UnsafeMutableBufferPointer<Float>, from input: UnsafeBufferPointer<Float>,
      range: Range<Int>
    ) -> moire_status {
      guard !range.isEmpty, let source = input.baseAddress, let target = output.baseAddress else {
        return .ok
      }
      let bytes = moire_fir_workspace_size(filter.handle)
      guard let workspace = moire_alloc(bytes) else { return .no_memory }
      defer { moire_free(workspace) }
      var planes = moire_planes(
        data: source + range.lowerBound * from.area, count: range.count, plane_stride: from.area,
        row_stride: from.width, column_stride: 1)
      var result = moire_output(
        data: target + range.lowerBound * to.area, plane_stride: to.area, row_stride: to.width,
        column_stride: 1)
      return call(filter.handle, &planes, &result, workspace, bytes)
    }
  }
}
