import CMoire
import Foundation
import MoireKit

extension CoreComparison {
  /// Every comparison for one map and number of threads.
  static func all(map: CoreMap, threads: Int, peer: Peer) throws -> [CoreComparison] {
    func other(_ name: String) -> Contestant {
      Contestant(peer, name, map: map, threads: threads)
    }
    func comparison(_ name: String, _ rivals: [Rival], _ body: @escaping () -> Void)
      -> CoreComparison
    {
      CoreComparison(
        name: name, map: map.name, threads: threads, moire: Contestant("Moire", body),
        rivals: rivals)
    }
    var rows: [CoreComparison] = []
    for planning in [moire_planning.estimate, .measure] {
      let reading = try CoreReading(map: map, threads: threads, planning: planning)
      let bare = try BareTransform(map: map, threads: threads, planning: planning)
      let measured = planning == .measure
      let title = measured ? "FFTW r2c alone, measured" : "FFTW r2c alone"
      var rivals = [
        Rival(
          label: "power in the faster of scipy and torch", contestant: other("power"),
          target: measured ? 1 / 2.2 : 1 / 1.3),
        Rival(label: title, contestant: Contestant(title) { bare.run() }, target: 1.25),
      ]
      if measured {
        rivals.insert(
          Rival(label: "power with pyFFTW", contestant: other("measured-power"), target: nil),
          at: 1)
      }
      rows.append(
        comparison(measured ? "full reading, measured plans" : "full reading", rivals) {
          reading.run()
        })
    }
    for taps in 3...5 {
      for blocked in [false, true] {
        let blur = try CoreBlur(map: map, threads: threads, taps: taps, blocked: blocked)
        let copy = Contestant("memcpy of input and output") { blur.copy() }
        var rivals = [
          Rival(label: "torch", contestant: other("blur-\(taps)"), target: 0.25),
          Rival(label: "memcpy of input and output", contestant: copy, target: 2),
        ]
        if blocked {
          rivals.insert(
            Rival(
              label: "torch, channels last", contestant: other("blur-\(taps)-last"), target: nil),
            at: 1)
        }
        rows.append(
          comparison("BlurPool \(taps), \(blocked ? "blocks of 16" : "NCHW")", rivals) {
            blur.run()
          })
      }
    }
    for kind in CoreResampling.Kind.allCases {
      let resampling = try CoreResampling(map: map, threads: threads, kind: kind)
      let rival = Rival(label: "scipy", contestant: other(kind.rawValue), target: 1.0 / 3)
      rows.append(comparison(kind.title, [rival]) { resampling.run() })
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
