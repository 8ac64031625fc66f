import MoireTensors

extension Study {
  /// Azulay and Weiss (2019), "Why do deep convolutional networks generalize so poorly to small image
  /// transformations?", on small objects that stand on a black canvas: one pixel's move against depth
  /// and total stride, against the object's size, against the range of shifts in training, and by how
  /// near an image is to the training set; with and without a filter before subsampling.
  public static func azulayWeiss(seeds: Int, isQuick: Bool = false) -> Study {
    let scene = StudyScene(canvas: 32, object: 20)
    let depths = isQuick ? [6] : [3, 6, 9]
    let strides = [1, 4, 16]
    let ranges = isQuick ? [0, 4] : [0, 2, 4, 6]
    var rows: [StudyCell] = []
    func add(_ network: String, _ method: StudyMethod, range: Int = 0) {
      let cell = StudyCell(
        network: network, method: method, augmentations: range > 0 ? ["crop:\(range)"] : [],
        scene: scene, seed: 0)
      if !rows.contains(cell) { rows.append(cell) }
    }
    for depth in depths {
      for stride in strides { add("plain-\(depth)-\(stride)", .baseline) }
    }
    for stride in strides.dropFirst() { add("plain-6-\(stride)", .bin5) }
    for network in isQuick ? ["plain-6-4-flat"] : ["plain-6-4", "plain-6-4-flat"] {
      for method in [StudyMethod.baseline, .bin5] {
        for range in ranges { add(network, method, range: range) }
      }
    }
    let cells = (0..<UInt64(max(seeds, 1))).flatMap { seed in
      rows.map { row in
        var cell = row
        cell.seed = seed
        return cell
      }
    }
    return Study(
      name: "azulay-weiss",
      title: "Azulay and Weiss 2019, sensitivity to small shifts, in small", cells: cells,
      measures: [.sizes, .offsets, .typicality], trainingImages: 12_000)
  }
}
