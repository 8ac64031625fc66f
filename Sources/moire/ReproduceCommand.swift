import ArgumentParser
import Foundation
import MoireKit

/// `moire reproduce`: studies of the literature on data at hand.
struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract:
      "Repeat a study of the literature: train its networks, measure them, write the table.",
    subcommands: [ReproduceZhangCommand.self, ReproduceAzulayWeissCommand.self])
}

/// `moire reproduce zhang`.
struct ReproduceZhangCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "zhang",
    abstract: "Filters before subsampling: accuracy, consistency, aliasing (Zhang 2019).",
    discussion: """
      Example: moire reproduce zhang --data fashion-mnist --out zhang

      A network of max-pools and one of strided convolutions, each with several filters, trained with
      and without random shifts, from several seeds. OUT keeps each finished network in OUT/cells: a
      run that is stopped goes on from there when the same command is given again.
      """)

  @OptionGroup var options: StudyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let study = Study.zhang(seeds: options.seedCount, isQuick: options.quick)
    try options.run(study, common)
  }
}

/// `moire reproduce azulay-weiss`.
struct ReproduceAzulayWeissCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "azulay-weiss",
    abstract:
      "One pixel's move against depth, stride, object size, training (Azulay and Weiss 2019).",
    discussion: """
      Example: moire reproduce azulay-weiss --data fashion-mnist --out azulay-weiss

      Small objects on a black canvas: networks of several depths and total strides, with a mean over
      the last map or with weights for every position, with and without a filter before subsampling,
      trained with objects in the middle or shifted. OUT keeps each finished network in OUT/cells: a
      run that is stopped goes on from there when the same command is given again.
      """)

  @OptionGroup var options: StudyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let study = Study.azulayWeiss(seeds: options.seedCount, isQuick: options.quick)
    try options.run(study, common)
  }
}
