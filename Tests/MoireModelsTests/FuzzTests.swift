import Foundation
import MoireLayers
import MoireSpectral
import MoireTensors
import SwiftProtobuf
import TestSupport
import Testing

@testable import MoireModels

/// Mutated files by the hundred, and with `MOIRE_FULL` set by the ten thousand: each one is imported or
/// refused with a typed error, within a bound of time. Memory is watched where nothing runs beside it, by
/// the fuzz target of the importer.
@Suite struct FuzzTests {
  /// Small models with all that the importer takes apart.
  private static func samples() throws -> [[UInt8]] {
    let names: Set<String> = [
      "residual", "blur-zhang-4", "separable", "adaptive-mean", "adaptive-max", "ideal",
      "spectral", "filtered-polynomial", "filters-group", "phase-l2", "phase-max", "resize-4",
      "layer-norm-all", "transposed", "mean-ceil", "shuffle", "pad-folded",
    ]
    var files = try LayerCases.all.filter { names.contains($0.name) }.map { try $0.onnx() }
    #expect(files.count == names.count)
    files.append(try RobustnessTests().sample())
    return files
  }

  /// A process that runs out of memory or time here has been killed by one file: `MOIRE_FUZZ_LAST` names
  /// a file that holds the last one.
  @Test func mutatedFiles() throws {
    let samples = try Self.samples()
    let keep = ProcessInfo.processInfo.environment["MOIRE_FUZZ_LAST"]
    let count = Fixtures.isFullTier ? 20000 : 600
    var (imported, slowest) = (0, 0.0)
    for seed in 0..<count {
      var mutator = ModelMutator(seed: UInt64(seed))
      let file = mutator.mutated(samples[seed % samples.count])
      if let keep { try Data(file).write(to: URL(fileURLWithPath: keep)) }
      let start = Self.threadSeconds()
      do {
        _ = try Self.load(file)
        imported += 1
      } catch {
        #expect(error is any InputError, "seed \(seed): \(error)")
        #expect(!"\(error)".isEmpty)
      }
      let seconds = Self.threadSeconds() - start
      slowest = max(slowest, seconds)
      // A build for debugging takes milliseconds for the files themselves; a large one is copied often.
      #expect(seconds < 2 + Double(file.count) * 4e-6, "seed \(seed): \(seconds) s")
    }
    print("\(imported) of \(count) imported, slowest \(slowest) s")
    #expect(imported > count / 20 && imported < count)
  }

  /// Chains of thousands of nodes: no time that grows with the square of their number, no recursion.
  @Test(arguments: ["Relu", "Identity", "Reshape", "Flatten", "Pad", "Concat", "Transpose"])
  func longChains(_ operation: String) throws {
    let count = 3000
    var builder = ModelBuilder(input: [nil, 2, 6, 8])
    builder.integers("wide", [0, 12, 8])
    builder.integers("tall", [0, 8, 12])
    builder.integers("pads", [0, 0, 0, 0, 0, 0, 0, 1])
    for index in 0..<count {
      let (input, output) = (
        index == 0 ? "x" : "v\(index)", index == count - 1 ? "y" : "v\(index + 1)"
      )
      switch operation {
      case "Reshape":
        builder.node("Reshape", [input, index % 2 == 0 ? "wide" : "tall"], [output], name: "n")
      case "Flatten":
        builder.node(
          index % 2 == 0 ? "Flatten" : "Reshape", index % 2 == 0 ? [input] : [input, "wide"],
          [output], name: "n")
      case "Pad": builder.node("Pad", [input, "pads"], [output], name: "n")
      case "Concat": builder.node("Concat", [input], [output], name: "n")
      case "Transpose":
        builder.node(
          "Transpose", [input], [output], name: "n",
          ["perm": .ints(index % 2 == 0 ? [0, 2, 3, 1] : [0, 3, 1, 2])])
      default: builder.node(operation, [input], [output], name: "n")
      }
    }
    let file = try builder.bytes()
    let start = Self.threadSeconds()
    _ = try Self.load(file)
    // A few tenths of a millisecond a node in a build for debugging.
    #expect(Self.threadSeconds() - start < 10)
  }

  private static func load(_ file: [UInt8]) throws -> Int {
    let model = try ONNXModel(bytes: file, name: "mutated")
    let size: HW? = model.inputs.first?.shape?.dropFirst().contains(nil) == true ? 16 : nil
    let network = try model.network(outputName: model.outputs.first?.name, size: size)
    return try network.valueShapes().count + network.samplingSites().count
  }

  /// Processor time of this thread: what else runs on the machine does not count.
  private static func threadSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
