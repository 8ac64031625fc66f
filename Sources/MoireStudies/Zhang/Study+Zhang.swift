import MoireTensors

extension Study {
  /// Zhang (2019), "Making Convolutional Networks Shift-Invariant Again", on small images: filters
  /// before subsampling in a network of max-pools and in one of strided convolutions, trained with and
  /// without random shifts; then in a U-Net that gives images back from their silhouettes.
  ///
  /// - Parameter isQuick: one seed's worth of the methods that show the effect best.
  public static func zhang(seeds: Int, isQuick: Bool = false) -> Study {
    let pooled: [StudyMethod] =
      isQuick
      ? [.baseline, .tri3, .bin5, .aps]
      : [.baseline, .rect2, .tri3, .bin4, .bin5, .bin7, .ideal, .aps, .lps, .aliasFree]
    let strided: [StudyMethod] =
      isQuick ? [.baseline, .bin5] : [.baseline, .tri3, .bin5, .ideal, .aps]
    let cells = grid(
      [("vgg-small", pooled), ("strided-small", strided)],
      augmentations: [[], ["crop:\(ShiftMeasure.reach)"]], seeds: 0..<UInt64(max(seeds, 1)))
    let generators: [StudyMethod] =
      isQuick ? [.baseline, .bin5] : [.baseline, .rect2, .tri3, .bin4, .bin5]
    let images = grid(
      [(SilhouetteNetwork.name, generators)], augmentations: [[]],
      seeds: 0..<UInt64(max(seeds, 1)))
    return Study(
      name: "zhang",
      title: "Zhang 2019, Making Convolutional Networks Shift-Invariant Again, in small",
      cells: cells + images,
      measures: [.shift, .alias, .features, .filters, .corruption])
  }
}
