import MoireTensors

/// An integer of a shape computation; the number of images stays open in it.
enum Extent: Equatable {
  case known(Int)
  /// The number of images.
  case batch
  /// Something computed from the number of images that is not just that number.
  case open

  var value: Int? {
    guard case .known(let value) = self else { return nil }
    return value
  }
}

/// A value of the graph that does not depend on the images.
struct Constant: Equatable {
  enum Storage: Equatable {
    case floats([Float])
    case integers([Extent])
  }

  var shape: [Int]
  var storage: Storage

  init(shape: [Int], _ storage: Storage) {
    self.shape = shape
    self.storage = storage
  }

  init(floats: [Float]) { self.init(shape: [floats.count], .floats(floats)) }

  init(integers: [Extent]) { self.init(shape: [integers.count], .integers(integers)) }

  var count: Int {
    switch storage {
    case .floats(let values): values.count
    case .integers(let values): values.count
    }
  }

  /// The integers, or `nil` for floats.
  var integers: [Extent]? {
    guard case .integers(let values) = storage else { return nil }
    return values
  }

  /// The integers when every one is known.
  var knownIntegers: [Int]? {
    guard let integers else { return nil }
    let known = integers.compactMap(\.value)
    return known.count == integers.count ? known : nil
  }

  /// All values as floats; NaN stands for what depends on the number of images.
  var floats: [Float] {
    switch storage {
    case .floats(let values): values
    case .integers(let values): values.map { $0.value.map(Float.init) ?? .nan }
    }
  }

  /// The one value of a scalar or of a tensor of one element.
  var scalar: Float? { count == 1 ? floats[0] : nil }

  /// The values at `indices`, under a new shape.
  func picking(_ indices: [Int], shape: [Int]) -> Constant {
    switch storage {
    case .floats(let values): Constant(shape: shape, .floats(indices.map { values[$0] }))
    case .integers(let values): Constant(shape: shape, .integers(indices.map { values[$0] }))
    }
  }

  /// The same values under another shape of equal count.
  func reshaped(_ shape: [Int]) -> Constant { Constant(shape: shape, storage) }
}
