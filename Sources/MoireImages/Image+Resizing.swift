public import MoireTensors

extension Image {
  /// The image at another size: bilinear, antialiased, 8 bits, the bytes that Pillow's
  /// `resize(size, BILINEAR)` gives.
  ///
  /// First along the rows, then along the columns, each rounded to 8 bits; an axis that keeps its
  /// length is left alone. (Since version 13 Pillow begins with the columns where that is
  /// cheaper, for tall images above all; it then differs from this by at most one level.) Cost: about
  /// 2·max(N/M, 1) multiply-adds a value and axis.
  ///
  /// - Throws: ``ImageError/size(path:reason:)`` for an empty size or one above ``pixelLimit``.
  public func resized(to target: HW) throws -> Image {
    try Image.check(target, what: "a resize of a \(size) image")
    try Image.check(HW(height, target.width), what: "a resize of a \(size) image")
    return resampledRows(to: target.width).resampledColumns(to: target.height)
  }

  /// The image with its shorter side at `side`, the longer one at ⌊side · longer / shorter⌋, as
  /// torchvision's `Resize(side)` has it.
  ///
  /// - Throws: ``ImageError/size(path:reason:)`` when the longer side would exceed ``pixelLimit``.
  public func resized(shorterSide side: Int) throws -> Image {
    let (scaled, overflow) = side.multipliedReportingOverflow(by: max(width, height))
    guard side > 0, !overflow else {
      throw ImageError.size(
        path: "a resize of a \(size) image", reason: "shorter side \(side), need 1 or more")
    }
    let longer = scaled / min(width, height)
    return try resized(to: width <= height ? HW(longer, side) : HW(side, longer))
  }

  private func resampledRows(to target: Int) -> Image {
    guard target != width else { return self }
    let resampling = Resampling(from: width, to: target)
    let step = channels
    let made = [UInt8](unsafeUninitializedCapacity: height * target * step) { result, count in
      pixels.withUnsafeBufferPointer { source in
        for row in 0..<height {
          resampling.resample(
            UnsafeBufferPointer(rebasing: source[(row * width * step)...].prefix(width * step)),
            into: UnsafeMutableBufferPointer(
              rebasing: result[(row * target * step)..<((row + 1) * target * step)]),
            channels: step)
        }
      }
      count = height * target * step
    }
    return Image(size: HW(height, target), channels: channels, pixels: made)
  }

  private func resampledColumns(to target: Int) -> Image {
    guard target != height else { return self }
    let resampling = Resampling(from: height, to: target)
    let length = width * channels
    let made = [UInt8](unsafeUninitializedCapacity: target * length) { result, count in
      pixels.withUnsafeBufferPointer { source in
        var sums = [Int32](repeating: 0, count: length)
        for row in 0..<target {
          resampling.combine(
            source, output: row, sums: &sums,
            into: UnsafeMutableBufferPointer(
              rebasing: result[(row * length)..<((row + 1) * length)]))
        }
      }
      count = target * length
    }
    return Image(size: HW(target, width), channels: channels, pixels: made)
  }
}

extension Resampling {
  /// Resamples one line of interleaved values.
  fileprivate func resample(
    _ line: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>,
    channels: Int
  ) {
    weights.withUnsafeBufferPointer { weights in
      for output in 0..<starts.count {
        for channel in 0..<channels {
          var sum = Resampling.half
          for tap in 0..<counts[output] {
            let sample = line[(starts[output] + tap) * channels + channel]
            sum &+= Int32(sample) &* weights[output * stride + tap]
          }
          target[output * channels + channel] = Resampling.rounded(sum)
        }
      }
    }
  }

  /// Makes one output row as the weighted sum of whole input rows.
  fileprivate func combine(
    _ rows: UnsafeBufferPointer<UInt8>, output: Int, sums: inout [Int32],
    into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    sums.withUnsafeMutableBufferPointer { sums in
      for index in 0..<sums.count { sums[index] = Resampling.half }
      for tap in 0..<counts[output] {
        let weight = weights[output * stride + tap]
        let start = (starts[output] + tap) * sums.count
        for index in 0..<sums.count { sums[index] &+= Int32(rows[start + index]) &* weight }
      }
      for index in 0..<sums.count { target[index] = Resampling.rounded(sums[index]) }
    }
  }

  private static var half: Int32 { 1 << (fractionBits - 1) }

  private static func rounded(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> Int32(fractionBits)) }
}
