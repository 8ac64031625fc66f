import MoireTensors

/// In JSON every number stands by itself, also where a preset's name says the same, so that a result
/// can be made again without this program.
extension Preprocessing: Codable {
  private enum CodingKeys: String, CodingKey {
    case preset, channels, resize, interpolation, crop, divisor, mean, std
  }

  /// - Throws: ``ImageError/preprocessing(what:reason:)`` for numbers that cannot be, and the
  ///   decoder's own errors.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    // Only known ways of resizing can be decoded; there is one.
    _ = try fields.decode(Interpolation.self, forKey: .interpolation)
    try self.init(
      crop: fields.decode(HW.self, forKey: .crop),
      channels: fields.decode(Int.self, forKey: .channels),
      resize: fields.decodeIfPresent(Int.self, forKey: .resize),
      divisor: fields.decode(Double.self, forKey: .divisor),
      mean: fields.decode([Double].self, forKey: .mean),
      std: fields.decode([Double].self, forKey: .std),
      preset: fields.decode(String.self, forKey: .preset))
  }

  public func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: CodingKeys.self)
    try fields.encode(preset, forKey: .preset)
    try fields.encode(channels, forKey: .channels)
    try fields.encode(resize, forKey: .resize)
    try fields.encode(interpolation, forKey: .interpolation)
    try fields.encode(crop, forKey: .crop)
    try fields.encode(divisor, forKey: .divisor)
    try fields.encode(mean, forKey: .mean)
    try fields.encode(std, forKey: .std)
  }
}

extension Preprocessing: CustomStringConvertible {
  /// One line, such as `imagenet: RGB, shorter side 256 (bilinear), crop 224×224, (px/255 −
  /// (0.485,0.456,0.406)) / (0.229,0.224,0.225)`.
  public var description: String {
    let color = channels == 1 ? "gray" : "RGB"
    let size = resize.map { "shorter side \($0) (bilinear)" } ?? "no resize"
    let scaled = divisor == 1 ? "px" : "px/\(list([divisor]))"
    return
      "\(preset): \(color), \(size), crop \(crop), (\(scaled) − (\(list(mean)))) / (\(list(std)))"
  }
}
