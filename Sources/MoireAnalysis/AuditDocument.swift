public import MoireTensors

/// Everything an audit says, as it stands in `audit.json`: keys in snake case, fractions 0…1, pairs as
/// `[height, width]`.
public struct AuditDocument: Codable, Sendable, Equatable {
  /// The version of this schema; it rises when a key changes its meaning.
  public var schema = 1
  public var versions: Versions
  public var network: NetworkSummary
  public var images: ImageSummary
  /// How pixels became the network's input.
  public var preprocessing: PreprocessingSummary
  public var sites: [SiteReading]
  public var shift: [ShiftReading]
  /// The probability of one class along a diagonal of shifts, for the images that change most.
  public var sweeps: [ShiftSweep]
  /// What the reader should know: what was left out and why.
  public var remarks: [String]

  public init(
    versions: Versions, network: NetworkSummary, images: ImageSummary,
    preprocessing: PreprocessingSummary, sites: [SiteReading], shift: [ShiftReading],
    sweeps: [ShiftSweep], remarks: [String]
  ) {
    self.versions = versions
    self.network = network
    self.images = images
    self.preprocessing = preprocessing
    self.sites = sites
    self.shift = shift
    self.sweeps = sweeps
    self.remarks = remarks
  }

  /// The software that made the numbers.
  public struct Versions: Codable, Sendable, Equatable {
    public var moire, fftw, onednn: String

    public init(moire: String, fftw: String, onednn: String) {
      self.moire = moire
      self.fftw = fftw
      self.onednn = onednn
    }
  }

  /// The network that was audited.
  public struct NetworkSummary: Codable, Sendable, Equatable {
    public var name: String
    public var parameters: Int
    public var layers: Int
    /// For one image, `[C, H, W]`.
    public var inputShape: [Int]
    /// For one image; one number for a classifier.
    public var outputShape: [Int]

    public init(name: String, parameters: Int, layers: Int, inputShape: [Int], outputShape: [Int]) {
      self.name = name
      self.parameters = parameters
      self.layers = layers
      self.inputShape = inputShape
      self.outputShape = outputShape
    }
  }

  /// The images of the audit.
  public struct ImageSummary: Codable, Sendable, Equatable {
    public var read: Int
    public var labelled: Int
    /// Right answers on the unshifted labelled images; nil when none is labelled.
    public var accuracy: Double?
    public var skipped: [Skipped]
    public var predictions: [Prediction]

    public init(
      read: Int, labelled: Int, accuracy: Double?, skipped: [Skipped], predictions: [Prediction]
    ) {
      self.read = read
      self.labelled = labelled
      self.accuracy = accuracy
      self.skipped = skipped
      self.predictions = predictions
    }
  }

  /// An image that could not be used.
  public struct Skipped: Codable, Sendable, Equatable {
    public var name, reason: String

    public init(name: String, reason: String) {
      self.name = name
      self.reason = reason
    }
  }

  /// The network's answer for one unshifted image.
  public struct Prediction: Codable, Sendable, Equatable {
    public var image: String
    public var label: Int?
    public var prediction: Int
    public var className: String?
    public var probability: Double
    /// The share of all evaluated shifts, over all protocols, with the same answer.
    public var agreement: Double?

    public init(
      image: String, label: Int?, prediction: Int, className: String?, probability: Double,
      agreement: Double?
    ) {
      self.image = image
      self.label = label
      self.prediction = prediction
      self.className = className
      self.probability = probability
      self.agreement = agreement
    }
  }

  /// How pixels became the network's input; all but `description` is nil for tensors from `.npy`.
  public struct PreprocessingSummary: Codable, Sendable, Equatable {
    /// One line with all that is needed to do it again.
    public var description: String
    public var preset: String?
    /// The length the shorter side is resized to.
    public var resize: Int?
    public var crop: HW?
    public var interpolation: String?
    /// Per channel, pixels 0…255: px ↦ (px/divisor − mean)/std.
    public var divisor: Double?
    public var mean, std: [Double]?

    public init(
      description: String, preset: String? = nil, resize: Int? = nil, crop: HW? = nil,
      interpolation: String? = nil, divisor: Double? = nil, mean: [Double]? = nil,
      std: [Double]? = nil
    ) {
      self.description = description
      self.preset = preset
      self.resize = resize
      self.crop = crop
      self.interpolation = interpolation
      self.divisor = divisor
      self.mean = mean
      self.std = std
    }
  }
}
