import CFFTW
import CMoire
import MoireKit

/// FFTW's real transform of every plane by itself, nothing else: what a reading adds is what it takes
/// beyond this.
final class BareTransform: @unchecked Sendable {
  private let plans: [OpaquePointer]
  private let spectrum: UnsafeMutablePointer<fftwf_complex>
  private let map: CoreMap

  init(map: CoreMap, threads: Int, planning: moire_planning) throws {
    self.map = map
    let bins = map.size * (map.size / 2 + 1)
    guard let memory = moire_alloc(map.channels * bins * MemoryLayout<fftwf_complex>.stride) else {
      throw Peer.Failure(description: "no memory for the spectra")
    }
    let spectrum = memory.bindMemory(to: fftwf_complex.self, capacity: map.channels * bins)
    self.spectrum = spectrum
    let flags: Int32 = planning == .measure ? 0 : 64  // FFTW_MEASURE, FFTW_ESTIMATE
    // Planning writes to its arrays; the map is kept aside.
    let samples = Array(UnsafeBufferPointer(start: map.planar, count: map.channels * map.area))
    plans = map.shares(threads).compactMap { share in
      var sizes = [Int32(map.size), Int32(map.size)]
      return fftwf_plan_many_dft_r2c(
        2, &sizes, Int32(share.count), map.planar + share.lowerBound * map.area, nil, 1,
        Int32(map.area), spectrum + share.lowerBound * bins, nil, 1, Int32(bins),
        UInt32(bitPattern: flags | 16))  // FFTW_PRESERVE_INPUT
    }
    map.planar.update(from: samples, count: samples.count)
    guard plans.count == threads else {
      throw Peer.Failure(description: "FFTW makes no plan for \(map.name)")
    }
  }

  deinit {
    plans.forEach { fftwf_destroy_plan($0) }
    moire_free(spectrum)
  }

  func run() {
    CoreMap.each(plans.count) { share in fftwf_execute(self.plans[share]) }
  }
}
