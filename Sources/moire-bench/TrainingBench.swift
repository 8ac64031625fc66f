import ArgumentParser
import Foundation
import MoireKit
import MoireLayers

/// Times steps of training beside torch, and anti-aliased networks beside their baselines.
struct TrainingBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract: "Time training at 32×32 beside torch, in turns; and what anti-aliasing adds.",
    discussion: """
      Example: swift run -c release moire-bench training --python venv/bin/python

      A step is the way forth, the loss, the way back and SGD with momentum on one batch. The Python needs
      torch; without --python only Moire is timed.
      """)

  @Option(help: "A Python with torch.")
  var python: String?

  @Option(help: "Threads of both.")
  var threads = 2

  @Option(help: "Images to a step.")
  var batch = 128

  @Option(help: "Rounds of the comparison; the first is left out.")
  var rounds = 9

  @Option(help: "Steps of each in a round.")
  var steps = 1

  @Option(help: "One network instead of all: \(Self.networks.joined(separator: ", ")).")
  var network: String?

  @Flag(help: "Print where the steps of each network and filter spend their time instead.")
  var profile = false

  static let networks = ["vgg-small", "strided-small", "cifar_resnet18"]
  static let methods: [(name: String, method: Downsampling)] = [
    ("strided", .strided), ("bin-3", .blur(filterSize: 3)), ("bin-5", .blur(filterSize: 5)),
    ("ideal", .ideal), ("aps", .adaptivePolyphase()),
  ]

  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("training_peer.py").path

  func validate() throws {
    guard threads > 0, rounds > 0, steps > 0, batch > 0 else {
      throw ValidationError("threads, rounds, steps and batch must be 1 or more")
    }
    if let network, !Self.networks.contains(network) {
      throw ValidationError(
        "--network \(network): need one of \(Self.networks.joined(separator: ", "))")
    }
  }

  func run() throws {
    OpenMPWaiting.settle()
    let names = network.map { [$0] } ?? Self.networks
    if profile { return try names.forEach(printProfiles) }
    let own = try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try python == nil ? [] : ownPeaks($0)) })
    var peaks: [String] = []
    print(
      "| network | torch, ms | strided, ms | images/s | torch/Moire | without Winograd | bin-3 | bin-5 "
        + "| ideal | aps |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    var version = "not timed"
    for name in names {
      let peer = try python.map {
        try Peer(python: $0, arguments: [Self.script, name, "\(batch)", "\(threads)"])
      }
      version = peer?.version ?? version
      try row(name, peer)
      if let theirs = try peer?.memory() {
        peaks.append(
          "\(name), MB: \(own[name, default: []].joined(separator: ", ")); torch, strided, \(theirs.peak / 1024), of "
            + "which Python and torch \(theirs.before / 1024)")
      }
      peer?.quit()
    }
    print(
      "\nMedians of \(rounds) rounds, also of the ratios, of \(steps) steps after one that does "
        + "not count, batch \(batch), \(threads) threads; torch \(version), oneDNN "
        + "\(CompiledNetwork.engineVersion). Without Winograd: torch/Moire of the strided network when "
        + "it makes every product. Anti-aliased: times the strided one.")
    if !peaks.isEmpty {
      print("\nMemory of a process that trains:\n\n\(peaks.joined(separator: "\n"))")
    }
  }

  /// The largest sizes of processes that train with each filter. A process begins with the size of the
  /// one that starts it, so that this comes before anything large is here.
  private func ownPeaks(_ name: String) throws -> [String] {
    try Self.methods.map { method in
      let kilobytes = try MemoryComparison.usage([
        CommandLine.arguments[0], "train-once", name, method.name, "--threads", "\(threads)",
        "--batch", "\(batch)",
      ])
      return "\(method.name) \(kilobytes / 1024)"
    }
  }

  private func printProfiles(_ name: String) throws {
    for (label, method) in Self.methods {
      print("\(name), \(label): processor milliseconds of a step")
      for line in try TrainingStep(name, method, batch, threads).profile() {
        print(String(format: "%9.2f  ", line.seconds * 1000) + line.label)
      }
    }
  }

  private func row(_ name: String, _ peer: Peer?) throws {
    var runs = try Self.methods.map { try TrainingStep(name, $0.method, batch, threads) }
    runs.append(try TrainingStep(name, .strided, batch, threads, usesWinograd: false))
    // Of each round: torch's median, and that of each of ours.
    var torch: [Double] = []
    var own = [[Double]](repeating: [], count: runs.count)
    for round in 0...rounds {
      // Each begins with a step that does not count: its maps and weights are in no cache.
      let times = try peer?.run(steps + 1).dropFirst()
      // Its threads go on spinning for a while.
      Thread.sleep(forTimeInterval: 0.3)
      let mine = try runs.map { run in
        try Comparison.time(steps + 1) { try run.step() }.dropFirst()
      }
      guard round > 0 else { continue }
      if let times { torch.append(Comparison.median(Array(times))) }
      for (index, times) in mine.enumerated() {
        own[index].append(Comparison.median(Array(times)))
      }
    }
    let milliseconds = Comparison.median(own[0])
    let filters = own[1..<Self.methods.count].map { ratio($0, own[0]) }.joined(separator: " | ")
    print(
      "| \(name) | \(torch.isEmpty ? "" : String(format: "%.2f", Comparison.median(torch))) "
        + String(format: "| %.2f | %d ", milliseconds, Int(Double(batch) / milliseconds * 1000))
        + "| \(ratio(torch, own[0])) | \(ratio(torch, own[Self.methods.count])) | \(filters) |")
  }

  /// The median over the rounds; a machine's clock may change from one to another.
  private func ratio(_ times: [Double], _ others: [Double]) -> String {
    guard !times.isEmpty else { return "" }
    return String(format: "%.2f", Comparison.median(zip(times, others).map { $0 / $1 }))
  }
}
