import MoireImages
import MoireSpectral
import MoireTensors
import Synchronization

/// Makes the views of one image; what several views share is made once.
///
/// Safe to use from several threads at once.
final class ViewMaker: Sendable {
  let input: AuditInput
  let size: HW
  private let shared = Mutex<[Part: Tensor]>([:])

  /// What views are cut from or pasted.
  private enum Part: Hashable {
    case window(ImageView.Box, HW)
    case enlarged(HW)
    case whole(HW)
  }

  init(_ input: AuditInput) {
    self.input = input
    size = HW(input.tensor.shape[2], input.tensor.shape[3])
  }

  /// The network's input for a view, `[1, C, H, W]`.
  ///
  /// - Throws: ``ShiftError/cannot(_:)`` when the image cannot give it.
  func tensor(_ view: ImageView) throws -> Tensor {
    switch view {
    case .plain: return input.tensor
    case .rolled(let shift): return input.tensor.rolled(by: shift)
    case .crop(let offset): return try cut(input.wide, at: offset, "its margin")
    case .zeroPadded(let shift): return try input.tensor.shiftedWithZeros(by: shift)
    case .fourier(let dy, let dx):
      return try FractionalShift(size: size, dy: dy, dx: dx)(input.tensor)
    case .lanczos(let dy, let dx):
      return try FractionalShift(
        size: size, dy: dy, dx: dx, interpolation: .lanczos(lobes: 3, border: .reflect)
      )(input.tensor)
    case .window(let window, let offset):
      let photo = try photo()
      return try photo.tensor(
        of: photo.image.cropped(to: window, at: offset).resized(to: size))
    case .resizedWindow(let box, let resized, let offset):
      let whole = try part(.window(box, resized)) { photo in
        try photo.image.cropped(to: box.size, at: box.offset).resized(to: resized)
      }
      return try cut(whole, at: offset, "the resized window")
    case .enlarged(let enlarged, let offset):
      let whole = try part(.enlarged(enlarged)) { try $0.plain.resized(to: enlarged) }
      return try cut(whole, at: offset, "the enlarged image")
    case .embedded(let embedded, let offset, let background):
      let pasted = try part(.whole(embedded)) { try $0.image.resized(to: embedded) }
      return try embed(pasted, at: offset, background)
    case .turned(let degrees): return try warped(AffineWarp(degrees: degrees))
    case .zoomed(let factor): return try warped(AffineWarp(factor: factor))
    }
  }

  private func photo() throws -> Photo {
    guard let photo = input.photo else {
      throw ShiftError.cannot("it is a tensor, the protocol needs a photo")
    }
    return photo
  }

  private func part(_ key: Part, _ make: (Photo) throws -> Image) throws -> Tensor {
    if let known = shared.withLock({ $0[key] }) { return known }
    let photo = try photo()
    // Two threads may make the same part: it is the same to the bit.
    let made = try photo.tensor(of: make(photo))
    shared.withLock { $0[key] = made }
    return made
  }

  private func cut(_ whole: Tensor?, at offset: HW, _ what: String) throws -> Tensor {
    guard let whole else {
      throw ShiftError.cannot("it is not larger than the network's input")
    }
    guard let part = whole.cropped(at: offset, size: size) else {
      throw ShiftError.cannot(
        "a crop of \(size) at (\(offset.height), \(offset.width)) leaves \(what) of "
          + "\(HW(whole.shape[2], whole.shape[3]))")
    }
    return part
  }

  private func embed(
    _ pasted: Tensor, at offset: HW, _ background: ImageView.Background
  ) throws -> Tensor {
    let part = HW(pasted.shape[2], pasted.shape[3])
    guard offset.height >= 0, offset.width >= 0, offset.height + part.height <= size.height,
      offset.width + part.width <= size.width
    else { throw ShiftError.cannot("embedded at \(part) it leaves the canvas of \(size)") }
    let channels = pasted.shape[1]
    let black = try photo().black
    var values: [Float] = []
    values.reserveCapacity(channels * size.area)
    for channel in 0..<channels {
      values += repeatElement(background == .gray ? 0 : black[channel], count: size.area)
      for row in 0..<part.height {
        let source = (channel * part.height + row) * part.width
        let target =
          channel * size.area + (row + offset.height) * size.width + offset.width
        values.replaceSubrange(
          target..<target + part.width, with: pasted.values[source..<source + part.width])
      }
    }
    if background == .inpainted {
      Inpainting.fill(
        &values, channels: channels, size: size,
        rows: offset.height..<offset.height + part.height,
        columns: offset.width..<offset.width + part.width)
    }
    return try Tensor(shape: input.tensor.shape, values: values)
  }

  private func warped(_ warp: AffineWarp) throws -> Tensor {
    try warp(input.wide ?? input.tensor, size: size)
  }
}
