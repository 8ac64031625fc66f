/// Float values in row-major order with their shape.
///
/// Feature maps and images are `[N, C, H, W]`: N images, C channels, H rows, W columns; weights are
/// `[out, in/groups, kh, kw]`. The storage is copied on write, so passing a tensor on costs nothing.
public struct Tensor: Sendable, Equatable {
  /// The dimensions, slowest first; an empty shape is a scalar of one value.
  public let shape: [Int]
  /// The values, last dimension fastest; `values.count == shape.reduce(1, *)`.
  public private(set) var values: [Float]

  /// A tensor over values that are there already.
  ///
  /// - Throws: ``TensorError/invalidShape(_:)``, ``TensorError/countMismatch(shape:values:)``.
  public init(shape: [Int], values: [Float]) throws {
    guard try Tensor.count(of: shape) == values.count else {
      throw TensorError.countMismatch(shape: shape, values: values.count)
    }
    self.shape = shape
    self.values = values
  }

  /// A tensor with the same value everywhere.
  ///
  /// - Throws: ``TensorError/invalidShape(_:)``.
  public init(shape: [Int], repeating value: Float = 0) throws {
    self.values = [Float](repeating: value, count: try Tensor.count(of: shape))
    self.shape = shape
  }

  /// The value at a position of the row-major order.
  public subscript(index: Int) -> Float {
    get { values[index] }
    set { values[index] = newValue }
  }

  /// The number of values.
  public var count: Int { values.count }

  /// The product of the dimensions.
  ///
  /// - Throws: ``TensorError/invalidShape(_:)`` when one is negative or the product overflows.
  public static func count(of shape: [Int]) throws -> Int {
    var product = 1
    for dimension in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow else { throw TensorError.invalidShape(shape) }
      product = next
    }
    return product
  }

  /// The same values under another shape of equal count.
  ///
  /// - Throws: ``TensorError/countMismatch(shape:values:)``.
  public func reshaped(_ shape: [Int]) throws -> Tensor {
    try Tensor(shape: shape, values: values)
  }

  /// The images `range` of a tensor whose first dimension counts images.
  ///
  /// - Precondition: the tensor has a first dimension that holds `range`.
  public func images(_ range: Range<Int>) -> Tensor {
    precondition(
      !shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0],
      "images \(range) of shape \(shape)")
    let size = shape.dropFirst().reduce(1, *)
    let part = values[range.lowerBound * size..<range.upperBound * size]
    // The counts match.
    return try! Tensor(shape: [range.count] + shape.dropFirst(), values: Array(part))
  }

  /// The index of the first value that is NaN or infinite, if there is one.
  public var firstNonFinite: Int? { values.firstIndex { !$0.isFinite } }
}
