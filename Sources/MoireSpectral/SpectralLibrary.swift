internal import CMoire

/// The versions of the C libraries in use.
public enum SpectralLibrary {
  /// The version of the signal-processing core.
  public static var version: String { String(cString: moire_version()) }

  /// The version line of FFTW.
  public static var fftwVersion: String { String(cString: moire_fftw_version()) }
}
