/// Azulay and Weiss: invariance for images like those of the training.
extension ShiftCatalog {
  static let typicalityName = "aw-typicality"
  /// The images are put into so many groups.
  static let typicalityGroups = 4

  static let typicality = Entry(
    name: typicalityName, source: "Azulay & Weiss 2019, derived",
    summary: "aw-crop against the distance from the nearest training images", isForClasses: true
  ) { context in
    guard let reference = context.reference else {
      throw ShiftError.cannot("it compares with training images: name their folder with --training")
    }
    let windows = try photoCrop(typicalityName, context)
    var rules = windows.rules
    rules.source = "Azulay & Weiss 2019, derived"
    rules.pairs +=
      "; images in \(typicalityGroups) equal groups by d(x), the mean L2 distance of what layer "
      + "\(reference.path) reads (of a map the channels' means) from the "
      + "\(TypicalityReference.neighbours) nearest of \(reference.count) training images, "
      + (reference.skipped > 0 ? "\(reference.skipped) more could not be read, " : "")
      + "contents \(reference.fingerprint)"
    rules.series = ShiftTrial.Series(name: "distance", values: [])
    rules.groups = typicalityGroups
    return ShiftTrial(rules: rules, task: .typicality(reference), views: windows.views)
  }
}
