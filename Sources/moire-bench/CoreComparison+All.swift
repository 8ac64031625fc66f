import CMoire
import Foundation
import MoireKit

extension CoreComparison {
  /// Every comparison for one map and number of threads.
  static func all(map: CoreMap, threads: Int, peer: Peer) throws -> [CoreComparison] {
    func other(_ name: String) -> Contestant {
      Contestant(peer, name, map: map, threads: threads)
    }
    func comparison(
      _ name: String, _ moire: Contestant, _ beside: [(contestant: Contestant, target: Double)]
    ) -> CoreComparison {
      CoreComparison(
        name: name, map: map.name, threads: threads, moire: moire, beside: beside)
    }
    var rows: [CoreComparison] = []
    for planning in [moire_planning.estimate, .measure] {
      let reading = try CoreReading(map: map, threads: threads, planning: planning)
      let bare = try BareTransform(map: map, threads: threads, planning: planning)
      let measured = planning == .measure
      let power = measured ? [other("power"), other("measured-power")] : [other("power")]
      rows.append(
        comparison(
          measured ? "full reading, measured plans" : "full reading",
          Contestant("Moire") { reading.run() },
          power.map { ($0, 1) }
            + [(Contestant(measured ? "FFTW r2c alone, measured" : "FFTW r2c alone") { bare.run() }, 1.25)]))
    }
    for taps in 3...5 {
      for blocked in [false, true] {
        let blur = try CoreBlur(map: map, threads: threads, taps: taps, blocked: blocked)
        rows.append(
          comparison(
            "BlurPool \(taps), \(blocked ? "blocks of 16" : "NCHW")",
            Contestant("Moire") { blur.run() },
            [
              (other("blur-\(taps)\(blocked ? "-last" : "")"), 0.25),
              (Contestant("memcpy of input and output") { blur.copy() }, 2),
            ]))
      }
    }
    for kind in CoreResampling.Kind.allCases {
      let resampling = try CoreResampling(map: map, threads: threads, kind: kind)
      rows.append(
        comparison(
          kind.title, Contestant("Moire") { resampling.run() }, [(other(kind.rawValue), 1.0 / 3)]))
    }
    return rows
  }

  /// A refusal of the core as an error of the benchmark.
  static func check(_ status: moire_status) throws {
    guard status == .ok else {
      throw Peer.Failure(description: String(cString: moire_status_message(status)))
    }
  }
}
