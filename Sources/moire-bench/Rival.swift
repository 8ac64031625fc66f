/// Another way of doing what a comparison is about.
struct Rival {
  /// What it is called in the summary; the rows say what ran.
  let label: String
  let contestant: Contestant
  /// What the ratio of Moire's time to its own is to stay below.
  let target: Double?
}
