import Foundation
import MoireAnalysis
import MoireReport
import MoireTensors

/// An audit of a network that is not there, with spectra that fall as 1/f.
enum Sample {
  static let encoder: PNGEncoder = { pixels in Array("PNG \(pixels.width)".utf8) }

  static func document(names: [String] = Sample.imageNames) -> AuditDocument {
    let paths = [
      ("features.0.0", "conv 3×3", 112, 2.9),
      ("features.2.conv.1.0", "depthwise conv 3×3", 56, 1.1),
      ("features.4.conv.1.0", "depthwise conv 3×3", 28, 1.5),
      ("features.7.conv.1.0", "max-pool 3×3", 14, 1.7),
      ("stages.3.blocks.11.residual.downsampling.shortcut.conv", "conv 1×1", 7, 2.1),
      ("features.14.conv.1.0", "depthwise conv 3×3", 7, 1.4),
    ]
    let sites = paths.enumerated().map { index, entry in
      site(entry.0, entry.1, output: entry.2, slope: entry.3, depth: index)
    }
    return AuditDocument(
      versions: .init(moire: "0.1.0", fftw: "3.3.10", onednn: "2.6.0"),
      network: .init(
        name: "mobilenet_v2.ts.onnx", parameters: 3_504_872, layers: 100,
        inputShape: [3, 224, 224], outputShape: [1000]),
      images: .init(
        read: names.count, labelled: names.count, accuracy: 0.9,
        skipped: [.init(name: "broken.png", reason: "not a PNG file: the signature is missing")],
        predictions: predictions(names)),
      preprocessing: .init(
        description: "resize 256 (bilinear, antialiased), centre crop 224×224,"
          + " mean 0.485 0.456 0.406, std 0.229 0.224 0.225 (preset imagenet)",
        preset: "imagenet", resize: 256, crop: 224, interpolation: "bilinear",
        mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]),
      sites: sites, shift: shift, sweeps: (0..<4).map { sweep(names[$0 % names.count], $0) },
      remarks: ["The convolutions pad with zeros, so circular shifts also move the border."])
  }

  static let imageNames = (0..<20).map { "imagenet_\($0 < 10 ? "0" : "")\($0)_\($0 * 37).jpg" }

  static func pictures(_ document: AuditDocument) -> [SitePicture] {
    let slopes = [2.9, 1.1, 1.5, 1.7, 2.1, 1.4]
    return document.sites.enumerated().map { index, site in
      SitePicture(
        path: site.path, size: site.denseSize, stride: site.stride,
        power: spectrum(site.denseSize, slope: slopes[index], depth: index))
    }
  }

  static func spectrum(_ size: HW, slope: Double, depth: Int) -> [Double] {
    (0..<size.area).map { bin in
      let k = (bin / size.width, bin % size.width)
      let f = (frequency(k.0, size.height), frequency(k.1, size.width))
      let radius = max(hypot(f.0, f.1), 0.5 / Double(size.width))
      let anisotropy =
        1 + 0.5 * cos(2 * atan2(f.0, f.1)) + 0.3 * cos(6 * atan2(f.0, f.1) + Double(depth))
      let ripple = 1 + 0.25 * sin(Double((k.0 * 31) ^ (k.1 * 17)))
      return (bin == 0 ? 40 : anisotropy * ripple) * pow(radius, -slope)
    }
  }

  private static func site(
    _ path: String, _ operation: String, output: Int, slope: Double, depth: Int
  ) -> SiteReading {
    let (dense, size) = (HW(output * 2, output * 2), HW(output, output))
    let power = spectrum(dense, slope: slope, depth: depth)
    let total = power.reduce(0, +)
    var map = SiteReading.FoldMap(
      size: size, inBand: [Float](repeating: 0, count: size.area),
      folded: [Float](repeating: 0, count: size.area))
    var rings = [Double](repeating: 0, count: output + output / 2)
    var counts = [Int](repeating: 0, count: rings.count)
    for (bin, value) in power.enumerated() {
      let k = (signed(bin / dense.width, dense.height), signed(bin % dense.width, dense.width))
      let isInside = [k.0, k.1].allSatisfy { $0 >= -(output / 2) && $0 <= (output - 1) / 2 }
      let target = (bin / dense.width % output) * output + bin % dense.width % output
      if isInside {
        map.inBand[target] += Float(value / total)
      } else {
        map.folded[target] += Float(value / total)
      }
      let ring = min(rings.count - 1, Int(hypot(Double(k.0), Double(k.1)).rounded()))
      rings[ring] += value / total
      counts[ring] += 1
    }
    let alias = Double(map.folded.reduce(0, +))
    let ac = alias * total / (total - power[0])
    return SiteReading(
      path: path, operation: operation, stride: 2, channels: 32 << min(depth, 4), denseSize: dense,
      outputSize: size, phase: [0.5, 0.5], cumulativeStride: HW(2 << depth, 2 << depth),
      exact: true,
      aliasFraction: alias, aliasFractionAc: ac,
      channelQuartiles: .init(lower: alias * 0.6, median: alias * 0.9, upper: alias * 1.5),
      channelQuartilesAc: .init(lower: ac * 0.7, median: ac * 0.95, upper: min(0.99, ac * 1.4)),
      preactivation: .init(aliasFraction: alias * 1.1, aliasFractionAc: ac * 0.75), planes: 640,
      deadPlanes: depth, constantPlanes: 0, identityDifference: 3.1e-7 * Double(depth + 1),
      identity: .init(predicted: alias, measured: alias * (1 + 2e-7), planesCompared: 640 - depth),
      filters: [("bin-3", 0.31, 0.86), ("bin-5", 0.14, 0.72), ("ideal", 0, 1)].map {
        .init(
          filter: $0.0, aliasFraction: alias * $0.1, aliasEnergyLeft: $0.1, basebandEnergyKept: $0.2
        )
      },
      radialProfile: .init(
        frequency: rings.indices.map { Double($0) / Double(dense.width) }, energy: rings,
        bins: counts), foldMap: map)
  }

  private static let shift: [ShiftReading] = [
    ShiftReading(
      protocol: "circular",
      protocolLine:
        "circular: two independent shifts in {−32…31}², wrap-around, equal argmax, 32 pairs"
        + " an image, seed 0",
      seed: 0, images: 20, pairs: 640, consistency: 0.8734, pTop1Change: 0.084375, mac: 0.0412,
      logitVariance: 214.8, logitVarianceRelative: 0.0731, accuracy: 0.871, worstShiftAccuracy: 0.55
    ),
    ShiftReading(
      protocol: "crop",
      protocolLine: "crop: two crops at offsets {0…31}² of 256→224, equal argmax, seed 0", seed: 0,
      images: 20, pairs: 640, consistency: 0.9015, pTop1Change: 0.0512, mac: 0.0288,
      logitVariance: 163.2, logitVarianceRelative: 0.0544, accuracy: 0.894, worstShiftAccuracy: 0.6),
  ]

  private static func predictions(_ names: [String]) -> [AuditDocument.Prediction] {
    names.enumerated().map { index, name in
      .init(
        image: name, label: index * 37, prediction: index.isMultiple(of: 9) ? 7 : index * 37,
        className: "tabby cat", probability: 0.5 + 0.024 * Double(index),
        agreement: 1 - 0.5 * pow(Double(index) / 20, 3))
    }
  }

  private static func sweep(_ image: String, _ index: Int) -> ShiftSweep {
    let probability = (0...32).map { 0.5 + 0.42 * sin(Double($0) * (1.1 + 0.3 * Double(index))) }
    return ShiftSweep(
      image: image, class: 281, className: "tabby cat", probability: probability,
      predictions: probability.map { $0 > 0.4 ? 281 : 285 })
  }

  private static func signed(_ k: Int, _ count: Int) -> Int { k < (count + 1) / 2 ? k : k - count }

  private static func frequency(_ k: Int, _ count: Int) -> Double {
    Double(signed(k, count)) / Double(count)
  }
}
