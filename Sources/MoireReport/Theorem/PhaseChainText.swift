import Foundation
import MoireAnalysis
import MoireTensors

/// The phase chain as tables for a terminal.
struct PhaseChainText {
  private let chain: ChainReading?

  init(_ document: TheoremDocument) {
    chain = document.phaseChain
  }

  /// What folds at each level beside its share of the variance.
  func levels(_ width: Int, _ style: TextStyle) -> [String] {
    guard let chain else { return [] }
    var table = TextTable(
      columns: [
        .init(title: "level"),
        .init(title: "sites", isNumeric: false, isFlexible: true, comfortable: 16),
        .init(title: "stride"), .init(title: "alias energy"), .init(title: "of energy"),
        .init(title: "variance"), .init(title: "share"), .init(title: "main effect"),
        .init(title: "phase 0"),
      ])
    table.rows = chain.levels.enumerated().map { index, level in
      [
        "\(index + 1)", DisplayText.clean(level.sites.joined(separator: " ")),
        Figures.stride(level.cumulativeStride), Figures.number(level.aliasEnergy),
        Figures.percent(level.aliasFraction), Figures.number(level.share),
        Figures.percent(level.shareFraction), Figures.number(level.mainEffect),
        Figures.number(level.phaseZeroEffect),
      ]
    }
    let sum = { (value: KeyPath<ChainReading.Level, Double>) in
      Figures.number(chain.levels.reduce(0) { $0 + $1[keyPath: value] })
    }
    table.rows.append(
      [
        "", "all", "", "", "", sum(\.share), "100 %", sum(\.mainEffect), sum(\.phaseZeroEffect),
      ])
    let key =
      "Logit variance over all \(Figures.count(chain.phases.area)) phases, by level: the main effect"
      + " and what the level adds together with earlier ones; \(Figures.percent(chain.normalizedTotal))"
      + " of the unshifted logits' spread in all, interactions"
      + " \(Figures.percent(chain.total > 0 ? chain.interactions / chain.total : nil)) of it. Stride:"
      + " cumulative. Phase 0: the level's phases with all others at 0. Alias energy: mean square of"
      + " what folds, over channels. Cost: \(Figures.percent(chain.relativeCost)) of running every phase."
    return [style.bold("Phase chain: what folds, and what it does to the answer")]
      + table.render(width: width, style: style)
      + DisplayText.wrapped(key, to: width).map(style.dim)
  }
}
