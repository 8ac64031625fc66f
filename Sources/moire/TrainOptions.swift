import ArgumentParser
import Foundation
import MoireKit

/// How a network is trained, as the command line says it.
struct TrainPlanOptions: ParsableArguments {
  @Option(help: "How many times to go over the data.")
  var epochs = 3

  @Option(help: "Images to a step.")
  var batch = 128

  @Option(help: "The highest rate; default: 0.1 for sgd, 0.002 for adamw.")
  var rate: Float?

  @Option(help: "sgd (Nesterov's momentum 0.9), sgd-plain (momentum 0.9) or adamw.")
  var optimizer = "sgd"

  @Option(help: "one-cycle, cosine, step (a tenth after each third) or constant.")
  var schedule = "one-cycle"

  @Option(help: ArgumentHelp("The share of all steps in which the rate grows.", valueName: "share"))
  var warmUp = 0.0

  @Option(help: "Decay of weights; biases and normalisations have none. Default: 5e-4, adamw 0.01.")
  var decay: Float?

  @Option(help: ArgumentHelp("Label smoothing, 0 to below 1.", valueName: "share"))
  var smoothing: Float = 0

  @Option(help: ArgumentHelp("Keep an average of the weights with this decay.", valueName: "decay"))
  var average: Float?

  @Option(
    help: ArgumentHelp(
      "Random changes of the images, a list of \(Augmentation.grammar).", valueName: "list"))
  var augment: String?

  /// - Throws: `ValidationError` for a name that is not known, ``TrainingError``.
  func plan(seed: UInt64, threads: Int) throws -> TrainingPlan {
    var plan = TrainingPlan()
    (plan.epochs, plan.batch, plan.seed, plan.threads) = (epochs, batch, seed, threads)
    (plan.warmUp, plan.smoothing, plan.average) = (warmUp, smoothing, average)
    switch optimizer {
    case "sgd": plan.optimizer = .sgd()
    case "sgd-plain": plan.optimizer = .sgd(nesterov: false)
    case "adamw": plan.optimizer = .adamW()
    default: throw ValidationError("--optimizer \(optimizer): need sgd, sgd-plain or adamw")
    }
    let isAdam = optimizer == "adamw"
    plan.rate = rate ?? (isAdam ? 0.002 : 0.1)
    plan.decay = decay ?? (isAdam ? 0.01 : 5e-4)
    switch schedule {
    case "one-cycle": plan.schedule = .oneCycle()
    case "cosine": plan.schedule = .cosine
    case "step": plan.schedule = .step(parts: 3, factor: 0.1)
    case "constant": plan.schedule = .constant
    default:
      throw ValidationError("--schedule \(schedule): need one-cycle, cosine, step or constant")
    }
    do {
      plan.augmentations = try (augment ?? "").split(separator: ",").map {
        try Augmentation(parsing: String($0))
      }
    } catch let error as TrainingError {
      throw ValidationError("--augment \(augment ?? ""): \(error.description)")
    }
    return plan
  }
}

extension Downsampling {
  /// What ``init(parsing:)`` reads.
  static let grammar =
    "strided, rect-2, tri-3, bin-N (N from 2 to 15), ideal, ideal:hann, asap, aps, lps, adaptive"

  /// - Throws: `ValidationError`.
  init(parsing text: String) throws {
    switch text {
    case "strided": self = .strided
    case "rect-2": self = .blur(filterSize: 2)
    case "tri-3": self = .blur(filterSize: 3)
    case "ideal": self = .ideal
    case "ideal:hann": self = .taperedIdeal(.hann)
    case "asap": self = .taperedIdeal(.rootHamming)
    case "aps": self = .adaptivePolyphase()
    case "lps": self = .learnedPolyphase()
    case "adaptive": self = .contentAdaptive()
    default:
      guard text.hasPrefix("bin-"), let taps = Int(text.dropFirst(4)), (2...15).contains(taps)
      else {
        throw ValidationError("--downsampling \(text): need one of \(Downsampling.grammar)")
      }
      self = .blur(filterSize: taps)
    }
  }
}
