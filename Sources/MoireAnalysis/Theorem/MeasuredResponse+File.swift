import Foundation
import MoireTensors

extension MeasuredResponse {
  /// Reads a response from a file.
  ///
  /// A text file has lines `frequency,gain` (a semicolon, a tab or spaces do as well): cycles per
  /// sample from 0 to ½, ascending, and linear gains; `#` begins a comment, a first line of words is a
  /// heading. A `.npy` file holds `[n]` gains at n frequencies evenly spaced from 0 to ½ along each
  /// axis, or `[H, W]` gains at the bins of a DFT of that size, zero frequency first.
  /// - Throws: ``TheoremError/response(path:reason:)``, `TensorError` for a `.npy` file that is none.
  public init(contentsOf path: String) throws {
    let name = (path as NSString).lastPathComponent
    do {
      if (path as NSString).pathExtension.lowercased() == "npy" {
        self = try Self.array(NPY.read(path: path), name: name)
      } else {
        self = try Self.table(Self.text(path), name: name)
      }
    } catch TheoremError.response(_, let reason) {
      throw TheoremError.response(path: path, reason: reason)
    }
  }

  private static func array(_ tensor: Tensor, name: String) throws -> MeasuredResponse {
    let gains = tensor.values.map(Double.init)
    switch tensor.shape.count {
    case 1 where gains.count >= 2:
      let frequencies = gains.indices.map { Double($0) / Double(2 * (gains.count - 1)) }
      return try MeasuredResponse(name: name, frequencies: frequencies, gains: gains)
    case 2:
      return try MeasuredResponse(
        name: name, size: HW(tensor.shape[0], tensor.shape[1]), gains: gains)
    default:
      throw TheoremError.response(
        path: name,
        reason:
          "holds shape \(tensor.shape), need [n] gains from frequency 0 to 0.5, two or more, or"
          + " [H, W] gains at the bins of a DFT")
    }
  }

  private static func text(_ path: String) throws -> String {
    let data: Data
    do { data = try fileContents(path) } catch {
      throw TheoremError.response(path: path, reason: "cannot be read: \(systemReason(error))")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw TheoremError.response(
        path: path, reason: "is no text, need lines 'frequency,gain' or a .npy file")
    }
    return text.replacing("\r\n", with: "\n")
  }

  private static func table(_ text: String, name: String) throws -> MeasuredResponse {
    var (frequencies, gains): ([Double], [Double]) = ([], [])
    var isFirst = true
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let content = line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
      guard !content.isEmpty else { continue }
      defer { isFirst = false }
      let fields = content.split { ",; \t".contains($0) }
      let numbers = fields.compactMap { Double($0) }
      if isFirst, numbers.isEmpty { continue }
      guard fields.count == 2, numbers.count == 2 else {
        throw TheoremError.response(
          path: name, reason: "line \(index + 1): need 'frequency,gain', got '\(content)'")
      }
      frequencies.append(numbers[0])
      gains.append(numbers[1])
    }
    guard !frequencies.isEmpty else {
      throw TheoremError.response(path: name, reason: "holds no line 'frequency,gain'")
    }
    return try MeasuredResponse(name: name, frequencies: frequencies, gains: gains)
  }
}
