public import MoireTensors

/// What a set of shifts does to the prediction for one image.
public struct ShiftCertificate: Codable, Sendable, Equatable {
  /// A shift with what is predicted there.
  public struct Shift: Codable, Sendable, Equatable {
    public var shift: HW
    public var prediction: Int
    /// The logit of the unshifted prediction minus the largest other one: negative where another class
    /// wins.
    public var margin: Double
  }

  /// Whether the network is circular and the shifts stand for all circular shifts; else they are all
  /// that is known of.
  public var circular: Bool
  /// The number of shifts that were answered.
  public var evaluated: Int
  /// The number of shifts they stand for: all H · W circular ones where ``circular``.
  public var represented: Int
  /// The class predicted for the unshifted image.
  public var prediction: Int
  /// How many of ``represented`` have another prediction.
  public var changed: Int
  /// The shift with the smallest margin of the unshifted prediction.
  public var worst: Shift
  /// The smallest difference between the largest and the second largest logit at any shift.
  public var smallestMargin: Double
  /// The largest minus the smallest logit over all shifts.
  public var logitRange: Double
  /// The evaluated shifts with a difference between the two largest logits below
  /// ``nearTieFraction`` of the range, where rounding may decide.
  public var nearTies: [HW]

  /// 2e-4.
  public static let nearTieFraction = 2e-4

  /// - Parameters:
  ///   - logits: `[shift][class]`, in the order of `shifts`.
  ///   - shifts: one or more; the first one is the image as it is.
  ///   - represented: how many shifts each of them stands for.
  /// - Precondition: as many logits as shifts and classes say, 1 or more of both.
  public init(
    logits: [Float], classes: Int, shifts: [HW], represented: Int = 1, circular: Bool
  ) {
    precondition(classes > 0 && !shifts.isEmpty && logits.count == shifts.count * classes)
    let answers = shifts.indices.map { LargestTwo(logits[$0 * classes..<($0 + 1) * classes]) }
    let own = answers[0].first
    func margin(_ index: Int) -> Double {
      let answer = answers[index]
      if answer.first == own { return answer.margin }
      return Double(logits[index * classes + own]) - answer.largest
    }
    self.circular = circular
    evaluated = shifts.count
    self.represented = shifts.count * represented
    prediction = own
    changed = represented * answers.count { $0.first != own }
    let worst = shifts.indices.min { margin($0) < margin($1) } ?? 0
    self.worst = Shift(
      shift: shifts[worst], prediction: answers[worst].first, margin: margin(worst))
    smallestMargin = answers.map(\.margin).min() ?? 0
    let range = Double(logits.max() ?? 0) - Double(logits.min() ?? 0)
    logitRange = range
    nearTies = shifts.indices.filter {
      classes > 1 && answers[$0].margin < Self.nearTieFraction * range
    }.map { shifts[$0] }
  }
}

/// The largest of some values, the first one of equals, and what it is ahead by.
struct LargestTwo {
  var first = 0
  var largest = -Double.infinity
  private var second = -Double.infinity

  /// 0 for a single value.
  var margin: Double { second.isFinite ? largest - second : 0 }

  init(_ values: ArraySlice<Float>) {
    for (index, value) in values.enumerated() {
      let value = Double(value)
      if value > largest {
        (first, second, largest) = (index, largest, value)
      } else {
        second = max(second, value)
      }
    }
  }
}
