import Foundation
import MoireAnalysis
import MoireTensors

/// The phase chain from a part of the phases, as tables for a terminal.
struct EstimateText {
  private let reading: EstimateReading?

  init(_ document: TheoremDocument) {
    reading = document.estimate
  }

  /// Each level's share, of the mean over images.
  func levels(_ width: Int, _ style: TextStyle) -> [String] {
    guard let reading else { return [] }
    let mean = reading.estimate.mean
    var table = TextTable(columns: [
      .init(title: "level"),
      .init(title: "sites", isNumeric: false, isFlexible: true, comfortable: 16),
      .init(title: "stride"), .init(title: "variance"), .init(title: "share"),
      .init(title: "95 % interval"),
    ])
    table.rows = reading.levels.enumerated().map { index, level in
      let share = mean.shareFractions[index]
      return [
        "\(index + 1)", DisplayText.clean(level.sites.joined(separator: " ")),
        Figures.stride(level.cumulative), Figures.number(mean.shares[index].value),
        Figures.percent(share.value), EstimateText.interval(share),
      ]
    }
    let nodes = reading.estimate.nodes.map(Figures.count).joined(separator: ", ")
    let key =
      "Logit variance by level from \(nodes) nodes of the levels, an image: "
      + "\(Figures.percent(reading.estimate.costFraction)) of the cost of all phases; seed "
      + "\(reading.estimate.seed). The interval is of these images' exact mean."
    return [style.bold("Phase chain, estimated")] + table.render(width: width, style: style)
      + DisplayText.wrapped(key, to: width).map(style.dim)
  }

  /// Each level's share, image by image.
  func images(_ width: Int, _ style: TextStyle) -> [String] {
    guard let reading, reading.images.count > 1 else { return [] }
    var table = TextTable(
      columns: [.init(title: "image", isNumeric: false, isFlexible: true, comfortable: 16)]
        + reading.levels.indices.map { .init(title: "level \($0 + 1)") })
    table.rows = zip(reading.images, reading.estimate.images).map { name, image in
      [DisplayText.clean(name)]
        + image.shareFractions.map { share in
          "\(Figures.brief(share.value)) "
            + "[\(Figures.brief(share.low ?? 0))–\(Figures.brief(share.high ?? 1))]"
        }
    }
    return [style.bold("Shares of each image, in percent [95 % interval]")]
      + table.render(width: width, style: style)
  }

  private static func interval(_ value: PhaseEstimate.Interval) -> String {
    "\(Figures.percent(value.low)) … \(Figures.percent(value.high))"
  }
}
