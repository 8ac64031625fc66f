import Foundation
public import MoireSpectral

/// The low-pass filter of an orthogonal wavelet: what is left of a map when its detail bands are
/// dropped.
public enum Wavelet: Sendable, Hashable {
  /// Two equal taps.
  case haar
  /// Daubechies' filter of 2p taps and least phase, p from 1 to 10 its vanishing moments; of 1 it is
  /// that of Haar.
  case daubechies(Int)

  /// The taps for reconstruction, `Σ h² = 1` and `Σ h = √2`, the first ones the largest.
  ///
  /// They are the coefficients of `((1 + z)/2)ᵖ · Π (1 − z/ζ)`, scaled, with ζ outside of the unit
  /// circle such that `(2 − ζ − 1/ζ)/4` is a root of `Σ_k C(p − 1 + k, k) yᵏ`, k < p.
  /// - Throws: ``MoireSpectral/SpectralError/outOfRange(_:value:allowed:)``.
  public func taps() throws(SpectralError) -> [Double] {
    let moments = if case .daubechies(let moments) = self { moments } else { 1 }
    guard (1...10).contains(moments) else {
      throw .outOfRange(
        "the vanishing moments of Daubechies' wavelet", value: "\(moments)", allowed: "1 to 10")
    }
    var taps = [Complex(1)]
    for _ in 0..<moments { taps = Complex.product(taps, [1, 1]) }
    for root in Self.roots(moments) {
      // z + 1/z = 2 − 4y.
      let half = Complex(1) - root * 2
      let spread = (half * half - Complex(1)).squareRoot
      let (a, b) = (half + spread, half - spread)
      let inverse = a.norm > b.norm ? b : a
      taps = Complex.product(taps, [1, Complex(0) - inverse])
    }
    let sum = taps.reduce(0) { $0 + $1.re }
    return taps.map { $0.re * 2.0.squareRoot() / sum }
  }

  /// The roots of `Σ_k C(p − 1 + k, k) yᵏ` for k < p, all at once (Durand and Kerner).
  private static func roots(_ moments: Int) -> [Complex] {
    var coefficients = [1.0]
    for k in 1..<max(moments, 1) {
      coefficients.append(coefficients[k - 1] * Double(moments - 1 + k) / Double(k))
    }
    guard let leading = coefficients.last, coefficients.count > 1 else { return [] }
    var roots = [Complex(1)]
    while roots.count < coefficients.count {
      roots.append((roots.last ?? 1) * Complex(re: 0.4, im: 0.9))
    }
    roots.removeFirst()
    // Quadratic once near; from these points degree 9 takes below 50 rounds.
    for _ in 0..<200 {
      for index in roots.indices {
        let value = coefficients.reversed().reduce(Complex(0)) {
          $0 * roots[index] + Complex($1 / leading)
        }
        let others = roots.indices.filter { $0 != index }.reduce(Complex(1)) {
          $0 * (roots[index] - roots[$1])
        }
        roots[index] = roots[index] - value / others
      }
    }
    return roots
  }
}

extension SeparablePooling {
  /// The low-low band of one level of a wavelet transform: every second position on both axes,
  /// `y[i] = Σ_t h[t] x[2i − (p − 1) + t]`.
  ///
  /// - Parameters:
  ///   - isOrthonormal: the taps as the transform has them, by which a constant doubles; else they sum
  ///     to 1 along each axis, and it stays.
  /// - Throws: as ``Wavelet/taps()``.
  public init(
    lowBandOf wavelet: Wavelet, isOrthonormal: Bool = true, padding: BorderMode = .zero
  ) throws(SpectralError) {
    let taps = try wavelet.taps().map { isOrthonormal ? $0 : $0 / 2.0.squareRoot() }
    self.init(FilterAxis(taps: taps, stride: 2, lead: taps.count / 2 - 1, padding: padding))
  }
}

/// As much of the complex numbers as roots take.
private struct Complex: ExpressibleByIntegerLiteral {
  var re, im: Double

  init(re: Double, im: Double) { (self.re, self.im) = (re, im) }
  init(_ re: Double) { self.init(re: re, im: 0) }
  init(integerLiteral value: Int) { self.init(Double(value)) }

  var norm: Double { hypot(re, im) }

  var squareRoot: Complex {
    let (size, angle) = (norm.squareRoot(), atan2(im, re) / 2)
    return Complex(re: size * cos(angle), im: size * sin(angle))
  }

  static func + (a: Complex, b: Complex) -> Complex { Complex(re: a.re + b.re, im: a.im + b.im) }
  static func - (a: Complex, b: Complex) -> Complex { Complex(re: a.re - b.re, im: a.im - b.im) }
  static func * (a: Complex, b: Complex) -> Complex {
    Complex(re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re)
  }
  static func / (a: Complex, b: Complex) -> Complex {
    let square = b.re * b.re + b.im * b.im
    let scaled = a * Complex(re: b.re, im: -b.im)
    return Complex(re: scaled.re / square, im: scaled.im / square)
  }

  /// The product of two polynomials, lowest coefficient first.
  static func product(_ a: [Complex], _ b: [Complex]) -> [Complex] {
    var result = [Complex](repeating: 0, count: a.count + b.count - 1)
    for (i, x) in a.enumerated() {
      for (j, y) in b.enumerated() { result[i + j] = result[i + j] + x * y }
    }
    return result
  }
}
