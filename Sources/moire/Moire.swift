import ArgumentParser
import Foundation
import MoireKit
import MoireLayers

/// The command line of Moire.
@main
struct Moire: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "moire",
    abstract: "Finds and explains aliasing in convolutional networks.",
    discussion: """
      Example: moire audit model.onnx photos/ --out report

      Exit codes: 0 done, 1 failed, 2 wrong usage, 3 bad input, 4 a --fail-if condition holds.
      """,
    version: MoireVersion.current,
    subcommands: [
      AuditCommand.self, TheoremCommand.self, ShiftCommand.self, MergeCommand.self,
      CompareCommand.self, EquivarianceCommand.self, BiasCommand.self,
      RunCommand.self, InspectCommand.self, AntialiasCommand.self, ResponseCommand.self,
      SpectrumCommand.self, FilterCommand.self, TrainCommand.self, FinetuneCommand.self,
      TrainEvaluateCommand.self, CompositesCommand.self, ReproduceCommand.self,
    ])

  static func main() {
    OpenMPWaiting.settle()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      exit(error)
    }
  }

  /// Ends the program with one sentence and the exit code that belongs to the error.
  private static func exit(_ error: any Error) -> Never {
    switch error {
    case let condition as FailCondition.Holds:
      Terminal.say(condition.description)
      Foundation.exit(4)
    case let bad as any InputError:
      Terminal.say("error: \(bad.description)")
      Foundation.exit(3)
    default:
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code == .success {
        print(message)
        Foundation.exit(0)
      }
      Terminal.say(message)
      Foundation.exit(code == .validationFailure ? 2 : 1)
    }
  }
}

/// Text for people, on stderr.
enum Terminal {
  static func say(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }

  static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
  static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}
